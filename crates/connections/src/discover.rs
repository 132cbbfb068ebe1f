//! Finding the creators behind a grant, and keeping their names.

use serde::Serialize;
use tidemark_domain::{AgencyId, ConnectionId, Instant, ModelId};
use tidemark_fanvue::FanvueError;
use tidemark_ports::{Platform, Sql, SqlError, Value};
use uuid::Uuid;

use crate::{Caller, ConnectionError};

/// One creator to store.
#[derive(Clone, Debug, Serialize)]
struct FoundModel {
    model_id: ModelId,
    /// the token owner's own account: read by the personal path
    own_account: bool,
    handle: String,
    display_name: String,
}

/// Lists the creators of a grant and stores them; returns how many there are.
///
/// An agency's grant lists the creators it manages; a creator's own grant is that creator. A
/// creator already known by another active connection of the agency stays with that one.
///
/// # Errors
/// [`ConnectionError::Fanvue`] or [`ConnectionError::Database`].
pub async fn discover<P: Platform>(
    platform: &P,
    caller: &mut Caller<'_, P>,
    (agency, connection): (AgencyId, ConnectionId),
    now: Instant,
) -> Result<usize, ConnectionError> {
    let principal = caller.call(async |client| client.principal().await).await?;
    let mut found = managed(caller).await?;
    if principal.is_creator {
        let model_id = ModelId::new(principal.uuid);
        found.retain(|model| model.model_id != model_id);
        found.push(FoundModel {
            model_id,
            own_account: true,
            handle: principal.handle,
            display_name: principal.display_name,
        });
    }
    store(platform, (agency, connection), principal.uuid, &found, now).await?;
    Ok(found.len())
}

async fn managed<P: Platform>(
    caller: &mut Caller<'_, P>,
) -> Result<Vec<FoundModel>, ConnectionError> {
    let mut found = Vec::new();
    for page in 1.. {
        let answer = caller.call(async |client| client.managed_creators(page).await);
        match answer.await {
            Ok((creators, has_more)) => {
                found.extend(creators.into_iter().map(|creator| FoundModel {
                    model_id: creator.uuid,
                    own_account: false,
                    handle: creator.handle,
                    display_name: creator.display_name,
                }));
                if !has_more {
                    break;
                }
            }
            // Only agencies may list creators; a creator's own grant is refused here.
            Err(ConnectionError::Fanvue(FanvueError::Forbidden { .. })) if page == 1 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn store(
    sql: &impl Sql,
    (agency, connection): (AgencyId, ConnectionId),
    principal: Uuid,
    found: &[FoundModel],
    now: Instant,
) -> Result<(), SqlError> {
    let models = serde_json::to_vec(found).expect("invariant: models have only string keys");
    sql.query(
        include_str!("sql/store_models.sql"),
        &[
            agency.into(),
            connection.into(),
            principal.into(),
            Value::Json(models),
            now.into(),
        ],
    )
    .await
    .map(drop)
}
