//! Browser sessions: a cookie that stands for an API token.
//!
//! A session ends with its token, when it was not used for [`LONGEST_PAUSE`], and in any case
//! [`SESSION_LIFETIME`] after the sign-in. Its id changes at every sign-in and once it is
//! [`ID_AGES_AFTER`] old.

use std::time::Duration;

use tidemark_domain::{Instant, Secret};
use tidemark_ports::{Actor, Bound, Sql, SqlError};

use crate::credential;
use crate::token::{self, Caller, Credential, TokenError, USE_IS_FRESH, micros};

/// How long a sign-in lasts at most.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(14 * 24);
/// How long it may go unused.
pub const LONGEST_PAUSE: Duration = Duration::from_hours(12);
/// When its id is exchanged for another.
pub const ID_AGES_AFTER: Duration = Duration::from_hours(1);
/// How long the former id still serves requests that were under way.
pub const FORMER_ID_SERVES: Duration = Duration::from_mins(1);

/// A session's id as the cookie holds it.
#[derive(Clone, Debug)]
pub struct SessionId {
    /// the cookie's value
    pub id: Secret,
    /// when the sign-in ends
    pub expires_at: Instant,
}

/// Opens a session for who has proven to be the owner of an API token.
///
/// # Errors
/// [`TokenError`]
pub async fn open(sql: &impl Sql, caller: Caller, now: Instant) -> Result<SessionId, TokenError> {
    let id = credential::generate("")?;
    let expires_at = now.plus(SESSION_LIFETIME);
    let parameters = [
        caller.agency.into(),
        credential::hash(id.expose()).into(),
        caller.token.into(),
        now.into(),
        expires_at.into(),
    ];
    let tenant = Bound::tenant(sql, caller.agency);
    tenant
        .query(include_str!("sql/open_session.sql"), &parameters)
        .await?;
    Ok(SessionId { id, expires_at })
}

/// Who presents this session; `None` when it is unknown, closed or expired, or its token revoked.
/// Notes its use.
///
/// # Errors
/// When a statement fails.
pub async fn authenticate(
    sql: &impl Sql,
    session: &str,
    now: Instant,
) -> Result<Option<Caller>, SqlError> {
    let hash = credential::hash(session);
    let parameters = [
        hash.clone().into(),
        now.into(),
        micros(USE_IS_FRESH).into(),
        micros(LONGEST_PAUSE).into(),
        micros(ID_AGES_AFTER).into(),
    ];
    let statement = include_str!("sql/find_session.sql");
    let rows = sql.query_as(Actor::Gate, statement, &parameters).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let caller = token::caller(row, Credential::Session { aged: row.get(4)? })?;
    if row.get(3)? {
        token::touch(sql, caller, Some(hash), now).await?;
    }
    Ok(Some(caller))
}

/// Gives a session another id; `None` when somebody else just did.
///
/// # Errors
/// [`TokenError`]
pub async fn rotate(
    sql: &impl Sql,
    caller: Caller,
    session: &str,
    now: Instant,
) -> Result<Option<SessionId>, TokenError> {
    let id = credential::generate("")?;
    let parameters = [
        caller.agency.into(),
        credential::hash(session).into(),
        credential::hash(id.expose()).into(),
        now.into(),
        now.plus(FORMER_ID_SERVES).into(),
    ];
    let tenant = Bound::tenant(sql, caller.agency);
    let rows = tenant
        .query(include_str!("sql/rotate_session.sql"), &parameters)
        .await?;
    let expires_at = rows.first().map(|row| row.get(0)).transpose()?;
    Ok(expires_at.map(|expires_at| SessionId { id, expires_at }))
}

/// Closes a session with every id that its sign-in had; nothing happens when there is none.
///
/// # Errors
/// When a statement fails.
pub async fn close(sql: &impl Sql, session: &str, now: Instant) -> Result<(), SqlError> {
    let Some(caller) = authenticate(sql, session, now).await? else {
        return Ok(());
    };
    let parameters = [
        caller.agency.into(),
        credential::hash(session).into(),
        now.into(),
    ];
    let tenant = Bound::tenant(sql, caller.agency);
    let statement = include_str!("sql/close_session.sql");
    tenant.query(statement, &parameters).await.map(drop)
}
