//! What a request is known by: its id, its span in logs and traces, and its line in the log.

use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use opentelemetry::global;
use opentelemetry_http::HeaderExtractor;
use tidemark_manifest::RouteMatch;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

/// Read from a request, given to the component, and sent back with the answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// W3C trace context: the caller's own span.
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// Longer ids are not taken over.
const LONGEST_ID: usize = 64;

/// A request that is being answered.
pub(super) struct RequestTrace {
    id: HeaderValue,
    span: Span,
    began: Instant,
}

impl RequestTrace {
    /// Gives the request its id, the client's own if that is fit for a log, and its span, which
    /// continues the caller's trace. The query stays out of both: it may hold a sign-in token.
    /// What is known already goes into the span at once: logs write it out again for each addition.
    pub(super) fn begin<B>(request: &mut Request<B>, matched: Option<&RouteMatch<'_>>) -> Self {
        let id = fit_id(request.headers()).unwrap_or_else(new_id);
        let span = tracing::info_span!(
            "request",
            otel.kind = "server",
            otel.status_code = Empty,
            request_id = id.to_str().unwrap_or_default(),
            http.request.method = request.method().as_str(),
            url.path = request.uri().path(),
            http.route = matched.map(|matched| matched.route),
            http.response.status_code = Empty,
            component = matched.map(|matched| matched.component),
            agency = Empty,
        );
        if request.headers().contains_key(TRACE_PARENT) {
            let headers = HeaderExtractor(request.headers());
            let caller = global::get_text_map_propagator(|propagator| propagator.extract(&headers));
            // Refused only where no traces are exported.
            let _ = span.set_parent(caller);
        }
        request.headers_mut().insert(REQUEST_ID, id.clone());
        Self {
            id,
            span,
            began: Instant::now(),
        }
    }

    /// What happens within it is this span's child.
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Notes what was answered, up to the answer's head, and sends the id back.
    pub(super) fn end<B>(self, response: &mut Response<B>) {
        let status = response.status();
        self.span
            .record("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            self.span.record("otel.status_code", "ERROR");
        }
        let took_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.span.in_scope(|| {
            tracing::info!(target: "tidemark::access", status = status.as_u16(), took_us, "answered");
        });
        response.headers_mut().insert(REQUEST_ID, self.id);
    }
}

/// The id that a client or a proxy gave, if it is one token of letters, digits and `-_.:`.
fn fit_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = headers.get(REQUEST_ID)?;
    let is_fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    let length = id.as_bytes().len();
    let fits = (1..=LONGEST_ID).contains(&length) && id.as_bytes().iter().all(is_fit);
    fits.then(|| id.clone())
}

fn new_id() -> HeaderValue {
    let id = Uuid::new_v4().simple().to_string();
    HeaderValue::from_str(&id).expect("invariant: hex digits are fit for a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(given: Option<&str>) -> String {
        let mut request = Request::new(());
        if let Some(given) = given {
            let given = HeaderValue::from_str(given).unwrap();
            request.headers_mut().insert(REQUEST_ID, given);
        }
        let trace = RequestTrace::begin(&mut request, None);
        let mut response = Response::new(());
        trace.end(&mut response);
        assert_eq!(
            request.headers()[REQUEST_ID],
            response.headers()[REQUEST_ID]
        );
        response.headers()[REQUEST_ID].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_fit_id_is_kept_and_any_other_is_replaced() {
        assert_eq!(id_for(Some("abc-1_2.3:4")), "abc-1_2.3:4");
        for unfit in ["", "two words", "{\"forged\":true}", &"x".repeat(65)] {
            assert_ne!(id_for(Some(unfit)), unfit);
        }
        assert_eq!(id_for(None).len(), 32);
        assert_ne!(id_for(None), id_for(None));
    }
}
