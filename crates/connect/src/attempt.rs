//! What is remembered while the browser is at Fanvue.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tidemark_domain::{AgencyId, Instant, Secret};
use tidemark_ports::{Sql, SqlError};
use tidemark_sealing::{KeyRing, SealingError, TokenKind};
use tidemark_tenancy::credential;

/// How long the browser may stay away.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// Attempts that ran out are kept for so long, so that a late browser learns what happened.
const REMEMBERED: Duration = Duration::from_hours(24);

/// Random bytes of a state and of a verifier; the latter are 43 characters, the shortest allowed.
const RANDOM_BYTES: usize = 32;

/// Why an attempt cannot be begun or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// No randomness, or the verifier cannot be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The statement failed.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// What the browser takes along.
pub struct Luggage {
    /// comes back with the browser
    pub state: Secret,
    /// the verifier's hash, which Fanvue compares the verifier with
    pub challenge: String,
}

/// What came of looking for an attempt.
pub enum Found {
    /// It holds.
    Verifier(Secret),
    /// It was begun more than ten minutes ago.
    Expired,
    /// Never begun, begun in another session, or used already.
    Nothing,
}

/// Begins an attempt of a session.
///
/// # Errors
/// [`AttemptError`]
pub async fn begin(
    sql: &impl Sql,
    keys: &KeyRing,
    (agency, session_hash): (AgencyId, Vec<u8>),
    now: Instant,
) -> Result<Luggage, AttemptError> {
    let (state, verifier) = (random()?, random()?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
    let parameters = [
        agency.into(),
        credential::hash(state.expose()).into(),
        session_hash.into(),
        keys.seal(agency, TokenKind::Verifier, &verifier)?.into(),
        now.plus(LIFETIME).into(),
        now.minus(REMEMBERED).into(),
    ];
    sql.query(include_str!("sql/begin_attempt.sql"), &parameters)
        .await?;
    Ok(Luggage { state, challenge })
}

/// Ends the attempt of a state and a session: it holds once.
///
/// # Errors
/// [`AttemptError`]
pub async fn end(
    sql: &impl Sql,
    keys: &KeyRing,
    (agency, session_hash): (AgencyId, Vec<u8>),
    state: &str,
    now: Instant,
) -> Result<Found, AttemptError> {
    let parameters = [
        agency.into(),
        credential::hash(state).into(),
        session_hash.into(),
        now.into(),
    ];
    let rows = sql
        .query(include_str!("sql/end_attempt.sql"), &parameters)
        .await?;
    let Some(row) = rows.first() else {
        return Ok(Found::Nothing);
    };
    if !row.get::<bool>(1)? {
        return Ok(Found::Expired);
    }
    let sealed: Vec<u8> = row.get(0)?;
    let verifier = keys.open(agency, TokenKind::Verifier, &sealed)?;
    Ok(Found::Verifier(verifier))
}

fn random() -> Result<Secret, SealingError> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| SealingError::NoRandomness)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}
