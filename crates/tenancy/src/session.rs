//! Browser sessions: a cookie that stands for an API token.

use std::time::Duration;

use tidemark_domain::{Instant, Secret};
use tidemark_ports::{Sql, SqlError};

use crate::credential;
use crate::token::{self, Caller, TokenError};

/// How long a sign-in lasts.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// Opens a session for the owner of an API token; `None` for an unknown or revoked one.
///
/// # Errors
/// [`TokenError`]
pub async fn open(
    sql: &impl Sql,
    api_token: &str,
    now: Instant,
) -> Result<Option<Secret>, TokenError> {
    let Some(caller) = token::authenticate(sql, api_token).await? else {
        return Ok(None);
    };
    let session = credential::generate("")?;
    sql.query(
        include_str!("sql/open_session.sql"),
        &[
            caller.agency.into(),
            credential::hash(session.expose()).into(),
            caller.token.into(),
            now.into(),
            now.plus(SESSION_LIFETIME).into(),
        ],
    )
    .await?;
    Ok(Some(session))
}

/// Who presents this session; `None` when it is unknown, closed or expired, or its token revoked.
///
/// # Errors
/// When the statement fails.
pub async fn authenticate(
    sql: &impl Sql,
    session: &str,
    now: Instant,
) -> Result<Option<Caller>, SqlError> {
    let hash = credential::hash(session);
    let rows = sql
        .query(
            include_str!("sql/find_session.sql"),
            &[hash.into(), now.into()],
        )
        .await?;
    rows.first().map(token::caller).transpose()
}

/// Closes a session; nothing happens when there is none.
///
/// # Errors
/// When the statement fails.
pub async fn close(sql: &impl Sql, session: &str) -> Result<(), SqlError> {
    let hash = credential::hash(session);
    sql.query(
        "delete from sessions where session_hash = $1",
        &[hash.into()],
    )
    .await
    .map(drop)
}
