//! Reading what an answer is made of: three statements at most, each with typed columns.

use tidemark_domain::source::{ChartGroup, KNOWN_SOURCES, REVERSAL_SOURCES};
use tidemark_domain::{AgencyId, Cents, Instant, LocalDay, ModelId, Source, Zone};
use tidemark_ports::{Row, Sql, SqlError, Value};

use crate::aggregates::{Aggregates, FanCounts, SegmentSum, SourceSum};
use crate::audience::Audience;
use crate::audience::levels::{self, Level};
use crate::freshness::ModelProof;
use crate::parameters::DashboardQuery;
use crate::plan::Plan;
use crate::roll_ups::{self, MOST_UNSETTLED_FANS};
use crate::statements;

/// The agency and the models that an answer is about.
#[derive(Clone, Debug)]
pub struct Scope {
    /// the agency's zone
    pub zone: Zone,
    /// what was proven of each model in scope: the named one, or all active ones
    pub proofs: Vec<ModelProof>,
    /// the earliest row in scope, where it was asked for
    pub first_transaction: Option<Instant>,
    /// how often the scope's ledger and audience have changed
    pub revision: i64,
    /// the zone of roll-ups that can be used, if there are any
    pub rolled: Option<Zone>,
}

/// Reads the scope; `None` when the agency does not exist. An unknown model gives no proofs.
///
/// # Errors
/// When the database fails, or the agency's stored zone is unknown.
pub async fn scope(
    sql: &impl Sql,
    agency: AgencyId,
    query: &DashboardQuery,
) -> Result<Option<Scope>, SqlError> {
    let parameters = [
        agency.into(),
        query.model.into(),
        query.span.starts_with_the_ledger().into(),
        query.zone.as_ref().map(Zone::name).into(),
        MOST_UNSETTLED_FANS.into(),
    ];
    let rows = sql.query(statements::SCOPE, &parameters).await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let zone_name: String = first.get(0)?;
    let zone = Zone::parse(&zone_name).map_err(|unknown| SqlError::Shape {
        column: 0,
        expected: "an IANA time zone",
        found: unknown.0,
    })?;
    let first_transaction = first.get(5)?;
    let revision = first.get(6)?;
    let rolled: Option<String> = first.get(7)?;
    let rolled = rolled.and_then(|name| Zone::parse(&name).ok());
    let mut proofs = Vec::with_capacity(rows.len());
    for row in &rows {
        proofs.extend(model_proof(row)?);
    }
    Ok(Some(Scope {
        zone,
        proofs,
        first_transaction,
        revision,
        rolled,
    }))
}

fn model_proof(row: &Row) -> Result<Option<ModelProof>, SqlError> {
    let Some(model) = row.get(1)? else {
        return Ok(None);
    };
    Ok(Some(ModelProof {
        model: ModelId::new(model),
        ledger_since: row.get(2)?,
        ledger_until: row.get(3)?,
        audience_until: row.get(4)?,
    }))
}

/// Sums the ledger up over the plan's segments and windows: from the roll-ups where they can be
/// used, else row by row.
///
/// # Errors
/// When the database fails.
pub async fn aggregates(
    sql: &impl Sql,
    agency: AgencyId,
    scope: &Scope,
    query: &DashboardQuery,
    plan: &Plan,
) -> Result<Aggregates, SqlError> {
    if let Some(zone) = &scope.rolled
        && let Some(rolled) = rolled(sql, agency, query.model, (plan, zone)).await?
    {
        return Ok(rolled);
    }
    summed(sql, agency, query.model, plan).await
}

/// From the roll-ups; `None` when they ceased to be usable since the scope was read.
async fn rolled(
    sql: &impl Sql,
    agency: AgencyId,
    model: Option<ModelId>,
    (plan, zone): (&Plan, &Zone),
) -> Result<Option<Aggregates>, SqlError> {
    let mut parameters = roll_ups::parameters(agency, model, zone, plan);
    parameters.extend(watched(plan));
    let (mut aggregates, mut ready) = (Aggregates::default(), false);
    for row in sql.query(statements::ROLLED, &parameters).await? {
        if row.get::<String>(0)? == "ready" {
            ready = true;
        } else {
            add_row(&mut aggregates, &row)?;
        }
    }
    Ok(ready.then_some(aggregates))
}

/// Where a row may lie that the passing of time brings into the comparison.
fn watched(plan: &Plan) -> [Value; 2] {
    let watched = plan.timing.watched;
    [
        watched.map(|span| span.0).into(),
        watched.map(|span| span.1).into(),
    ]
}

