//! From a request to the component that answers it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body_util::Either;
use hyper::body::Incoming;
use tidemark_manifest::RouteMatch;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{HEALTH_PATH, READY_PATH};
use crate::runtime::Application;
use crate::serve::errands::Errands;
use crate::serve::reply::{self, ReplyBody};
use crate::serve::request_headers::prepare;
use crate::serve::request_trace::RequestTrace;

/// Bytes of a body, as far as a client announces them.
const LARGEST_BODY: u64 = 16 * 1024 * 1024;

/// What all connections of a server share.
pub(super) struct Dispatch {
    application: Arc<Application>,
    requests: usize,
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
    ending: AtomicBool,
    errands: Arc<Errands>,
}

impl Dispatch {
    pub(super) fn new(application: Arc<Application>, requests: usize) -> Self {
        Self {
            application,
            requests,
            permits: Arc::new(Semaphore::new(requests)),
            tasks: TaskTracker::new(),
            ending: AtomicBool::new(false),
            errands: Arc::default(),
        }
    }

    /// Requests that components are answering.
    pub(super) fn under_way(&self) -> usize {
        self.requests
            .saturating_sub(self.permits.available_permits())
    }

    /// Guests that go on after their answer has begun.
    pub(super) fn tasks(&self) -> TaskTracker {
        self.tasks.clone()
    }

    /// What answers have asked the host to run.
    pub(super) fn errands(&self) -> Arc<Errands> {
        Arc::clone(&self.errands)
    }

    /// From now on the server says that it is not ready, and asks clients to leave.
    pub(super) fn announce_end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    pub(super) async fn respond(
        self: Arc<Self>,
        request: Request<Incoming>,
        client: SocketAddr,
    ) -> Result<Response<ReplyBody>, Infallible> {
        let is_first_version = request.version() <= Version::HTTP_11;
        let mut response = match request.uri().path() {
            HEALTH_PATH => reply::text(StatusCode::OK, "OK"),
            READY_PATH if self.is_ending() => {
                reply::text(StatusCode::SERVICE_UNAVAILABLE, "ending")
            }
            READY_PATH => reply::text(StatusCode::OK, "ready"),
            _ => self.traced(request, client).await,
        };
        if is_first_version && self.is_ending() {
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }

    async fn traced(
        &self,
        mut request: Request<Incoming>,
        client: SocketAddr,
    ) -> Response<ReplyBody> {
        let path = request.uri().path().to_owned();
        let matched = self.application.routes().find(&path);
        let trace = RequestTrace::begin(&mut request, matched.as_ref());
        let answering = self.run_component(request, client, matched);
        let answering = answering.instrument(trace.span());
        let mut response = answering.await;
        trace.end(&mut response);
        response
    }

    async fn run_component(
        &self,
        mut request: Request<Incoming>,
        client: SocketAddr,
        matched: Option<RouteMatch<'_>>,
    ) -> Response<ReplyBody> {
        let plugin = matched
            .as_ref()
            .and_then(|matched| self.application.plugin(matched.component));
        let (Some(matched), Some(plugin)) = (matched, plugin) else {
            let message = "there is nothing at this address";
            return reply::error(StatusCode::NOT_FOUND, "not_found", message);
        };
        // Known before a component is started; what is not announced, the component limits.
        if announced_length(&request).is_some_and(|length| length > LARGEST_BODY) {
            let message = "the body is larger than any route takes";
            return reply::error(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message);
        }
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            return reply::overloaded();
        };
        if let Err(error) = prepare(&mut request, &matched, client) {
            return reply::error(StatusCode::BAD_REQUEST, "bad_request", &error.to_string());
        }

        match plugin.answer(request, &self.tasks, permit).await {
            Ok(mut response) => {
                self.errands.note(response.headers_mut());
                response.map(Either::Left)
            }
            Err(fault) => {
                let component = plugin.name();
                let code = fault.code();
                tracing::error!(component, code, "the component {component} {fault}");
                reply::fault(&fault)
            }
        }
    }
}

fn announced_length<B>(request: &Request<B>) -> Option<u64> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}
