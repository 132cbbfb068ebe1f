//! `GET /api/status`: how the machinery of the caller's agency is doing.

use serde::Serialize;
use serde_json::Value as Json;
use tidemark_api::{ApiError, Request, Response, auth, respond};
use tidemark_domain::Instant;
use tidemark_ports::{Platform, Row, Sql, SqlError, Value};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    connections: Vec<Connection>,
    models: Vec<Stream>,
    jobs: Vec<Step>,
    rate_budget: Vec<Bucket>,
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
    /// whether somebody is reading it at this moment
    reading: bool,
    attempts: i32,
    retry_at: Option<String>,
    error_code: Option<String>,
    error: Option<String>,
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
}

/// Tells the state of connections, streams, jobs and the rate budget.
///
/// # Errors
/// 401, 503
pub async fn status(platform: &impl Platform, request: &Request) -> Result<Response, ApiError> {
    let agency = auth::authenticate(platform, request.headers())
        .await?
        .agency;
    let mine = [agency.into()];
    let mine_now = [agency.into(), platform.now().into()];
    let body = Body {
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
        jobs: list(
            platform,
            include_str!("sql/recent_steps.sql"),
            &mine,
            step_of,
        )
        .await?,
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
        as_of: row.get::<Option<Instant>>(2)?.map(text_of),
        reading: row.get(3)?,
        attempts: row.get(4)?,
        retry_at: row.get::<Option<Instant>>(5)?.map(text_of),
        error_code: row.get(6)?,
        error: row.get(7)?,
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
    })
}
