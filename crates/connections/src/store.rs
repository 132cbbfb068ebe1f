//! Storing a grant.

use std::time::Duration;

use tidemark_domain::{AgencyId, ConnectionId, Instant, Secret};
use tidemark_ports::{Sql, SqlError};
use tidemark_sealing::{KeyRing, TokenKind};

use crate::ConnectionError;

/// A pair of tokens as Fanvue hands it out.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// for the API
    pub access_token: Secret,
    /// for the next refresh
    pub refresh_token: Secret,
    /// lifetime of the access token
    pub expires_in: Duration,
}

/// A connection whose creators must be discovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discoverable {
    /// the tenant
    pub agency: AgencyId,
    /// the grant
    pub connection: ConnectionId,
}

/// Stores a grant of an agency as a new connection.
///
/// # Errors
/// [`ConnectionError::Sealing`] or [`ConnectionError::Database`].
pub async fn connect(
    sql: &impl Sql,
    keys: &KeyRing,
    (agency, connection): (AgencyId, ConnectionId),
    grant: &NewGrant,
    now: Instant,
) -> Result<(), ConnectionError> {
    let access = keys.seal(agency, TokenKind::Access, &grant.access_token)?;
    let refresh = keys.seal(agency, TokenKind::Refresh, &grant.refresh_token)?;
    sql.query(
        include_str!("sql/connect.sql"),
        &[
            agency.into(),
            connection.into(),
            access.into(),
            refresh.into(),
            now.into(),
            now.plus(grant.expires_in).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Active connections of the agencies in scope whose creators were never listed, or not since
/// `before`.
///
/// # Errors
/// When the statement fails.
pub async fn to_discover(
    sql: &impl Sql,
    agency: Option<AgencyId>,
    before: Instant,
) -> Result<Vec<Discoverable>, SqlError> {
    let rows = sql
        .query(
            include_str!("sql/to_discover.sql"),
            &[agency.into(), before.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Discoverable {
                agency: AgencyId::new(row.get(0)?),
                connection: ConnectionId::new(row.get(1)?),
            })
        })
        .collect()
}

/// Gives an existing connection a new grant, as connecting an account again does.
///
/// # Errors
/// [`ConnectionError::Unknown`], [`ConnectionError::Sealing`] or [`ConnectionError::Database`].
pub async fn reconnect(
    sql: &impl Sql,
    keys: &KeyRing,
    (agency, connection): (AgencyId, ConnectionId),
    grant: &NewGrant,
    now: Instant,
) -> Result<(), ConnectionError> {
    let access = keys.seal(agency, TokenKind::Access, &grant.access_token)?;
    let refresh = keys.seal(agency, TokenKind::Refresh, &grant.refresh_token)?;
    let rows = sql
        .query(
            include_str!("sql/reconnect.sql"),
            &[
                agency.into(),
                connection.into(),
                access.into(),
                refresh.into(),
                now.into(),
                now.plus(grant.expires_in).into(),
            ],
        )
        .await?;
    if rows.is_empty() {
        Err(ConnectionError::Unknown(connection))
    } else {
        Ok(())
    }
}
