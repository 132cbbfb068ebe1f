//! Sealing of Fanvue tokens at rest: AES-256-GCM under `token_key`.
//!
//! A sealed value is `key id (1 byte) ‖ nonce (12 bytes) ‖ ciphertext and tag`. The associated data
//! binds it to one agency and one kind of token, so that it cannot be moved to another tenant. The
//! key id tells the two keys of a rotation apart.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tidemark_domain::{AgencyId, Secret};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// What a sealed value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// the short-lived one
    Access,
    /// the single-use one
    Refresh,
    /// the address or bot token of a place that alerts go to
    AlertDestination,
}

/// Why a value could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// `token_key` is empty or malformed.
    #[error(
        "token_key must be the base64 of 32 bytes (two of them, comma separated, while rotating)"
    )]
    BadKey,
    /// No key of the ring opens the value: another key sealed it, or it was altered or moved.
    #[error(
        "a stored Fanvue token cannot be opened with token_key; connect the account again or restore the key"
    )]
    CannotOpen,
    /// The system gave no randomness for a nonce.
    #[error("the system's random source failed")]
    NoRandomness,
}

/// The keys of `token_key`: the first one seals, each one opens.
pub struct KeyRing {
    keys: Vec<(u8, Aes256Gcm)>,
}

impl KeyRing {
    /// Reads base64 keys, comma separated.
    ///
    /// # Errors
    /// [`SealingError::BadKey`] for anything but 32-byte keys.
    pub fn parse(token_key: &Secret) -> Result<Self, SealingError> {
        let keys = token_key
            .expose()
            .split(',')
            .map(|encoded| {
                let bytes = STANDARD
                    .decode(encoded.trim())
                    .map_err(|_| SealingError::BadKey)?;
                if bytes.len() != KEY_BYTES {
                    return Err(SealingError::BadKey);
                }
                let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| SealingError::BadKey)?;
                Ok((key_id(&cipher)?, cipher))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { keys })
    }

    /// Seals a token of an agency.
    ///
    /// # Errors
    /// [`SealingError::NoRandomness`]
    pub fn seal(
        &self,
        agency: AgencyId,
        kind: TokenKind,
        token: &Secret,
    ) -> Result<Vec<u8>, SealingError> {
        let (key_id, cipher) = self.keys.first().ok_or(SealingError::BadKey)?;
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealingError::NoRandomness)?;
        let associated = associated_data(agency, kind);
        let payload = Payload {
            msg: token.expose().as_bytes(),
            aad: &associated,
        };
        let ciphertext = cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| SealingError::BadKey)?;
        Ok([&[*key_id][..], &nonce, &ciphertext].concat())
    }

    /// Opens a sealed token of that agency and kind.
    ///
    /// # Errors
    /// [`SealingError::CannotOpen`]
    pub fn open(
        &self,
        agency: AgencyId,
        kind: TokenKind,
        sealed: &[u8],
    ) -> Result<Secret, SealingError> {
        let (key_id, rest) = sealed.split_first().ok_or(SealingError::CannotOpen)?;
        let (nonce, ciphertext) = rest
            .split_at_checked(NONCE_BYTES)
            .ok_or(SealingError::CannotOpen)?;
        let associated = associated_data(agency, kind);
        self.keys
            .iter()
            .filter(|(id, _)| id == key_id)
            .find_map(|(_, cipher)| {
                let payload = Payload {
                    msg: ciphertext,
                    aad: &associated,
                };
                cipher.decrypt(Nonce::from_slice(nonce), payload).ok()
            })
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(Secret::new)
            .ok_or(SealingError::CannotOpen)
    }
}

/// A new random key in the form of `token_key`.
///
/// # Errors
/// [`SealingError::NoRandomness`]
pub fn generate_key() -> Result<Secret, SealingError> {
    let mut key = [0_u8; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|_| SealingError::NoRandomness)?;
    Ok(Secret::new(STANDARD.encode(key)))
}

/// The first byte of an encryption of nothing under a zero nonce that no token ever uses: it tells
/// keys apart without telling anything about them. Two keys may share an id; opening tries both.
fn key_id(cipher: &Aes256Gcm) -> Result<u8, SealingError> {
    let nothing = Payload {
        msg: &[],
        aad: b"tidemark key id",
    };
    let tag = cipher
        .encrypt(Nonce::from_slice(&[0_u8; NONCE_BYTES]), nothing)
        .map_err(|_| SealingError::BadKey)?;
    tag.first().copied().ok_or(SealingError::BadKey)
}

fn associated_data(agency: AgencyId, kind: TokenKind) -> Vec<u8> {
    let kind = match kind {
        TokenKind::Access => b'a',
        TokenKind::Refresh => b'r',
        TokenKind::AlertDestination => b'd',
    };
    [agency.uuid().as_bytes().as_slice(), &[kind]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agency(number: u128) -> AgencyId {
        AgencyId::new(uuid::Uuid::from_u128(number))
    }

    fn ring(keys: &[&Secret]) -> KeyRing {
        let text = keys
            .iter()
            .map(|key| key.expose())
            .collect::<Vec<_>>()
            .join(",");
        KeyRing::parse(&Secret::new(text)).unwrap()
    }

    #[test]
    fn a_sealed_token_opens_again_and_never_twice_looks_the_same() {
        let ring = ring(&[&generate_key().unwrap()]);
        let token = Secret::new("token");
        let first = ring.seal(agency(1), TokenKind::Access, &token).unwrap();
        let second = ring.seal(agency(1), TokenKind::Access, &token).unwrap();
        assert_ne!(first, second);
        assert_eq!(
            ring.open(agency(1), TokenKind::Access, &first).unwrap(),
            token
        );
    }

    #[test]
    fn a_sealed_token_cannot_move_to_another_tenant_or_kind() {
        let ring = ring(&[&generate_key().unwrap()]);
        let sealed = ring
            .seal(agency(1), TokenKind::Access, &Secret::new("token"))
            .unwrap();
        let refused = Err(SealingError::CannotOpen);
        assert_eq!(ring.open(agency(2), TokenKind::Access, &sealed), refused);
        assert_eq!(ring.open(agency(1), TokenKind::Refresh, &sealed), refused);
        assert_eq!(
            ring.open(agency(1), TokenKind::Access, &sealed[..5]),
            refused
        );
    }

    #[test]
    fn while_rotating_both_keys_open_and_the_first_seals() {
        let (old, new) = (generate_key().unwrap(), generate_key().unwrap());
        let sealed_before = ring(&[&old])
            .seal(agency(1), TokenKind::Refresh, &Secret::new("token"))
            .unwrap();
        let rotating = ring(&[&new, &old]);
        assert!(
            rotating
                .open(agency(1), TokenKind::Refresh, &sealed_before)
                .is_ok()
        );
        let sealed_now = rotating
            .seal(agency(1), TokenKind::Refresh, &Secret::new("token"))
            .unwrap();
        assert!(
            ring(&[&new])
                .open(agency(1), TokenKind::Refresh, &sealed_now)
                .is_ok()
        );
    }

    #[test]
    fn a_short_key_is_refused() {
        assert!(matches!(
            KeyRing::parse(&Secret::new("c2hvcnQ=")),
            Err(SealingError::BadKey)
        ));
        assert!(matches!(
            KeyRing::parse(&Secret::new("")),
            Err(SealingError::BadKey)
        ));
    }
}
