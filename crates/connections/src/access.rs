//! The one provider of access tokens: renews early, and never twice at the same time.
//!
//! A refresh token is single use and its reuse revokes the whole chain. So a refresh is claimed by
//! compare-and-swap on the token's version, and the new pair is stored before it is used.

use std::time::Duration;

use tidemark_domain::{AgencyId, ConnectionId, Instant, Secret, backoff};
use tidemark_fanvue::{FanvueError, oauth};
use tidemark_ports::{HttpError, Platform, Sql, SqlError};
use tidemark_sealing::TokenKind;

use crate::{ConnectionError, ConnectionSettings};

/// Tokens are renewed once this share of their lifetime has passed, in percent.
const RENEW_AFTER_PERCENT: u32 = 60;

/// A claimed refresh that has stored nothing for so long is taken for dead. Fanvue accepts a used
/// refresh token once more within 30 s, so the next claimant can still save the chain.
const CLAIM_EXPIRES_AFTER: Duration = Duration::from_secs(15);

/// After a failed refresh nobody tries again for so long (fanvue-api section 3, client rule 4), and
/// up to so much longer, so that hosts do not come back together.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_mins(2);
const PAUSE_JITTER: Duration = Duration::from_secs(30);

/// How often, and at what distance, a caller looks whether another one's refresh has landed.
const WAITS_FOR_ANOTHER: u32 = 20;
const WAIT_FOR_ANOTHER: Duration = Duration::from_millis(500);

/// A usable access token.
#[derive(Clone, Debug)]
pub struct Grant {
    /// for the API
    pub access_token: Secret,
    /// rises with each refresh
    pub version: i64,
    /// from then on it should be asked for again
    pub renew_at: Instant,
}

struct Stored {
    access_sealed: Vec<u8>,
    refresh_sealed: Vec<u8>,
    version: i64,
    obtained_at: Instant,
    expires_at: Instant,
    state: String,
    retry_at: Option<Instant>,
}

impl Stored {
    fn renewal_due_at(&self) -> Instant {
        renewal_due_at(self.obtained_at, self.expires_at)
    }
}

fn renewal_due_at(obtained_at: Instant, expires_at: Instant) -> Instant {
    let lifetime = expires_at.since(obtained_at);
    obtained_at.plus(lifetime * RENEW_AFTER_PERCENT / 100)
}

/// The connection's access token, renewed first when most of its lifetime has passed.
///
/// # Errors
/// [`ConnectionError`]
pub async fn access(
    platform: &impl Platform,
    settings: &ConnectionSettings,
    agency: AgencyId,
    connection: ConnectionId,
) -> Result<Grant, ConnectionError> {
    provide(platform, settings, (agency, connection), None).await
}

/// A token newer than `rejected`, which Fanvue answered with 401.
///
/// # Errors
/// [`ConnectionError`]
pub async fn access_after_rejection(
    platform: &impl Platform,
    settings: &ConnectionSettings,
    agency: AgencyId,
    connection: ConnectionId,
    rejected: &Grant,
) -> Result<Grant, ConnectionError> {
    provide(
        platform,
        settings,
        (agency, connection),
        Some(rejected.version),
    )
    .await
}

async fn provide(
    platform: &impl Platform,
    settings: &ConnectionSettings,
    id: (AgencyId, ConnectionId),
    rejected_version: Option<i64>,
) -> Result<Grant, ConnectionError> {
    for _ in 0..WAITS_FOR_ANOTHER {
        let stored = load(platform, id).await?;
        if stored.state != "active" {
            return Err(ConnectionError::Reconnect(id.1));
        }
        let now = platform.now();
        let rejected = rejected_version.is_some_and(|version| stored.version <= version);
        if !rejected && now < stored.renewal_due_at() {
            return open(settings, id.0, &stored);
        }
        let is_usable = !rejected && now < stored.expires_at;
        if let Some(until) = stored.retry_at.filter(|until| *until > now) {
            if is_usable {
                return open(settings, id.0, &stored);
            }
            return Err(ConnectionError::RefreshFailed(id.1, until));
        }
        if claim(platform, id, stored.version, now).await? {
            return renew(platform, settings, id, &stored, rejected).await;
        }
        if is_usable {
            return open(settings, id.0, &stored);
        }
        platform.sleep(WAIT_FOR_ANOTHER).await;
    }
    Err(ConnectionError::BeingRenewed(id.1))
}

fn open(
    settings: &ConnectionSettings,
    agency: AgencyId,
    stored: &Stored,
) -> Result<Grant, ConnectionError> {
    let access_token = settings
        .keys
        .open(agency, TokenKind::Access, &stored.access_sealed)?;
    Ok(Grant {
        access_token,
        version: stored.version,
        renew_at: stored.renewal_due_at(),
    })
}

