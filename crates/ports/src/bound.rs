//! A platform whose statements run for somebody else than its own.

use std::future::Future;
use std::time::Duration;

use tidemark_domain::{AgencyId, Instant};

use crate::{Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value};

/// A platform bound to an actor: everything below it runs for that one.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a, P> {
    platform: &'a P,
    actor: Actor,
}

impl<'a, P> Bound<'a, P> {
    /// For an agency, once it is known who is calling.
    pub const fn tenant(platform: &'a P, agency: AgencyId) -> Self {
        Self {
            platform,
            actor: Actor::Tenant(agency),
        }
    }

    /// For all agencies: figures of operators, which must show no tenant's data.
    pub const fn jobs(platform: &'a P) -> Self {
        Self {
            platform,
            actor: Actor::Jobs,
        }
    }
}

impl<P: Clock> Clock for Bound<'_, P> {
    fn now(&self) -> Instant {
        self.platform.now()
    }

    fn sleep(&self, span: Duration) -> impl Future<Output = ()> {
        self.platform.sleep(span)
    }
}

impl<P: Http> Http for Bound<'_, P> {
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, HttpError>> {
        self.platform.send(request)
    }
}

impl<P: Sql> Sql for Bound<'_, P> {
    fn actor(&self) -> Actor {
        self.actor
    }

    fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, SqlError>> {
        self.platform.query_as(actor, statement, parameters)
    }
}
