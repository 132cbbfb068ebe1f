//! The gate of the API: token, bucket, version, path, scope, account, in this order.

use http::Method;
use uuid::Uuid;

use crate::account::Account;
use crate::clock::Micros;
use crate::endpoints::summary::SummaryKey;
use crate::endpoints::{self, Call};
use crate::exchange::{ApiRequest, ApiResponse};
use crate::limiter::BucketKey;
use crate::problem::Problem;
use crate::query::Query;
use crate::request_log::UNKNOWN_ENDPOINT;
use crate::routes::{Endpoint, Route};
use crate::tokens::Principal;
use crate::world::World;

/// A request whose token and bucket are in order.
#[derive(Debug, Clone, Copy)]
struct Admitted<'request> {
    request: &'request ApiRequest,
    route: Option<Route>,
    principal: Principal,
    missing_scope: Option<&'static str>,
    now: Micros,
}

impl World {
    /// Answers a request of the API; the first part is the endpoint for the log.
    pub(crate) fn respond_api(
        &mut self,
        request: &ApiRequest,
        now: Micros,
    ) -> (String, ApiResponse) {
        let is_read = request.method == Method::GET;
        let route = Route::find(&request.path)
            .filter(|route| is_read && self.switches.serves_family(route.family));
        let endpoint = route.map_or_else(
            || UNKNOWN_ENDPOINT.to_owned(),
            |route| format!("GET {}", route.template()),
        );
        let grant = match bearer_token(request) {
            Some(token) => self
                .tokens
                .authenticate(token, now)
                .map_err(Problem::TokenRefused),
            None => Err(Problem::NoToken),
        };
        let grant = match grant {
            Ok(grant) => grant,
            Err(problem) => {
                let mut response = problem.response();
                self.limiter.untouched(now).write_headers(&mut response);
                return (endpoint, response);
            }
        };
        let admitted = Admitted {
            request,
            route,
            principal: grant.principal,
            missing_scope: route
                .and_then(|route| route.scopes().find(|scope| !grant.scopes.contains(*scope))),
            now,
        };
        let key = BucketKey {
            principal: admitted.principal,
            creator: route.and_then(|route| route.creator().ok().flatten()),
        };
        let allowance = self.limiter.take(key, now);
        let outcome = if allowance.retry_after_seconds.is_some() {
            Err(Problem::RateLimited)
        } else {
            self.answer_admitted(admitted)
        };
        let mut response = outcome.unwrap_or_else(|problem| problem.response());
        allowance.write_headers(&mut response);
        (endpoint, response)
    }

    fn answer_admitted(&mut self, admitted: Admitted<'_>) -> Result<ApiResponse, Problem> {
        let request = admitted.request;
        if request.header("X-Fanvue-API-Version") != Some(crate::API_VERSION) {
            return Err(Problem::UnsupportedVersion);
        }
        let no_route = || Problem::NoRoute(format!("{} {}", request.method, request.path));
        let route = admitted.route.ok_or_else(&no_route)?;
        let creator = route.creator()?;
        if let Some(scope) = admitted.missing_scope {
            return Err(Problem::MissingScope(scope));
        }
        let account = self.account_for(admitted.principal, creator)?;
        if account
            .shape
            .is_some_and(|shape| !shape.has_family(route.family))
        {
            return Err(no_route());
        }
        let remembers =
            route.endpoint() == Endpoint::EarningsSummary && self.switches.remembers_summaries();
        let key = remembers.then(|| SummaryKey {
            account: account.profile.uuid,
            query: request.query.clone(),
        });
        if let Some(remembered) = key
            .as_ref()
            .and_then(|key| self.summaries.find(key, admitted.now))
        {
            return Ok(remembered);
        }
        let call = Call {
            world: self,
            principal: admitted.principal,
            account,
            family: route.family,
            now: admitted.now,
        };
        let response = endpoints::answer(route.endpoint(), call, Query::parse(&request.query))?;
        if let Some(key) = key {
            self.summaries.remember(key, response.clone(), admitted.now);
        }
        Ok(response)
    }

    /// The own account on a personal path; a managed creator on a twin, never oneself.
    fn account_for(
        &self,
        principal: Principal,
        creator: Option<Uuid>,
    ) -> Result<&Account, Problem> {
        let own = &self.accounts[principal.0];
        let Some(creator) = creator else {
            return Ok(own);
        };
        if creator == own.profile.uuid {
            return Err(Problem::OwnAccount);
        }
        if !self.is_agency(principal) {
            return Err(Problem::NotManaged);
        }
        self.creators()
            .find(|account| account.profile.uuid == creator)
            .ok_or(Problem::NotManaged)
    }
}

fn bearer_token(request: &ApiRequest) -> Option<&str> {
    let (scheme, token) = request.header("Authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
