//! Storing a grant.

use std::time::Duration;

use tidemark_domain::{AgencyId, ConnectionId, Instant, Secret};
use tidemark_ports::{Sql, SqlError, sql::only_row};
use tidemark_sealing::{KeyRing, TokenKind};
use uuid::Uuid;

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

/// Stores a grant under whoever granted it: as a new connection, or in the place of their old grant.
///
/// # Errors
/// [`ConnectionError::Sealing`] or [`ConnectionError::Database`].
pub async fn connect_principal(
    sql: &impl Sql,
    keys: &KeyRing,
    (agency, new): (AgencyId, ConnectionId),
    principal: Uuid,
    grant: &NewGrant,
    now: Instant,
) -> Result<ConnectionId, ConnectionError> {
    let parameters = [
        agency.into(),
        new.into(),
        principal.into(),
        keys.seal(agency, TokenKind::Access, &grant.access_token)?
            .into(),
        keys.seal(agency, TokenKind::Refresh, &grant.refresh_token)?
            .into(),
        now.into(),
        now.plus(grant.expires_in).into(),
    ];
    let statement = include_str!("sql/connect_principal.sql");
    let row = only_row(sql.query(statement, &parameters).await?)?;
    Ok(ConnectionId::new(row.get(0)?))
}

/// Forgets the grants of an agency; returns how many there were. Nothing is read by them any more.
///
/// # Errors
/// When the statement fails.
pub async fn disconnect(sql: &impl Sql, agency: AgencyId) -> Result<usize, SqlError> {
    let parameters = [agency.into()];
    let ended = sql.query(include_str!("sql/disconnect.sql"), &parameters);
    Ok(ended.await?.len())
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