async fn renew(
    platform: &impl Platform,
    settings: &ConnectionSettings,
    id: (AgencyId, ConnectionId),
    stored: &Stored,
    rejected: bool,
) -> Result<Grant, ConnectionError> {
    let (agency, connection) = id;
    let refresh_token = settings
        .keys
        .open(agency, TokenKind::Refresh, &stored.refresh_sealed)?;
    let mut answer = oauth::refresh(platform, &settings.fanvue, &refresh_token).await;
    if answer.as_ref().is_err_and(is_lost) {
        // Fanvue may have renewed and the answer was lost: within its grace the same token works
        // once more (fanvue-api section 3, client rule 3).
        answer = oauth::refresh(platform, &settings.fanvue, &refresh_token).await;
    }
    match answer {
        Ok(pair) => {
            let next_refresh = pair.refresh_token.unwrap_or(refresh_token);
            let access_sealed =
                settings
                    .keys
                    .seal(agency, TokenKind::Access, &pair.access_token)?;
            let refresh_sealed = settings
                .keys
                .seal(agency, TokenKind::Refresh, &next_refresh)?;
            let now = platform.now();
            platform
                .query(
                    include_str!("sql/store_pair.sql"),
                    &[
                        agency.into(),
                        connection.into(),
                        stored.version.into(),
                        access_sealed.into(),
                        refresh_sealed.into(),
                        now.into(),
                        now.plus(pair.expires_in).into(),
                    ],
                )
                .await?;
            Ok(Grant {
                access_token: pair.access_token,
                version: stored.version + 1,
                renew_at: renewal_due_at(now, now.plus(pair.expires_in)),
            })
        }
        Err(error) if error == FanvueError::GrantRevoked || is_lost(&error) => {
            let happened = match error {
                FanvueError::GrantRevoked => "Fanvue has revoked the grant",
                _ => "the answer to a renewal was lost twice, and its token is used up",
            };
            let parameters = [
                agency.into(),
                connection.into(),
                stored.version.into(),
                happened.into(),
            ];
            let marked = platform
                .query(include_str!("sql/mark_reconnect.sql"), &parameters)
                .await?;
            if marked.is_empty() {
                // Somebody stored a newer pair meanwhile: the refusal concerns a spent token.
                return open(settings, agency, &load(platform, id).await?);
            }
            Err(ConnectionError::Reconnect(connection))
        }
        Err(error) => {
            let until = put_off(platform, id, stored.version, &error).await?;
            // The old token still works: a failed early renewal costs nothing.
            if !rejected && platform.now() < stored.expires_at {
                return open(settings, agency, stored);
            }
            Err(ConnectionError::RefreshFailed(connection, until))
        }
    }
}

/// Whether Fanvue may have renewed without our learning the new pair.
fn is_lost(error: &FanvueError) -> bool {
    matches!(
        error,
        FanvueError::Malformed { .. }
            | FanvueError::NoAnswer {
                cause: HttpError::Broken(_),
                ..
            }
    )
}

/// Lets nobody try again for a while; returns until when.
async fn put_off(
    platform: &impl Platform,
    (agency, connection): (AgencyId, ConnectionId),
    version: i64,
    error: &FanvueError,
) -> Result<Instant, SqlError> {
    let now = platform.now();
    let seed = connection.uuid().as_u128();
    let pause = PAUSE_AFTER_FAILURE + backoff::jitter(PAUSE_JITTER, now, seed);
    let until = now.plus(pause);
    let parameters = [
        agency.into(),
        connection.into(),
        version.into(),
        until.into(),
        error.to_string().into(),
    ];
    platform
        .query(include_str!("sql/put_off.sql"), &parameters)
        .await?;
    Ok(until)
}

async fn claim(
    platform: &impl Platform,
    (agency, connection): (AgencyId, ConnectionId),
    version: i64,
    now: Instant,
) -> Result<bool, SqlError> {
    let rows = platform
        .query(
            include_str!("sql/claim_refresh.sql"),
            &[
                agency.into(),
                connection.into(),
                version.into(),
                now.into(),
                now.minus(CLAIM_EXPIRES_AFTER).into(),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

async fn load(
    sql: &impl Sql,
    (agency, connection): (AgencyId, ConnectionId),
) -> Result<Stored, ConnectionError> {
    let rows = sql
        .query(
            include_str!("sql/load_connection.sql"),
            &[agency.into(), connection.into()],
        )
        .await?;
    let row = rows.first().ok_or(ConnectionError::Unknown(connection))?;
    Ok(Stored {
        access_sealed: row.get(0)?,
        refresh_sealed: row.get(1)?,
        version: row.get(2)?,
        obtained_at: row.get(3)?,
        expires_at: row.get(4)?,
        state: row.get(5)?,
        retry_at: row.get(6)?,
    })
}
