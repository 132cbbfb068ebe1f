//! Comparing the ledger with Fanvue's own sums, per closed UTC day.
//!
//! Fanvue's summary leaves reversals out, so only sales are compared. A day that differs is read
//! again and compared once more; what differs still stays visible as a drift.

use std::collections::BTreeMap;

use serde::Serialize;
use tidemark_connections::{Caller, ConnectionError};
use tidemark_domain::source::REVERSAL_SOURCES;
use tidemark_domain::{Cents, HISTORY_FLOOR, Instant, LocalDay, Zone};
use tidemark_fanvue::Family;
use tidemark_fanvue::summary::DailyGross;
use tidemark_jobs::Lease;
use tidemark_ports::{Platform, Sql, SqlError, Value};

use crate::state::{NIGHTLY, Scope, StreamState};

/// Closed days, as instants: `from <= day's start < to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// start of the first day, UTC
    pub from: Instant,
    /// start of the day after the last, UTC
    pub to: Instant,
}

impl Span {
    /// The closed days of a scope.
    pub fn of(scope: Scope, now: Instant) -> Self {
        let utc = Zone::utc();
        let to = utc.start_of(utc.day_of(now));
        let from = match scope {
            Scope::Everything => HISTORY_FLOOR,
            Scope::Recent => HISTORY_FLOOR.max(to.minus(NIGHTLY)),
        };
        Self { from, to }
    }

    /// The days from `first` to `last`, both included, as far as they are closed.
    pub fn of_days(first: LocalDay, last: LocalDay, now: Instant) -> Self {
        let utc = Zone::utc();
        let today = utc.day_of(now);
        Self {
            from: HISTORY_FLOOR.max(utc.start_of(first)),
            to: utc.start_of(today.min(last.plus_days(1))),
        }
    }

    fn holds(&self, day: LocalDay) -> bool {
        let start = Zone::utc().start_of(day);
        self.from <= start && start < self.to
    }
}

/// One day's gross of sales on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySums {
    /// the UTC day
    pub day: LocalDay,
    /// in the ledger
    pub ledger: Cents,
    /// as Fanvue tells
    pub fanvue: Cents,
}

impl DaySums {
    /// What the ledger has too much; negative when it lacks something.
    pub fn drift(&self) -> Cents {
        self.ledger - self.fanvue
    }
}

/// Asks Fanvue for its sums and puts the ledger's beside them, by day; days without sales on both
/// sides are left out.
///
/// # Errors
/// [`ConnectionError`]
pub async fn compare<P: Platform>(
    platform: &P,
    caller: &mut Caller<'_, P>,
    lease: Lease,
    family: Family,
    span: Span,
) -> Result<Vec<DaySums>, ConnectionError> {
    let account = caller.account();
    let told = caller
        .call(async |client| {
            client
                .daily_gross(account, family, (span.from, span.to))
                .await
        })
        .await?;
    let ledger = ledger_sums(platform, lease, span).await?;
    Ok(put_together(&told, &ledger, span))
}

async fn ledger_sums(
    sql: &impl Sql,
    lease: Lease,
    span: Span,
) -> Result<Vec<DailyGross>, SqlError> {
    let parameters = [
        lease.agency.into(),
        lease.model.into(),
        span.from.into(),
        span.to.into(),
        REVERSAL_SOURCES.map(str::to_owned).to_vec().into(),
    ];
    let rows = sql
        .query(include_str!("sql/daily_gross.sql"), &parameters)
        .await?;
    rows.iter()
        .map(|row| {
            let day: String = row.get(0)?;
            Ok(DailyGross {
                day: LocalDay::parse(&day).map_err(|wrong| SqlError::Shape {
                    column: 0,
                    expected: "a day",
                    found: wrong.0,
                })?,
                gross: row.get(1)?,
            })
        })
        .collect()
}

fn put_together(told: &[DailyGross], ledger: &[DailyGross], span: Span) -> Vec<DaySums> {
    let mut days: BTreeMap<LocalDay, (Cents, Cents)> = BTreeMap::new();
    for sum in ledger {
        days.entry(sum.day).or_default().0 += sum.gross;
    }
    for sum in told {
        days.entry(sum.day).or_default().1 += sum.gross;
    }
    days.into_iter()
        .filter(|(day, sums)| span.holds(*day) && *sums != (Cents::ZERO, Cents::ZERO))
        .map(|(day, (ledger, fanvue))| DaySums {
            day,
            ledger,
            fanvue,
        })
        .collect()
}

/// The days that differ, in order.
pub fn drifted(days: &[DaySums]) -> Vec<LocalDay> {
    days.iter()
        .filter(|sums| sums.drift() != Cents::ZERO)
        .map(|sums| sums.day)
        .collect()
}

#[derive(Serialize)]
struct StoredDay {
    day: String,
    ledger_cents: i64,
    fanvue_cents: i64,
}

/// Stores a comparison with the state after it, under the lease; `false` when that was lost and
/// nothing was written.
///
/// # Errors
/// When the statement fails; then nothing was stored.
pub async fn store(
    sql: &impl Sql,
    lease: Lease,
    (span, days): (Span, &[DaySums]),
    state: &StreamState,
    now: Instant,
) -> Result<bool, SqlError> {
    let json = |value: Result<Vec<u8>, serde_json::Error>| {
        Value::Json(value.expect("invariant: only string keys"))
    };
    let stored: Vec<StoredDay> = days
        .iter()
        .map(|sums| StoredDay {
            day: sums.day.to_string(),
            ledger_cents: sums.ledger.get(),
            fanvue_cents: sums.fanvue.get(),
        })
        .collect();
    let parameters = [
        lease.agency.into(),
        lease.model.into(),
        lease.token.into(),
        now.into(),
        json(serde_json::to_vec(&stored)),
        span.from.into(),
        span.to.into(),
        json(serde_json::to_vec(&state.progress)),
    ];
    let rows = sql
        .query(include_str!("sql/store_comparison.sql"), &parameters)
        .await?;
    tidemark_ports::sql::only_row(rows)?.get(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    fn gross(text: &str, cents: i64) -> DailyGross {
        DailyGross {
            day: day(text),
            gross: Cents::new(cents),
        }
    }

    fn span() -> Span {
        Span::of(
            Scope::Recent,
            Instant::parse("2026-11-22T15:00:00Z").unwrap(),
        )
    }

    #[test]
    fn only_closed_days_are_compared() {
        let told = [gross("2026-11-21", 500), gross("2026-11-22", 700)];
        let days = put_together(&told, &told, span());
        assert_eq!(days.len(), 1);
        assert_eq!(drifted(&days), []);
    }

    #[test]
    fn d023_a_row_that_one_side_lacks_is_a_drift_in_cents() {
        let told = [gross("2026-11-20", 500)];
        let ledger = [gross("2026-11-20", 450), gross("2026-11-21", 30)];
        let days = put_together(&told, &ledger, span());
        let drifts: Vec<i64> = days.iter().map(|sums| sums.drift().get()).collect();
        assert_eq!(drifts, [-50, 30]);
        assert_eq!(drifted(&days), [day("2026-11-20"), day("2026-11-21")]);
    }
}
