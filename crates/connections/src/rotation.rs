//! A new `token_key`: while two are given, what the old one sealed is sealed again with the new one,
//! by each renewal of a token or all at once.

use tidemark_domain::{AgencyId, ConnectionId};
use tidemark_ports::{Row, Sql, SqlError};
use tidemark_sealing::{KeyRing, TokenKind};

use crate::ConnectionError;

/// Which key sealed the stored tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// connections of which the first key sealed both tokens
    pub with_first: usize,
    /// of which another key of the ring sealed one
    pub with_another: usize,
    /// that no key opens: they must be connected again
    pub unopenable: usize,
}

struct Stored {
    agency: AgencyId,
    connection: ConnectionId,
    version: i64,
    access: Vec<u8>,
    refresh: Vec<u8>,
}

enum Seal {
    First,
    Another,
    None,
}

/// Counts which keys are still needed.
///
/// # Errors
/// When the statement fails.
pub async fn examine(sql: &impl Sql, keys: &KeyRing) -> Result<Sealed, SqlError> {
    let mut sealed = Sealed::default();
    for stored in all(sql).await? {
        match stored.seal(keys) {
            Seal::First => sealed.with_first += 1,
            Seal::Another => sealed.with_another += 1,
            Seal::None => sealed.unopenable += 1,
        }
    }
    Ok(sealed)
}

/// Seals with the first key what another one sealed; returns how many connections that were. A token
/// that is renewed meanwhile is left alone: its renewal seals it with the first key.
///
/// # Errors
/// [`ConnectionError::Sealing`] or [`ConnectionError::Database`].
pub async fn reseal(sql: &impl Sql, keys: &KeyRing) -> Result<usize, ConnectionError> {
    let mut resealed = 0;
    for stored in all(sql).await? {
        if !matches!(stored.seal(keys), Seal::Another) {
            continue;
        }
        let again = |kind, sealed: &[u8]| {
            let token = keys.open(stored.agency, kind, sealed)?;
            keys.seal(stored.agency, kind, &token)
        };
        let parameters = [
            stored.agency.into(),
            stored.connection.into(),
            stored.version.into(),
            again(TokenKind::Access, &stored.access)?.into(),
            again(TokenKind::Refresh, &stored.refresh)?.into(),
        ];
        let statement = include_str!("sql/reseal.sql");
        resealed += sql.query(statement, &parameters).await?.len();
    }
    Ok(resealed)
}

impl Stored {
    fn seal(&self, keys: &KeyRing) -> Seal {
        let pair = [
            (TokenKind::Access, &self.access),
            (TokenKind::Refresh, &self.refresh),
        ];
        let opens =
            |(kind, sealed): (TokenKind, &Vec<u8>)| keys.open(self.agency, kind, sealed).is_ok();
        let is_first = |(kind, sealed): (TokenKind, &Vec<u8>)| {
            keys.is_sealed_with_first(self.agency, kind, sealed)
        };
        if pair.into_iter().all(is_first) {
            Seal::First
        } else if pair.into_iter().all(opens) {
            Seal::Another
        } else {
            Seal::None
        }
    }
}

/// Every grant that is not given back; they are few.
async fn all(sql: &impl Sql) -> Result<Vec<Stored>, SqlError> {
    let rows = sql.query(include_str!("sql/sealed.sql"), &[]).await?;
    let read = |row: &Row| {
        Ok(Stored {
            agency: AgencyId::new(row.get(0)?),
            connection: ConnectionId::new(row.get(1)?),
            version: row.get(2)?,
            access: row.get(3)?,
            refresh: row.get(4)?,
        })
    };
    rows.iter().map(read).collect()
}
