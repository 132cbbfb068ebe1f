//! Fetching a page: the right path family and surface.

use tidemark_connections::{Caller, ConnectionError};
use tidemark_fanvue::earnings::EarningsRequest;
use tidemark_fanvue::{EarningsPage, Family, FanvueError, Surface};
use tidemark_ports::Platform;

use crate::state::Walk;

/// How much earlier than the window a request begins: whether Fanvue includes the first instant is
/// documented for some paths only (fanvue-api section 12.4).
const EARLY: std::time::Duration = std::time::Duration::from_secs(1);

/// A page, and the family that answered.
pub struct Fetched {
    /// the family
    pub family: Family,
    /// the page, without rows of other windows
    pub page: EarningsPage,
    /// rows that Fanvue sent
    pub fetched: u64,
}

/// Fetches the next page of a walk from the family that is known to answer. Where `probe` says so
/// or that family is gone, `/v1` is asked first and the older paths second; a walk that has begun
/// on another family than the one that answers must begin again.
///
/// # Errors
/// [`ConnectionError`]
pub async fn fetch<P: Platform>(
    caller: &mut Caller<'_, P>,
    walk: &Walk,
    known: Option<Family>,
    probe: bool,
) -> Result<Fetched, ConnectionError> {
    let first = match known {
        Some(family) if !probe => family,
        _ => Family::V1,
    };
    match ask(caller, walk, first).await {
        Err(ConnectionError::Fanvue(FanvueError::NotFound { .. })) if first == Family::V1 => {
            ask(caller, walk, Family::Unversioned).await
        }
        result => result,
    }
}

async fn ask<P: Platform>(
    caller: &mut Caller<'_, P>,
    walk: &Walk,
    family: Family,
) -> Result<Fetched, ConnectionError> {
    let surface = match family {
        Family::V1 => Surface::Earnings,
        Family::Unversioned => walk.surface,
    };
    let request = EarningsRequest {
        family,
        surface,
        account: caller.account(),
        from: walk.from.minus(EARLY),
        to: walk.to,
        cursor: walk.cursor.as_deref(),
    };
    let mut page = caller
        .call(async |client| client.earnings(request).await)
        .await?;
    let fetched = page.rows.len() + page.unreadable.len();
    if page.next_cursor.is_some() && page.next_cursor == walk.cursor {
        return Err(ConnectionError::Fanvue(FanvueError::Malformed {
            endpoint: "/insights/earnings",
            reason: "the cursor does not move".to_owned(),
        }));
    }
    page.rows.retain(|row| walk.holds(row.occurred_at));
    Ok(Fetched {
        family,
        page,
        fetched: fetched as u64,
    })
}
