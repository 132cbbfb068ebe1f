//! API tokens: how programs, and people signing in, prove who they are.

use std::time::Duration;

use tidemark_domain::{AgencyId, Instant, Secret};
use tidemark_ports::{Actor, Bound, Row, Sql, SqlError};
use uuid::Uuid;

use crate::credential::{self, NoRandomness};
use crate::role::Role;

/// What every API token begins with, so that leaked ones can be found.
pub const TOKEN_PREFIX: &str = "tdm_";

/// Why a token could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The statement failed.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// Who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// the tenant
    pub agency: AgencyId,
    /// the token behind the call or the session
    pub token: Uuid,
    /// what it allows
    pub role: Role,
    /// what the caller presented
    pub credential: Credential,
}

/// What a caller presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// an API token
    Token,
    /// a session; `aged` when it is time for another id
    Session {
        /// see [`crate::session::rotate`]
        aged: bool,
    },
}

/// How long a use counts as the last one before the next is noted: an update per request would cost
/// more than the request.
pub const USE_IS_FRESH: Duration = Duration::from_mins(1);

/// What a token turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// somebody's
    Valid(Caller),
    /// somebody's, once
    Revoked(Caller),
    /// nobody's
    Unknown,
}

/// A token as listed; the token itself is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    /// its id
    pub token: Uuid,
    /// what it allows
    pub role: Role,
    /// when it was made
    pub created_at: Instant,
    /// when it was revoked
    pub revoked_at: Option<Instant>,
    /// when it was last used, to the minute
    pub last_used_at: Option<Instant>,
}

/// Makes a token for an agency and returns it; it cannot be shown again.
///
/// # Errors
/// [`TokenError`]
pub async fn create(
    sql: &impl Sql,
    agency: AgencyId,
    role: Role,
    now: Instant,
) -> Result<Secret, TokenError> {
    let token = credential::generate(TOKEN_PREFIX)?;
    let hash = credential::hash(token.expose());
    sql.query(
        include_str!("sql/create_token.sql"),
        &[agency.into(), hash.into(), role.word().into(), now.into()],
    )
    .await?;
    Ok(token)
}

/// The agency's tokens, oldest first.
///
/// # Errors
/// When the statement fails.
pub async fn list(sql: &impl Sql, agency: AgencyId) -> Result<Vec<TokenEntry>, SqlError> {
    let rows = sql
        .query(include_str!("sql/list_tokens.sql"), &[agency.into()])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(TokenEntry {
                token: row.get(0)?,
                role: role_at(row, 1)?,
                created_at: row.get(2)?,
                revoked_at: row.get(3)?,
                last_used_at: row.get(4)?,
            })
        })
        .collect()
}

/// Revokes a token; `false` when the agency has no such valid token.
///
/// # Errors
/// When the statement fails.
pub async fn revoke(
    sql: &impl Sql,
    agency: AgencyId,
    token: Uuid,
    now: Instant,
) -> Result<bool, SqlError> {
    let rows = sql
        .query(
            include_str!("sql/revoke_token.sql"),
            &[agency.into(), token.into(), now.into()],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Who presents this token; `None` for an unknown or revoked one.
///
/// # Errors
/// When the statement fails.
pub async fn authenticate(
    sql: &impl Sql,
    token: &str,
    now: Instant,
) -> Result<Option<Caller>, SqlError> {
    Ok(match check(sql, token, now).await? {
        Checked::Valid(caller) => Some(caller),
        Checked::Revoked(_) | Checked::Unknown => None,
    })
}

/// What this token is; notes its use when it is valid.
///
/// # Errors
/// When a statement fails.
pub async fn check(sql: &impl Sql, token: &str, now: Instant) -> Result<Checked, SqlError> {
    let parameters = [
        credential::hash(token).into(),
        now.into(),
        micros(USE_IS_FRESH).into(),
    ];
    let rows = sql
        .query_as(Actor::Gate, include_str!("sql/find_token.sql"), &parameters)
        .await?;
    let Some(row) = rows.first() else {
        return Ok(Checked::Unknown);
    };
    let caller = caller(row, Credential::Token)?;
    if row.get(4)? {
        return Ok(Checked::Revoked(caller));
    }
    if row.get(3)? {
        touch(sql, caller, None, now).await?;
    }
    Ok(Checked::Valid(caller))
}

/// Notes that a token was used, and the session that stands for it.
pub(crate) async fn touch(
    sql: &impl Sql,
    caller: Caller,
    session: Option<Vec<u8>>,
    now: Instant,
) -> Result<(), SqlError> {
    let parameters = [
        caller.agency.into(),
        caller.token.into(),
        session.into(),
        now.into(),
        micros(USE_IS_FRESH).into(),
    ];
    let tenant = Bound::tenant(sql, caller.agency);
    let statement = include_str!("sql/touch.sql");
    tenant.query(statement, &parameters).await.map(drop)
}

/// A span as statements take it.
pub(crate) fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

pub(crate) fn caller(row: &Row, credential: Credential) -> Result<Caller, SqlError> {
    Ok(Caller {
        agency: AgencyId::new(row.get(0)?),
        token: row.get(1)?,
        role: role_at(row, 2)?,
        credential,
    })
}

fn role_at(row: &Row, column: usize) -> Result<Role, SqlError> {
    let word: String = row.get(column)?;
    word.parse().map_err(|_| SqlError::Shape {
        column,
        expected: "a role",
        found: word,
    })
}
