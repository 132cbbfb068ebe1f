//! `GET /metrics`: the service in figures, as Prometheus reads them.
//!
//! Nothing is counted in process, where an instance lives for one request: one statement reads what
//! the jobs left in the database. It tells ids of agencies, never names or amounts of their sales.

use std::fmt::Write as _;

use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Map, Value as Json};
use tidemark_api::{ApiError, Request, Response, cron, respond};
use tidemark_ports::{Bound, Platform, Row, Sql as _, SqlError};

use crate::DashboardSettings;

/// What Prometheus calls its format.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics: name, type, what it is.
const METRICS: [(&str, &str, &str); 11] = [
    (
        "fv_job_last_success_timestamp_seconds",
        "gauge",
        "When a step of the job last ended well.",
    ),
    (
        "fv_job_last_duration_seconds",
        "gauge",
        "How long the job's last step took.",
    ),
    (
        "fv_job_runs_total",
        "counter",
        "Steps of the job by outcome, over all agencies.",
    ),
    (
        "fv_data_lag_seconds",
        "gauge",
        "Age of the least fresh model's data, per agency and kind.",
    ),
    (
        "fv_rows_total",
        "counter",
        "Rows that the steps of a job read, by result.",
    ),
    (
        "fv_upstream_requests_total",
        "counter",
        "Requests to Fanvue that the steps of a job made.",
    ),
    (
        "fv_upstream_remaining",
        "gauge",
        "Requests left in a bucket of Fanvue's rate limit.",
    ),
    (
        "fv_reconcile_drift_cents",
        "gauge",
        "Ledger less Fanvue's own sum, of days that differ.",
    ),
    (
        "fv_token_expires_in_seconds",
        "gauge",
        "Until the access token that expires first does.",
    ),
    (
        "fv_alerts_sent_total",
        "counter",
        "Alerts that arrived at a destination, or were given up.",
    ),
    (
        "fv_webhook_events_total",
        "counter",
        "Events that Fanvue delivered, by topic, as far as they are kept.",
    ),
];

/// Answers with the figures of all agencies.
///
/// # Errors
/// 401 for any but the bearer `cron_secret`, 503 while it is unset or the database is away
pub async fn metrics(
    platform: &impl Platform,
    settings: &DashboardSettings,
    request: &Request,
) -> Result<Response, ApiError> {
    cron::require_secret(request.headers(), &settings.cron_secret)?;
    let now = platform.now();
    let rows = Bound::jobs(platform)
        .query(include_str!("sql/metrics.sql"), &[now.into()])
        .await?;
    let text = exposition(&rows)?;
    let mut response = respond::with_body(StatusCode::OK, CONTENT_TYPE, text.into_bytes());
    let no_store = http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(response)
}

/// Rows of name, labels and value as text, each metric under its description.
fn exposition(rows: &[Row]) -> Result<String, SqlError> {
    let mut samples = Vec::new();
    for row in rows {
        let (name, value): (String, String) = (row.get(0)?, row.get(2)?);
        let labels: Map<String, Json> = row.json(1)?;
        samples.push((name, labels, value));
    }
    let mut text = String::new();
    for (metric, kind, description) in METRICS {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "# HELP {metric} {description}\n# TYPE {metric} {kind}\n"
        );
        for (name, labels, value) in &samples {
            if name == metric {
                let _ = writeln!(text, "{name}{} {value}", braced(labels));
            }
        }
    }
    Ok(text)
}

fn braced(labels: &Map<String, Json>) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value.as_str().unwrap_or_default())))
        .collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("{{{}}}", pairs.join(","))
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidemark_ports::Value;

    use super::*;

    #[test]
    fn a_sample_stands_under_its_description_and_its_labels_are_escaped() {
        let row = Row::new(vec![
            Value::Text("fv_job_runs_total".to_owned()),
            json!({"job": "a\"b\\c\nd", "outcome": "done"}).into(),
            Value::Text("7".to_owned()),
        ]);
        let text = exposition(&[row]).unwrap();
        let expected = "# TYPE fv_job_runs_total counter\n\
                        fv_job_runs_total{job=\"a\\\"b\\\\c\\nd\",outcome=\"done\"} 7\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn the_statement_and_the_descriptions_name_the_same_metrics() {
        let statement = include_str!("sql/metrics.sql");
        let mut named: Vec<&str> = statement
            .split('\'')
            .filter(|word| word.starts_with("fv_"))
            .collect();
        named.sort_unstable();
        named.dedup();
        let mut described: Vec<&str> = METRICS.iter().map(|(name, ..)| *name).collect();
        described.sort_unstable();
        assert_eq!(named, described);
    }

    #[test]
    fn alert_rules_and_the_panels_of_deploy_know_every_metric_and_no_other() {
        let rules = include_str!("../../../deploy/monitoring/alerts.yaml");
        let panels = include_str!("../../../deploy/monitoring/grafana.json");
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        let named_in = |text: &'static str| {
            text.split(move |letter| !is_name(letter))
                .filter(|word| word.starts_with("fv_"))
        };
        let described: Vec<&str> = METRICS.iter().map(|(name, ..)| *name).collect();
        for name in named_in(rules).chain(named_in(panels)) {
            assert!(described.contains(&name), "there is no metric {name}");
        }
        for name in described {
            assert!(
                named_in(panels).any(|word| word == name),
                "{name} has no panel"
            );
        }
    }
}
