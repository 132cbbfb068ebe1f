//! A request can be followed from its sender's trace to its statements, and found in the log.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::Value;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::running::Running;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const REQUEST_ID: &str = "request-of-this-very-test";

/// A collector of OTLP over HTTP, and the spans that it was sent.
async fn collector() -> (String, Arc<Mutex<Vec<Span>>>) {
    let spans = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&spans);
    let take = move |body: Bytes| async move {
        let batch = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = batch
            .resource_spans
            .into_iter()
            .flat_map(|of| of.scope_spans);
        kept.lock()
            .unwrap()
            .extend(scopes.flat_map(|scope| scope.spans));
        "{}"
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, spans)
}

fn children<'all>(spans: &'all [Span], parent: &Span) -> Vec<&'all Span> {
    let of = |span: &&Span| span.parent_span_id == parent.span_id;
    spans.iter().filter(of).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|pair| pair.key == key);
    format!("{:?}", found.and_then(|pair| pair.value.clone()))
}

#[tokio::test]
async fn a_trace_leads_from_the_caller_to_the_statement_and_a_line_of_the_log_is_json() {
    let (address, spans) = collector().await;
    let mut program = Running::start(|command| {
        command
            .args(["--log-format", "json"])
            .env("RUST_LOG", "warn,tidemark=info")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &address)
    });
    let url = program.printed("Serving ").await;
    let token = program.printed("/login?token=").await;
    let answer = reqwest::Client::new()
        .get(format!("{url}/api/models?secret=in-the-query"))
        .bearer_auth(token.split_whitespace().next().unwrap())
        .header("x-request-id", REQUEST_ID)
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-request-id"], REQUEST_ID);
    assert!(program.end().await.success(), "{}", program.read("stderr"));

    let spans = spans.lock().unwrap();
    let is_ours =
        |span: &&Span| span.name == "request" && span.parent_span_id == hex("00f067aa0ba902b7");
    let request = spans.iter().find(is_ours).expect("the request has a span");
    assert_eq!(request.trace_id, hex(TRACE));
    assert!(attribute(request, "request_id").contains(REQUEST_ID));
    assert!(attribute(request, "component").contains("analytics-dashboard"));
    assert!(attribute(request, "http.response.status_code").contains("200"));
    let statements = children(&spans, request);
    assert!(statements.len() >= 2, "its statements are its children");
    assert!(statements.iter().all(|span| span.name == "statement"));
    assert!(attribute(statements[0], "db.query.text").contains("select"));
    // The first sync of the demo: a step, and within it requests to Fanvue.
    let steps = spans.iter().filter(|span| span.name == "step");
    let mut within = steps.map(|step| {
        let names = children(&spans, step).into_iter().map(|span| &*span.name);
        names.collect::<BTreeSet<_>>()
    });
    assert!(within.any(|names| names == BTreeSet::from(["outbound", "statement"])));
    assert!(!format!("{spans:?}").contains("in-the-query"));

    let log = program.read("stderr");
    // What cargo says where components have to be built is no log.
    let lines: Vec<Value> = log
        .lines()
        .skip_while(|line| !line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let of_request = |line: &&Value| line["span"]["request_id"] == REQUEST_ID;
    let line = lines
        .iter()
        .find(of_request)
        .expect("a line for the request");
    assert_eq!(line["message"], "answered");
    assert_eq!(line["status"], 200);
    let agency = line["span"]["agency"].as_str().unwrap();
    assert!(Uuid::parse_str(agency).is_ok(), "{line}");
    assert!(attribute(request, "agency").contains(agency));
    assert!(
        line["took_us"].as_u64().is_some_and(|took| took > 0),
        "{line}"
    );
}

fn hex(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