/// From the ledger's rows.
async fn summed(
    sql: &impl Sql,
    agency: AgencyId,
    model: Option<ModelId>,
    plan: &Plan,
) -> Result<Aggregates, SqlError> {
    let micros = |instants: &mut dyn Iterator<Item = Instant>| -> Value {
        Value::Int8Array(instants.map(Instant::micros).collect())
    };
    let [watched_from, watched_until] = watched(plan);
    let reversals = REVERSAL_SOURCES.map(str::to_owned).to_vec();
    let parameters = [
        agency.into(),
        model.into(),
        reversals.into(),
        sources_of(ChartGroup::Messages).into(),
        sources_of(ChartGroup::Posts).into(),
        micros(&mut plan.segments.iter().map(|segment| segment.start)),
        micros(&mut plan.segments.iter().map(|segment| segment.end)),
        micros(&mut plan.windows().map(|window| window.start)),
        micros(&mut plan.windows().map(|window| window.end)),
        watched_from,
        watched_until,
    ];
    let mut aggregates = Aggregates::default();
    for row in sql.query(statements::AGGREGATES, &parameters).await? {
        add_row(&mut aggregates, &row)?;
    }
    Ok(aggregates)
}

fn sources_of(group: ChartGroup) -> Vec<String> {
    let in_group = |name: &&str| Source::new(*name).chart_group() == group;
    KNOWN_SOURCES
        .into_iter()
        .filter(in_group)
        .map(str::to_owned)
        .collect()
}

fn add_row(aggregates: &mut Aggregates, row: &Row) -> Result<(), SqlError> {
    let kind: String = row.get(0)?;
    let slot: i64 = row.get(1)?;
    match (kind.as_str(), slot) {
        ("next", _) => aggregates.next_row = row.get(3)?,
        ("sums", _) => aggregates.sums.push(segment_sum(row, slot)?),
        ("payers", 1) => read_payers(&mut aggregates.current, row)?,
        ("payers", 2) => read_payers(&mut aggregates.compared, row)?,
        ("lifetime", 1) => read_lifetime(&mut aggregates.current, row)?,
        ("lifetime", 2) => read_lifetime(&mut aggregates.compared, row)?,
        _ => return Err(unexpected(0, "a kind of sums", format!("{kind} {slot}"))),
    }
    Ok(())
}

fn segment_sum(row: &Row, slot: i64) -> Result<SegmentSum, SqlError> {
    let segment = usize::try_from(slot - 1)
        .map_err(|_| unexpected(1, "a segment, from 1", slot.to_string()))?;
    let source: String = row.get(2)?;
    let sum = SourceSum {
        rows: row.get(3)?,
        paid: row.get(4)?,
        gross: row.get(5)?,
        net: row.get(6)?,
        paid_gross: row.get(7)?,
    };
    Ok(SegmentSum {
        segment,
        source: Source::new(source),
        sum,
    })
}

fn read_payers(fans: &mut FanCounts, row: &Row) -> Result<(), SqlError> {
    fans.payers = row.get(3)?;
    fans.message_payers = row.get(4)?;
    fans.post_payers = row.get(5)?;
    Ok(())
}

fn read_lifetime(fans: &mut FanCounts, row: &Row) -> Result<(), SqlError> {
    fans.lifetime_payers = row.get(3)?;
    fans.new_fans = row.get(4)?;
    fans.lifetime_gross = Cents::new(row.get(5)?);
    Ok(())
}

/// Reads the audience of the models in scope over the plan's days, with what was known before them.
/// Without models no statement is run.
///
/// # Errors
/// When the database fails.
pub async fn audience(
    sql: &impl Sql,
    agency: AgencyId,
    scope: &Scope,
    plan: &Plan,
) -> Result<Audience, SqlError> {
    if scope.proofs.is_empty() {
        return Ok(Audience::default());
    }
    let models: Vec<String> = scope
        .proofs
        .iter()
        .map(|proof| proof.model.to_string())
        .collect();
    let (first_day, last_day) = plan.days();
    let parameters = [
        agency.into(),
        models.into(),
        first_day.to_string().into(),
        last_day.to_string().into(),
    ];
    let rows = sql.query(statements::AUDIENCE, &parameters).await?;
    let levels: Result<Vec<Vec<Level>>, SqlError> = rows.iter().map(levels_of_model).collect();
    let days = levels::add_up(&levels?, (first_day, last_day));
    Ok(Audience::new(days, scope.proofs.len()))
}

fn levels_of_model(row: &Row) -> Result<Vec<Level>, SqlError> {
    let [days, subscribers, followers, derived] =
        [0, 1, 2, 3].map(|column| row.get::<Vec<i64>>(column));
    let (days, subscribers) = (days?, subscribers?);
    let (followers, derived) = (followers?, derived?);
    let counts = subscribers.into_iter().zip(followers).zip(derived);
    days.into_iter()
        .zip(counts)
        .map(|(day, ((subscribers, followers), derived))| {
            let day = i32::try_from(day)
                .map_err(|_| unexpected(0, "days since the epoch", day.to_string()))?;
            Ok(Level {
                day: LocalDay::EPOCH.plus_days(day),
                subscribers,
                followers: (derived == 0).then_some(followers),
            })
        })
        .collect()
}

fn unexpected(column: usize, expected: &'static str, found: String) -> SqlError {
    SqlError::Shape {
        column,
        expected,
        found,
    }
}
