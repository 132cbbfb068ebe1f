//! The query parameters.

use serde_json::{Value, json};
use tidemark_analytics::parameters::{FANS_LISTED, MOST_LISTED, TRANSACTIONS_LISTED};

use crate::audit;

/// The descriptions of some parameters, in that order.
pub(super) fn named(names: &[&str]) -> Value {
    let lists_transactions = names.contains(&"cursor");
    let lists_windows = names.contains(&"startDate");
    let described = names.iter().map(|name| {
        let (description, schema) = match *name {
            // The two parameters of the audit log, whose cursor is a number.
            "cursor" if !lists_windows => (
                "`nextCursor` of the page before.",
                json!({"type": "string", "pattern": "^[0-9]{1,18}$"}),
            ),
            "limit" if !lists_windows => (
                "Entries of a page.",
                json!({
                    "type": "integer", "minimum": 1, "maximum": audit::MOST_LISTED,
                    "default": audit::LISTED,
                }),
            ),
            "limit" if lists_transactions => limit(TRANSACTIONS_LISTED),
            "startDate" if lists_transactions => (OPEN_START, bound()),
            "endDate" if lists_transactions => (OPEN_END, bound()),
            name => parameter(name),
        };
        json!({"name": name, "in": "query", "description": description, "schema": schema})
    });
    described.collect()
}

const OPEN_START: &str = "First local day, or the instant from which on. Open without it.";
const OPEN_END: &str = "Last local day, or the instant before which. Open without it.";

fn parameter(name: &str) -> (&'static str, Value) {
    match name {
        "agencyId" => (
            "Must be the caller's; another one is 404. The caller's without it.",
            json!({"type": "string", "format": "uuid"}),
        ),
        "modelId" => (
            "One model; `all`, or none, for the whole agency.",
            json!({"anyOf": [{"const": "all"}, {"type": "string", "format": "uuid"}]}),
        ),
        "timeRange" => (
            "The last so many local days including today; `1y` is 365; `all` begins with the first \
             transaction. startDate and endDate override it.",
            json!({"enum": ["7d", "30d", "90d", "1y", "all"], "default": "30d"}),
        ),
        "startDate" => (
            "First local day, or the instant from which on; 2015 or later. Without it and with \
             endDate: the first transaction's day.",
            bound(),
        ),
        "endDate" => (
            "Last local day, or the instant before which. Without it and with startDate: today.",
            bound(),
        ),
        "tz" => (
            "IANA zone of the local days; the agency's without it.",
            json!({"type": "string", "examples": ["Europe/Berlin", "UTC"]}),
        ),
        "granularity" => (
            "Length of a bucket. Without it: up to 31 days by day, up to 180 by week, else by month.",
            json!({"enum": ["day", "week", "month"]}),
        ),
        "compare" => (
            "The window to compare with; one that includes today is cut at the same elapsed time.",
            json!({"enum": ["previous", "year", "none"], "default": "previous"}),
        ),
        "limit" => limit(FANS_LISTED),
        "category" => (
            "One Fanvue source, such as `tip`.",
            json!({"type": "string", "minLength": 1, "maxLength": 100}),
        ),
        "cursor" => (
            "`nextCursor` of the page before.",
            json!({"type": "string", "pattern": "^[0-9a-f]+$"}),
        ),
        "format" => (
            "Overrides `Accept`. CSV is the whole selection, whatever limit and cursor say.",
            json!({"enum": ["json", "csv"]}),
        ),
        _ => ("", json!({})),
    }
}

fn limit(default: i64) -> (&'static str, Value) {
    let schema = json!({
        "type": "integer", "minimum": 1, "maximum": MOST_LISTED, "default": default,
    });
    ("How many entries at most.", schema)
}

fn bound() -> Value {
    json!({"anyOf": [
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
    ]})
}
