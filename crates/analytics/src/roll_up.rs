//! Keeping the roll-ups: what triggers leave to do, done in bounded steps, and the check of all of it
//! against the ledger (see `migrations/0003_roll_ups.sql` and after).

use std::time::Duration;

use tidemark_domain::{AgencyId, Instant, LocalDay, Zone};
use tidemark_ports::{Clock, Sql, SqlError, sql::only_row};

/// Fans that one step settles: some dozens of milliseconds.
pub const FANS_PER_STEP: i64 = 500;

/// The days whose beginnings program and database are compared by: those of the years in which
/// something may have been sold, and the next.
const COMPARED_FROM: &str = "2018-01-01";
/// Days compared after today.
const COMPARED_AHEAD: i32 = 366;

/// How often roll-ups are compared with their ledger.
const CHECK_EVERY: Duration = Duration::from_hours(24);

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// models whose sums were built
    pub models: i64,
    /// fans that were settled
    pub fans: i64,
    /// whether something is left to do
    pub more: bool,
}

/// Does a bounded piece of what is left to do for an agency: builds the sums of one model, else
/// settles up to `at_most` fans, else clears away the roll-ups of a zone that the agency left.
///
/// # Errors
/// When the database fails; what was done before stays done.
pub async fn step(sql: &impl Sql, agency: AgencyId, at_most: i64) -> Result<Step, SqlError> {
    let statement = include_str!("sql/roll_up_step.sql");
    let row = only_row(
        sql.query(statement, &[agency.into(), at_most.into()])
            .await?,
    )?;
    Ok(Step {
        models: row.get(0)?,
        fans: row.get(1)?,
        more: row.get(2)?,
    })
}

/// Does what is left to do, step by step until `deadline`, then the checks that are due: for one
/// agency or for all. At least one step is done, so that short time boxes come to an end as well.
///
/// # Errors
/// When the database fails.
pub async fn maintain<P: Sql + Clock>(
    platform: &P,
    only: Option<AgencyId>,
    deadline: Instant,
) -> Result<(), SqlError> {
    for agency in unfinished(platform).await? {
        if only.is_some_and(|wanted| wanted != agency) {
            continue;
        }
        while step(platform, agency, FANS_PER_STEP).await?.more {
            if platform.now() >= deadline {
                return Ok(());
            }
        }
    }
    let due_before = platform.now().minus(CHECK_EVERY);
    let statement = "select agency_id, zone from roll_ups \
                     where coalesce(checked_at <= instant_of($1::bigint), true) \
                     order by checked_at nulls first, agency_id";
    for row in platform.query(statement, &[due_before.into()]).await? {
        let (agency, zone): (_, String) = (AgencyId::new(row.get(0)?), row.get(1)?);
        let wanted = only.is_none_or(|wanted| wanted == agency);
        if platform.now() >= deadline {
            break;
        }
        if let Some(zone) = Zone::parse(&zone).ok().filter(|_| wanted) {
            check(platform, agency, &zone).await?;
        }
    }
    Ok(())
}

/// Agencies for which something is left to do.
///
/// # Errors
/// When the database fails.
pub async fn unfinished(sql: &impl Sql) -> Result<Vec<AgencyId>, SqlError> {
    let rows = sql
        .query(include_str!("sql/unfinished_roll_ups.sql"), &[])
        .await?;
    rows.iter()
        .map(|row| row.get(0).map(AgencyId::new))
        .collect()
}

/// Forgets an agency's roll-ups; steps then make them anew, and answers come from the ledger
/// meanwhile. Returns how many models there are to build.
///
/// # Errors
/// When the database fails.
pub async fn forget(sql: &impl Sql, agency: AgencyId) -> Result<i64, SqlError> {
    let statement = "select forget_roll_ups($1::uuid)";
    only_row(sql.query(statement, &[agency.into()]).await?)?.get(0)
}

/// How many rows of the roll-ups of a zone differ from the ledger, leaving out what is still to be
/// built or settled. Reads the agency's whole ledger.
///
/// # Errors
/// When the database fails.
pub async fn differences(sql: &impl Sql, agency: AgencyId, zone: &Zone) -> Result<i64, SqlError> {
    let statement = "select roll_up_differences($1::uuid, $2::text)";
    let parameters = [agency.into(), zone.name().into()];
    only_row(sql.query(statement, &parameters).await?)?.get(0)
}

/// Compares an agency's roll-ups with its ledger, and the database's idea of the zone's days with the
/// program's, and stores the result. Roll-ups that do not agree are not used until they are made anew.
///
/// # Errors
/// When the database fails.
pub async fn check<P: Sql + Clock>(
    platform: &P,
    agency: AgencyId,
    zone: &Zone,
) -> Result<Checked, SqlError> {
    let now = platform.now();
    let differences = differences(platform, agency, zone).await?;
    let days_apart = days_apart(platform, zone, now).await?;
    let statement = "update roll_ups set checked_at = instant_of($3::bigint), \
                     differences = $4::bigint, trusted = $5::boolean \
                     where agency_id = $1::uuid and zone = $2::text";
    let trusted = differences == 0 && days_apart == 0;
    let parameters = [
        agency.into(),
        zone.name().into(),
        now.into(),
        differences.into(),
        trusted.into(),
    ];
    platform.query(statement, &parameters).await?;
    Ok(Checked {
        differences,
        days_apart,
    })
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// rows of the roll-ups that differ from the ledger
    pub differences: i64,
    /// days that database and program begin at different instants
    pub days_apart: i64,
}

impl Checked {
    /// Whether everything agrees.
    pub const fn agrees(self) -> bool {
        self.differences == 0 && self.days_apart == 0
    }
}

/// Days of a zone that the database begins elsewhere than the program does. The two bring their own
/// tables of zones, of different age.
async fn days_apart(sql: &impl Sql, zone: &Zone, now: Instant) -> Result<i64, SqlError> {
    let last = zone.day_of(now).plus_days(COMPARED_AHEAD);
    let mut day = LocalDay::parse(COMPARED_FROM).unwrap_or(LocalDay::EPOCH);
    let (mut days, mut starts) = (Vec::new(), Vec::new());
    while day <= last {
        days.push(i64::from(day.days_since(LocalDay::EPOCH)));
        starts.push(zone.start_of(day).micros());
        day = day.plus_days(1);
    }
    // The instant before a day's first belongs to an earlier day, and the first to that day.
    let statement = "select count(*) \
                     from unnest($1::bigint[], $2::bigint[]) as given (day, starts_at) \
                     cross join lateral (select instant_of(starts_at) as first) as bound \
                     where (first at time zone $3::text)::date < date 'epoch' + day::integer \
                     or ((first - interval '1 microsecond') at time zone $3::text)::date \
                     >= date 'epoch' + day::integer";
    let parameters = [days.into(), starts.into(), zone.name().into()];
    only_row(sql.query(statement, &parameters).await?)?.get(0)
}
