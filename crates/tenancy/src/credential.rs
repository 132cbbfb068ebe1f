//! Random credentials and the hashes under which they are stored.

use sha2::{Digest, Sha256};
use tidemark_domain::Secret;

/// The system gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system's random source failed")]
pub struct NoRandomness;

/// A new credential: `prefix` and 256 random bits in hexadecimal.
///
/// # Errors
/// [`NoRandomness`]
pub fn generate(prefix: &str) -> Result<Secret, NoRandomness> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(Secret::new(format!("{prefix}{}", hex::encode(bytes))))
}

/// The SHA-256 of a credential, under which it is looked up.
pub fn hash(credential: &str) -> Vec<u8> {
    Sha256::digest(credential.as_bytes()).to_vec()
}
