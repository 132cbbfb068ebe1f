//! `GET /api/status`: how the machinery of the caller's agency is doing.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;
use tidemark_api::{ApiError, Request, Response, respond};
use tidemark_domain::Instant;
use tidemark_ports::{Platform, Row, Sql, SqlError, Value, sql::only_row};
use tidemark_tenancy::token::Caller;

use crate::schedules::{Schedule, schedules};

/// How far back webhooks are counted.
const WEBHOOKS_OF: Duration = Duration::from_hours(24);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    connections: Vec<Connection>,
    models: Vec<Stream>,
    /// closed days that differ from Fanvue's own sums; empty when all agree
    drifts: Vec<Drift>,
    jobs: Vec<Step>,
    /// when each job is due next
    schedules: Vec<Schedule>,
    rate_budget: Vec<Bucket>,
    webhooks: Webhooks,
}

/// What Fanvue's webhooks told of the agency's models in the last 24 hours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Webhooks {
    events: i64,
    /// events of topics that Fanvue does not document
    unknown_topics: i64,
    last_received_at: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    connection_id: String,
    /// active, reconnect or disconnected
    state: String,
    error: Option<String>,
    token_expires_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    model_id: String,
    /// transactions or audience
    family: String,
    as_of: Option<String>,
    /// complete from then on; for transactions 2018-01-01 once the whole history was read
    complete_since: Option<String>,
    /// whether somebody is reading it at this moment
    reading: bool,
    /// windows that wait to be read again
    rereads: i32,
    /// this account's reversals cannot be read, so they are missing and not zero
    reversals_unknown: bool,
    /// rows that could not be read yet
    quarantined: i64,
    attempts: i32,
    retry_at: Option<String>,
    error_code: Option<String>,
    error: Option<String>,
}

/// Amounts are US cents: drift is an engineer's figure, exact and small.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Drift {
    model_id: String,
    /// the UTC day
    date: String,
    /// gross of sales in the ledger
    ledger_cents: i64,
    /// gross of sales as Fanvue sums it up
    fanvue_cents: i64,
    /// ledger minus Fanvue
    drift_cents: i64,
    compared_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    job: String,
    started_at: String,
    duration_ms: i64,
    outcome: String,
    /// rows, API calls, progress and errors as the step reported them
    report: Json,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bucket {
    connection_id: String,
    bucket: String,
    capacity: i64,
    remaining: i64,
    resets_at: String,
    observed_at: String,
    /// the end of the pause that a 429 asked for
    paused_until: Option<String>,
}

/// Tells the state of connections, streams, jobs and the rate budget.
///
/// # Errors
/// 503
pub async fn status(
    platform: &impl Platform,
    caller: Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let agency = caller.agency;
    let mine = [agency.into()];
    let now = platform.now();
    let mine_now = [agency.into(), now.into()];
    let mine_since = [agency.into(), now.minus(WEBHOOKS_OF).into()];
    let webhooks = platform.query(include_str!("sql/webhooks.sql"), &mine_since);
    let body = Body {
        webhooks: webhooks_of(&only_row(webhooks.await?)?)?,
        connections: list(
            platform,
            include_str!("sql/connections.sql"),
            &mine,
            connection_of,
        )
        .await?,
        models: list(
            platform,
            include_str!("sql/streams.sql"),
            &mine_now,
            stream_of,
        )
        .await?,
        drifts: list(platform, include_str!("sql/drifts.sql"), &mine, drift_of).await?,
        jobs: list(
            platform,
            include_str!("sql/recent_steps.sql"),
            &mine,
            step_of,
        )
        .await?,
        schedules: schedules(now),
        rate_budget: list(
            platform,
            include_str!("sql/rate_buckets.sql"),
            &mine,
            bucket_of,
        )
        .await?,
    };
    Ok(respond::tenant_json(
        request.headers(),
        &respond::etag_of(&body),
        &body,
    ))
}

async fn list<T>(
    sql: &impl Sql,
    statement: &str,
    parameters: &[Value],
    read: impl Fn(&Row) -> Result<T, SqlError>,
) -> Result<Vec<T>, SqlError> {
    sql.query(statement, parameters)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn text_of(instant: Instant) -> String {
    instant.to_string()
}

fn connection_of(row: &Row) -> Result<Connection, SqlError> {
    Ok(Connection {
        connection_id: row.get::<uuid::Uuid>(0)?.to_string(),
        state: row.get(1)?,
        error: row.get(2)?,
        token_expires_at: text_of(row.get(3)?),
    })
}

fn stream_of(row: &Row) -> Result<Stream, SqlError> {
    Ok(Stream {
        model_id: row.get::<uuid::Uuid>(0)?.to_string(),
        family: row.get(1)?,
        complete_since: row.get::<Option<Instant>>(2)?.map(text_of),
        as_of: row.get::<Option<Instant>>(3)?.map(text_of),
        reading: row.get(4)?,
        rereads: row.get(5)?,
        reversals_unknown: row.get(6)?,
        quarantined: row.get(7)?,
        attempts: row.get(8)?,
        retry_at: row.get::<Option<Instant>>(9)?.map(text_of),
        error_code: row.get(10)?,
        error: row.get(11)?,
    })
}

fn drift_of(row: &Row) -> Result<Drift, SqlError> {
    let (ledger_cents, fanvue_cents): (i64, i64) = (row.get(2)?, row.get(3)?);
    Ok(Drift {
        model_id: row.get::<uuid::Uuid>(0)?.to_string(),
        date: row.get(1)?,
        ledger_cents,
        fanvue_cents,
        drift_cents: ledger_cents - fanvue_cents,
        compared_at: text_of(row.get(4)?),
    })
}

fn webhooks_of(row: &Row) -> Result<Webhooks, SqlError> {
    Ok(Webhooks {
        events: row.get(0)?,
        unknown_topics: row.get(1)?,
        last_received_at: row.get::<Option<Instant>>(2)?.map(text_of),
    })
}

fn step_of(row: &Row) -> Result<Step, SqlError> {
    Ok(Step {
        job: row.get(0)?,
        started_at: text_of(row.get(1)?),
        duration_ms: row.get(2)?,
        outcome: row.get(3)?,
        report: row.json(4)?,
    })
}

fn bucket_of(row: &Row) -> Result<Bucket, SqlError> {
    Ok(Bucket {
        connection_id: row.get::<uuid::Uuid>(0)?.to_string(),
        bucket: row.get(1)?,
        capacity: row.get(2)?,
        remaining: row.get(3)?,
        resets_at: text_of(row.get(4)?),
        observed_at: text_of(row.get(5)?),
        paused_until: row.get::<Option<Instant>>(6)?.map(text_of),
    })
}
