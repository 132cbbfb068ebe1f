//! Keeping the list of creators behind each grant.

use std::time::Duration;

use tidemark_connections::{ConnectionError, ConnectionSettings, access, discover, store};
use tidemark_domain::{AgencyId, ConnectionId};
use tidemark_fanvue::FanvueClient;
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
    tally: &mut Tally,
) -> Result<(), SqlError> {
    let before = platform.now().minus(LIST_EVERY);
    for due in store::to_discover(platform, agency, before).await? {
        let part = tally.of(due.agency);
        let id = (due.agency, due.connection);
        match list_one(platform, connections, id, &mut part.api_calls).await {
            Ok(()) => {}
            Err(ConnectionError::Database(error)) => return Err(error),
            Err(error) => part.note((due.agency, None), error.code(), error.to_string()),
        }
    }
    Ok(())
}

async fn list_one<P: Platform>(
    platform: &P,
    connections: &ConnectionSettings,
    id: (AgencyId, ConnectionId),
    api_calls: &mut u32,
) -> Result<(), ConnectionError> {
    let grant = access(platform, connections, id.0, id.1).await?;
    let client = FanvueClient::new(platform, &connections.fanvue, grant.access_token);
    let result = discover::discover(platform, &client, id, platform.now()).await;
    *api_calls += client.calls();
    result.map(drop)
}
