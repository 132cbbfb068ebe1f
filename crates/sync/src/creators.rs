//! Keeping the list of creators behind each grant.

use std::time::Duration;

use tidemark_connections::{Caller, ConnectionError, ConnectionSettings, budget, discover, store};
use tidemark_domain::{AgencyId, ConnectionId, Instant};
use tidemark_fanvue::Account;
use tidemark_jobs::tally::Tally;
use tidemark_ports::{Platform, SqlError};

/// How often the creators behind a grant are listed again.
const LIST_EVERY: Duration = Duration::from_hours(1);

/// Lists the creators behind grants that are new or were not listed for an hour. Where that fails,
/// the tally says so, and the creators already known are still read.
///
/// # Errors
/// When the database fails.
pub async fn list_again<P: Platform>(
    platform: &P,
    connections: &ConnectionSettings,
    agency: Option<AgencyId>,
    deadline: Instant,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    let before = platform.now().minus(LIST_EVERY);
    for due in store::to_discover(platform, agency, before).await? {
        let part = tally.of(due.agency);
        let id = (due.agency, due.connection);
        let mut caller = Caller::new(platform, connections, id, Account::Own, deadline);
        let result = list_one(platform, &mut caller, id).await;
        part.api_calls += caller.take_calls();
        match result {
            Ok(()) => {}
            Err(ConnectionError::Database(error)) => return Err(error),
            // A pause is no failure: the list is left over for the next step.
            Err(ConnectionError::Paused(_)) => part.left_over += 1,
            Err(error) => part.note((due.agency, None), error.code(), error.to_string()),
        }
    }
    Ok(())
}

async fn list_one<P: Platform>(
    platform: &P,
    caller: &mut Caller<'_, P>,
    id: (AgencyId, ConnectionId),
) -> Result<(), ConnectionError> {
    discover::discover(platform, caller, id, platform.now()).await?;
    if let Some(reading) = caller.reading() {
        budget::store_reading(platform, id, reading, platform.now()).await?;
    }
    Ok(())
}
