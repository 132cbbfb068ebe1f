//! The signature of an event: `X-Fanvue-Signature: t=<unix seconds>,v0=<hex>`, the HMAC-SHA256 of
//! `<t>.<raw body>` under the webhook secret.
//!
//! Several `v0` may be sent and two secrets may hold while one replaces the other; any pair that
//! fits will do. Every pair is computed and compared in constant time, whatever the others gave.
//!
//! Source: <https://api.fanvue.com/docs/webhooks/signature-verification>.

use hmac::{Hmac, KeyInit, Mac};
use sha2_of_hmac::Sha256;
use tidemark_domain::{Instant, Secret};

/// The header's name.
pub const HEADER: &str = "x-fanvue-signature";

/// How old a signature may be, in seconds.
const OLDEST: i64 = 300;

/// How far ahead of our clock a signature may be, in seconds.
const FURTHEST_AHEAD: i64 = 60;

/// Signatures that one header may carry: more than any rotation needs, and few to compute.
const MOST_SIGNATURES: usize = 8;

/// Digits of a Unix time: enough until the year 33658.
const MOST_DIGITS: usize = 12;

/// Bytes of an HMAC-SHA256.
const DIGEST_BYTES: usize = 32;

/// Why an event is not taken for Fanvue's. Callers learn none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// There is no header, or it is not of the documented form.
    #[error("malformed signature")]
    Malformed,
    /// No signature fits any secret.
    #[error("wrong signature")]
    Wrong,
    /// It was signed too long ago.
    #[error("stale signature")]
    Stale,
    /// It was signed in the future.
    #[error("signature from the future")]
    Early,
}

/// The secrets that are valid now: one, or two while one replaces the other.
#[derive(Clone, Debug)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// Reads the variable `fanvue_webhook_secret`: secrets with commas between them. `None` when
    /// there is none.
    pub fn parse(variable: &Secret) -> Option<Self> {
        let secrets: Vec<Secret> = variable
            .expose()
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(Secret::new)
            .collect();
        (!secrets.is_empty()).then_some(Self(secrets))
    }
}

/// Checks that `body` was signed with one of the secrets, not long ago.
///
/// # Errors
/// [`Forged`]
pub fn verify(
    header: Option<&str>,
    body: &[u8],
    secrets: &Secrets,
    now: Instant,
) -> Result<(), Forged> {
    let claim = Claim::parse(header.unwrap_or_default()).ok_or(Forged::Malformed)?;
    let mut fits = false;
    for secret in &secrets.0 {
        let mac = mac_of(secret, claim.written_time, body);
        for signature in &claim.signatures {
            fits |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    if !fits {
        return Err(Forged::Wrong);
    }
    let age = now.micros().div_euclid(1_000_000) - claim.signed_at;
    match age {
        age if age > OLDEST => Err(Forged::Stale),
        age if age < -FURTHEST_AHEAD => Err(Forged::Early),
        _ => Ok(()),
    }
}

/// The header of a body that is signed at an instant, as Fanvue makes it.
pub fn sign(secret: &Secret, body: &[u8], at: Instant) -> String {
    let time = at.micros().div_euclid(1_000_000).to_string();
    let digest = mac_of(secret, &time, body).finalize().into_bytes();
    format!("t={time},v0={}", hex::encode(digest))
}

fn mac_of(secret: &Secret, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
        .expect("invariant: HMAC takes keys of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// What the header says.
struct Claim<'header> {
    /// the time as it was written, which is what was signed
    written_time: &'header str,
    signed_at: i64,
    signatures: Vec<[u8; DIGEST_BYTES]>,
}

impl<'header> Claim<'header> {
    /// Parts of other versions are passed over; a `v0` of another form makes the header malformed.
    fn parse(header: &'header str) -> Option<Self> {
        let mut written_time = None;
        let mut signatures = Vec::new();
        for part in header.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            match name {
                "t" if written_time.is_some() => return None,
                "t" => written_time = Some(value),
                "v0" if signatures.len() == MOST_SIGNATURES => return None,
                "v0" => {
                    let mut signature = [0; DIGEST_BYTES];
                    hex::decode_to_slice(value, &mut signature).ok()?;
                    signatures.push(signature);
                }
                _ => {}
            }
        }
        let written_time = written_time?;
        let is_plain = written_time.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain || written_time.len() > MOST_DIGITS || signatures.is_empty() {
            return None;
        }
        Some(Self {
            written_time,
            signed_at: written_time.parse().ok()?,
            signatures,
        })
    }
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
