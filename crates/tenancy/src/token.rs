//! API tokens: how programs, and people signing in, prove who they are.

use tidemark_domain::{AgencyId, Instant, Secret};
use tidemark_ports::{Sql, SqlError};
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
pub async fn authenticate(sql: &impl Sql, token: &str) -> Result<Option<Caller>, SqlError> {
    let hash = credential::hash(token);
    let rows = sql
        .query(include_str!("sql/find_token.sql"), &[hash.into()])
        .await?;
    rows.first().map(caller).transpose()
}

pub(crate) fn caller(row: &tidemark_ports::Row) -> Result<Caller, SqlError> {
    Ok(Caller {
        agency: AgencyId::new(row.get(0)?),
        token: row.get(1)?,
        role: role_at(row, 2)?,
    })
}

fn role_at(row: &tidemark_ports::Row, column: usize) -> Result<Role, SqlError> {
    let word: String = row.get(column)?;
    word.parse().map_err(|_| SqlError::Shape {
        column,
        expected: "a role",
        found: word,
    })
}
