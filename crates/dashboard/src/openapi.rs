//! `GET /openapi.json`: the routes of this component, described from the definitions that answer
//! them: names and defaults of parameters from the parsers, KPIs from the glossary.

#![expect(
    clippy::needless_pass_by_value,
    reason = "json! only borrows, and the pieces are temporaries"
)]

mod parameters;
mod schemas;
mod team;

use http::StatusCode;
use serde_json::{Map, Value, json};
use tidemark_api::{Response, respond};

/// The media type of the document.
const CONTENT_TYPE: &str = "application/json";

/// Answers with the document. It holds no tenant data and needs no credentials.
pub fn serve() -> Response {
    let body = serde_json::to_vec(&document()).expect("invariant: the document is JSON");
    let mut response = respond::with_body(StatusCode::OK, CONTENT_TYPE, body);
    let an_hour = http::HeaderValue::from_static("public, max-age=3600");
    response
        .headers_mut()
        .insert(http::header::CACHE_CONTROL, an_hour);
    response
}

/// The document, in `OpenAPI` 3.1.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tidemark",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Live revenue and audience analytics for agencies on Fanvue",
            "description": "Money is a decimal number of US dollars with at most two decimals, \
                            exact to the cent. Unknown is null, zero is 0. Windows are half-open, \
                            cut at local midnights of `tz`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {"session": []}],
        "paths": all_paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey", "in": "cookie", "name": tidemark_api::auth::SESSION_COOKIE,
                },
            },
            "responses": {
                "BadRequest": error("A parameter is wrong; `field` names it."),
                "Unauthorized": error("No or bad credentials."),
                "NotFound": error("No such agency or model for this caller."),
                "Unavailable": error("A dependency is down. Never a 200 with zeros."),
                "NotModified": {
                    "description": "The caller has this version.",
                    "headers": tag_headers(),
                },
            },
            "schemas": schemas::all(),
        },
    })
}

fn all_paths() -> Value {
    let mut all = paths();
    if let Some(all) = all.as_object_mut() {
        all.extend(team::paths());
    }
    all
}

fn paths() -> Value {
    let all = |names: &[&str]| parameters::named(names);
    let csv = json!({"text/csv": {"schema": {"type": "string"}}});
    let transactions = with_content(
        tenant_data(
            "Transactions",
            "A page of the ledger, newest \
                                                first, or all of it as CSV.",
        ),
        &csv,
    );
    json!({
        "/api/analytics/dashboard": {"get": operation(
            "getDashboard",
            "Every figure of a window: chart, KPIs, comparison, breakdown, freshness, coverage.",
            all(&tidemark_analytics::parameters::NAMES),
            tenant_data("Dashboard", "The figures."),
        )},
        "/api/analytics/top-fans": {"get": operation(
            "getTopFans",
            "The fans who spent most in a window, by gross after reversals.",
            all(&tidemark_analytics::parameters::TOP_FANS_NAMES),
            tenant_data("TopFans", "The fans."),
        )},
        "/api/transactions": {"get": operation(
            "listTransactions",
            "The ledger, newest first, page by page; `Accept: text/csv` or `format=csv` streams the \
             whole selection as CSV.",
            all(&tidemark_analytics::parameters::TRANSACTIONS_NAMES),
            transactions,
        )},
        "/api/models": {"get": operation(
            "listModels",
            "The agency's models with audience counts, sync state and freshness.",
            json!([]),
            tenant_data("Models", "The models."),
        )},
        "/api/status": {"get": operation(
            "getStatus",
            "Connections, streams, last runs of each job, and the rate budget.",
            json!([]),
            tenant_data("Status", "The state of the machinery."),
        )},
        "/api/health": {"get": public(
            "getHealth",
            "Whether database, migrations and jobs are as they should be.",
            json!({
                "200": described("Health", "All is well."),
                "503": described("Health", "Something is not."),
            }),
        )},
        "/openapi.json": {"get": public(
            "getOpenApi",
            "This document.",
            json!({"200": {
                "description": "The document.",
                "content": {CONTENT_TYPE: {"schema": {"type": "object"}}},
            }}),
        )},
    })
}

fn operation(id: &str, summary: &str, parameters: Value, ok: Value) -> Value {
    let mut responses = Map::new();
    responses.insert("200".to_owned(), ok);
    for (status, name) in [
        ("304", "NotModified"),
        ("400", "BadRequest"),
        ("401", "Unauthorized"),
        ("404", "NotFound"),
        ("503", "Unavailable"),
    ] {
        let reference = format!("#/components/responses/{name}");
        responses.insert(status.to_owned(), json!({"$ref": reference}));
    }
    json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    })
}

fn public(id: &str, summary: &str, responses: Value) -> Value {
    json!({"operationId": id, "summary": summary, "security": [], "responses": responses})
}

fn tenant_data(schema: &str, description: &str) -> Value {
    let mut response = described(schema, description);
    response["headers"] = tag_headers();
    response
}

fn described(schema: &str, description: &str) -> Value {
    let reference = format!("#/components/schemas/{schema}");
    json!({
        "description": description,
        "content": {CONTENT_TYPE: {"schema": {"$ref": reference}}},
    })
}

fn with_content(mut response: Value, more: &Value) -> Value {
    if let (Some(content), Some(more)) = (response["content"].as_object_mut(), more.as_object()) {
        content.extend(more.clone());
    }
    response["headers"] = json!({});
    response
}

fn tag_headers() -> Value {
    json!({"ETag": {
        "description": "Changes exactly when the body apart from `ageSeconds` and `state` does.",
        "schema": {"type": "string"},
    }})
}

fn error(description: &str) -> Value {
    described("Error", description)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` of a value.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member.as_str().filter(|_| name == "$ref") {
                        Some(target) => found.push(target.to_owned()),
                        None => references(member, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn every_kpi_is_described_by_its_own_sentence() {
        let document = document();
        let described = &document["components"]["schemas"]["KpiMetrics"]["properties"];
        for definition in tidemark_analytics::definitions() {
            let description = described[definition.id]["description"].as_str().unwrap();
            assert!(
                description.starts_with(definition.sentence),
                "{}",
                definition.id
            );
        }
    }

    #[test]
    fn every_parameter_is_described() {
        let document = document();
        for (path, item) in document["paths"].as_object().unwrap() {
            for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{path}: {parameter}");
            }
        }
    }
}
