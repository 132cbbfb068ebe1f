//! `GET /api/models`: the agency's models with audience, sync state and freshness.

use serde::Serialize;
use tidemark_analytics::freshness::{AUDIENCE_MAX_AGE, Freshness, TRANSACTIONS_MAX_AGE};
use tidemark_api::{ApiError, Request, Response, respond};
use tidemark_domain::{HISTORY_FLOOR, Instant, ModelId, Zone};
use tidemark_ports::{Platform, Row, SqlError};
use tidemark_tenancy::token::Caller;

/// Over how many UTC days flows are added up.
const FLOW_DAYS: i32 = 30;

#[derive(Serialize)]
struct Body {
    agency: Agency,
    models: Vec<Model>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Agency {
    agency_id: String,
    name: String,
    timezone: String,
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    model_id: ModelId,
    handle: String,
    display_name: String,
    /// null until first counted
    subscribers: Option<i64>,
    followers: Option<i64>,
    unread_messages: Option<i64>,
    posts: Option<i64>,
    counts: Counts,
    /// null until Fanvue's events were first read
    flows: Option<Flows>,
    sync: Sync,
    freshness: Families,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sync {
    /// complete, backfilling, failed, reconnect or never
    state: &'static str,
    proven_since: Option<String>,
    proven_until: Option<String>,
    error: Option<String>,
}

/// How old each count is: a call that fails leaves its count and the count's age.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    subscribers: Age,
    followers: Age,
    /// never counted for managed creators: Fanvue has no count of theirs
    unread_messages: Age,
    posts: Age,
}

/// Both null until first counted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Age {
    as_of: Option<String>,
    age_seconds: Option<u64>,
}

/// Starts and final ends of subscriptions, as Fanvue counts them: flows, not people.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Flows {
    /// UTC days added up, today among them
    days: i32,
    new_subscribers: i64,
    cancelled_subscribers: i64,
    as_of: String,
}

#[derive(Serialize)]
struct Families {
    transactions: Freshness,
    audience: Freshness,
}

/// Lists the models of the caller's agency.
///
/// # Errors
/// 503
pub async fn models(
    platform: &impl Platform,
    caller: Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let now = platform.now();
    let agency = agency_of(platform, caller).await?;
    let first_day = Zone::utc().day_of(now).plus_days(1 - FLOW_DAYS);
    let parameters = [caller.agency.into(), first_day.to_string().into()];
    let rows = platform
        .query(include_str!("sql/models.sql"), &parameters)
        .await?;
    let models = rows
        .iter()
        .map(|row| model_of(row, now))
        .collect::<Result<Vec<_>, _>>()?;
    // Ages tick by themselves; the tag covers what the database holds.
    let timeless = rows
        .iter()
        .map(|row| model_of(row, Instant::from_micros(0)));
    let timeless = timeless.collect::<Result<Vec<_>, _>>()?;
    let etag = respond::etag_of(&(&agency, &timeless));
    Ok(respond::tenant_json(
        request.headers(),
        &etag,
        &Body { agency, models },
    ))
}

async fn agency_of(platform: &impl Platform, caller: Caller) -> Result<Agency, ApiError> {
    let statement = "select name, timezone from agencies where agency_id = $1";
    let rows = platform.query(statement, &[caller.agency.into()]).await?;
    let row = tidemark_ports::sql::only_row(rows)?;
    Ok(Agency {
        agency_id: caller.agency.to_string(),
        name: row.get(0)?,
        timezone: row.get(1)?,
        role: caller.role.word(),
    })
}

fn model_of(row: &Row, now: Instant) -> Result<Model, SqlError> {
    let ledger_until: Option<Instant> = row.get(6)?;
    let audience_until: Option<Instant> = row.get(10)?;
    let error: Option<String> = row.get(8)?;
    let ledger_since: Option<Instant> = row.get(7)?;
    let connection: String = row.get(9)?;
    let state = match (connection.as_str(), ledger_since) {
        ("active", _) if error.is_some() => "failed",
        ("active", Some(since)) if since <= HISTORY_FLOOR => "complete",
        ("active", Some(_)) => "backfilling",
        ("active", None) => "never",
        _ => "reconnect",
    };
    Ok(Model {
        model_id: ModelId::new(row.get(0)?),
        handle: row.get(1)?,
        display_name: row.get(2)?,
        subscribers: row.get(3)?,
        followers: row.get(4)?,
        unread_messages: row.get(5)?,
        posts: row.get(11)?,
        counts: Counts {
            subscribers: age_of(row.get(12)?, now),
            followers: age_of(row.get(13)?, now),
            unread_messages: age_of(row.get(14)?, now),
            posts: age_of(row.get(15)?, now),
        },
        flows: flows_of(row)?,
        sync: Sync {
            state,
            proven_since: ledger_since.map(|since| since.to_string()),
            proven_until: ledger_until.map(|until| until.to_string()),
            error,
        },
        freshness: Families {
            transactions: Freshness::measure([ledger_until], TRANSACTIONS_MAX_AGE, now),
            audience: Freshness::measure([audience_until], AUDIENCE_MAX_AGE, now),
        },
    })
}

fn age_of(counted_at: Option<Instant>, now: Instant) -> Age {
    Age {
        as_of: counted_at.map(|at| at.to_string()),
        age_seconds: counted_at.map(|at| now.since(at).as_secs()),
    }
}

fn flows_of(row: &Row) -> Result<Option<Flows>, SqlError> {
    let read_at: Option<Instant> = row.get(16)?;
    let Some(read_at) = read_at else {
        return Ok(None);
    };
    Ok(Some(Flows {
        days: FLOW_DAYS,
        new_subscribers: row.get(17)?,
        cancelled_subscribers: row.get(18)?,
        as_of: read_at.to_string(),
    }))
}
