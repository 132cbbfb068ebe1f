//! Who did what: a log that is only ever added to.

use serde_json::Value as Json;
use tidemark_domain::{AgencyId, Instant};
use tidemark_ports::{Bound, Sql, SqlError};
use uuid::Uuid;

/// What was done. The words of the column `action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// an agency came to be
    AgencyCreated,
    /// an API token was made
    TokenCreated,
    /// an API token was revoked
    TokenRevoked,
    /// the agency's local days became those of another zone
    TimezoneChanged,
    /// somebody asked for a sync
    SyncRequested,
    /// a browser signed in
    SignedIn,
    /// a sign-in with a revoked token
    SignInRefused,
    /// a browser signed out
    SignedOut,
    /// a Fanvue account was connected, or connected again
    Connected,
    /// a Fanvue account was disconnected
    Disconnected,
}

impl Action {
    /// The word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AgencyCreated => "agency.created",
            Self::TokenCreated => "token.created",
            Self::TokenRevoked => "token.revoked",
            Self::TimezoneChanged => "agency.timezone-changed",
            Self::SyncRequested => "sync.requested",
            Self::SignedIn => "sign-in.succeeded",
            Self::SignInRefused => "sign-in.refused",
            Self::SignedOut => "sign-in.ended",
            Self::Connected => "fanvue.connected",
            Self::Disconnected => "fanvue.disconnected",
        }
    }
}

/// Something that was done. `detail` must hold no secret.
#[derive(Clone, Debug)]
pub struct Deed {
    /// the tenant
    pub agency: AgencyId,
    /// the API token that was presented; `None` for the command line
    pub actor: Option<Uuid>,
    /// what
    pub action: Action,
    /// to what
    pub subject: Option<String>,
    /// how
    pub detail: Json,
}

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// its place: later entries have higher ones
    pub entry: i64,
    /// when
    pub at: Instant,
    /// the API token that was presented; `None` for the command line
    pub actor: Option<Uuid>,
    /// what, as [`Action::word`]
    pub action: String,
    /// to what
    pub subject: Option<String>,
    /// how
    pub detail: Json,
}

/// Notes a deed.
///
/// # Errors
/// When the statement fails.
pub async fn note(sql: &impl Sql, deed: &Deed, now: Instant) -> Result<(), SqlError> {
    write(sql, deed, now, now).await
}

/// Notes a deed unless the same was noted after `since`: callers that repeat themselves, such as a
/// page that goes on asking until a sync is done, leave one entry.
///
/// # Errors
/// When the statement fails.
pub async fn note_once(
    sql: &impl Sql,
    deed: &Deed,
    since: Instant,
    now: Instant,
) -> Result<(), SqlError> {
    write(sql, deed, since, now).await
}

async fn write(sql: &impl Sql, deed: &Deed, since: Instant, now: Instant) -> Result<(), SqlError> {
    let parameters = [
        deed.agency.into(),
        now.into(),
        deed.actor.into(),
        deed.action.word().into(),
        deed.subject.clone().into(),
        deed.detail.clone().into(),
        since.into(),
    ];
    let tenant = Bound::tenant(sql, deed.agency);
    let statement = include_str!("sql/note_deed.sql");
    tenant.query(statement, &parameters).await.map(drop)
}

/// The newest entries of an agency, or those before an entry; at most `limit`.
///
/// # Errors
/// When the statement fails.
pub async fn page(
    sql: &impl Sql,
    agency: AgencyId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, SqlError> {
    let parameters = [agency.into(), before.into(), limit.into()];
    let rows = sql
        .query(include_str!("sql/audit_page.sql"), &parameters)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                entry: row.get(0)?,
                at: row.get(1)?,
                actor: row.get(2)?,
                action: row.get(3)?,
                subject: row.get(4)?,
                detail: row.json(5)?,
            })
        })
        .collect()
}
