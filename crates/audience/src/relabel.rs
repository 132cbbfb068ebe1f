//! The history after the agency changed its zone: every level is an instant's, so its local day can
//! be told anew. Of two that fall on one day, the observed one counts, then the later one.

use tidemark_domain::{Instant, LocalDay, Zone};
use tidemark_jobs::Lease;
use tidemark_ports::{Sql, SqlError, sql::only_row};

use std::time::Duration;

/// The local day of a derived level, the level at the end of a UTC day: the one that shares most of
/// its hours with that day.
pub fn day_of_derived(zone: &Zone, end_of_utc_day: Instant) -> LocalDay {
    zone.day_of(end_of_utc_day.minus(Duration::from_hours(12)))
}

/// Moves a model's history to the days of another zone; `false` when the lease was lost and nothing
/// was written.
///
/// # Errors
/// When a statement fails; then nothing was moved.
pub async fn relabel(sql: &impl Sql, lease: Lease, zone: &Zone) -> Result<bool, SqlError> {
    let model = [lease.agency.into(), lease.model.into()];
    let rows = sql
        .query(include_str!("sql/load_history.sql"), &model)
        .await?;
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for row in &rows {
        let (at, derived): (Instant, bool) = (row.get(1)?, row.get(2)?);
        let day = if derived {
            day_of_derived(zone, at)
        } else {
            zone.day_of(at)
        };
        from.push(row.get::<String>(0)?);
        to.push(day.to_string());
    }
    let parameters = [
        lease.agency.into(),
        lease.model.into(),
        lease.token.into(),
        from.into(),
        to.into(),
        zone.name().into(),
    ];
    let rows = sql
        .query(include_str!("sql/relabel_history.sql"), &parameters)
        .await?;
    only_row(rows)?.get(0)
}
