//! The gate of the API: token, bucket, version, path, scope, account, in this order.

use http::Method;
use uuid::Uuid;

use crate::account::Account;
use crate::clock::Micros;
use crate::endpoints::summary::SummaryKey;
use crate::endpoints::{self, Call};
use crate::exchange::{Answer, ApiRequest, ApiResponse};
use crate::faults::{FaultKind, FaultSubject};
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
    /// Answers a request of the API.
    pub(crate) fn respond_api(&mut self, request: &ApiRequest, now: Micros) -> Answer {
        let is_read = request.method == Method::GET;
        let route = Route::find(&request.path)
            .filter(|route| is_read && self.switches.serves_family(route.family));
        let endpoint = route.map_or_else(
            || UNKNOWN_ENDPOINT.to_owned(),
            |route| format!("GET {}", route.template()),
        );
        let token = bearer_token(request);
        let grant = match token {
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
                return Answer {
                    endpoint,
                    response,
                    fault: None,
                };
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
        if allowance.retry_after_seconds.is_some() {
            let mut response = Problem::RateLimited.response();
            allowance.write_headers(&mut response);
            return Answer {
                endpoint,
                response,
                fault: None,
            };
        }
        let (mut response, fault) = self.answer_or_fail(admitted, key);
        if let (Some(FaultKind::TokenExpired), Some(token)) = (fault, token) {
            self.tokens.expire(token, now);
        }
        if !fault.is_some_and(FaultKind::is_before_fanvue) {
            let shown = fault.map_or(allowance, |kind| self.faults.allowance(kind, allowance));
            shown.write_headers(&mut response);
        }
        Answer {
            endpoint,
            response,
            fault,
        }
    }

    /// The answer, or what a fault makes of it.
    fn answer_or_fail(
        &mut self,
        admitted: Admitted<'_>,
        key: BucketKey,
    ) -> (ApiResponse, Option<FaultKind>) {
        let answer = |world: &mut Self| {
            world
                .answer_admitted(admitted)
                .unwrap_or_else(|problem| problem.response())
        };
        let Some(route) = admitted.route else {
            return (answer(self), None);
        };
        let own = self.accounts[admitted.principal.0].profile.uuid;
        let query = Query::parse(&admitted.request.query);
        let subject = FaultSubject {
            target: route.endpoint().into(),
            model: Some(key.creator.unwrap_or(own)),
            has_cursor: query.text("cursor").is_some(),
            is_refresh: false,
        };
        let drawn = self.faults.draw(&subject, Some(key));
        self.answer_under(drawn, &subject, admitted.request, answer)
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
