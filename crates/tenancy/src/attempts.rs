//! Limits on failed sign-ins.
//!
//! Counted per address and beginning of the token, and more generously per address, so that nobody
//! can lock out who signs in from elsewhere. What is counted is stored as a hash.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tidemark_domain::Instant;
use tidemark_ports::sql::only_row;
use tidemark_ports::{Sql, SqlError, Value};

/// How long failures count, from the first one on.
pub const WINDOW: Duration = Duration::from_mins(15);
/// Failures within a window from one address with one beginning of a token.
pub const FAILURES_PER_TOKEN: i64 = 5;
/// Failures within a window from one address.
pub const FAILURES_PER_ADDRESS: i64 = 50;
/// Rows that the table may hold; the oldest make room.
pub const MOST_ROWS: i64 = 10_000;
/// Letters of a token that tell one from another without telling it: `tdm_` and eight digits.
const PREFIX_LETTERS: usize = 12;

/// Where a sign-in comes from and what for.
#[derive(Clone, Debug)]
pub struct Attempt {
    keys: Vec<String>,
    limits: Vec<i64>,
}

impl Attempt {
    /// An attempt with a token from a client's address (`host:port`, as `spin-client-addr` has it).
    /// Without an address only the beginning of the token is counted.
    pub fn new(client: Option<&str>, api_token: &str) -> Self {
        let prefix: String = api_token.chars().take(PREFIX_LETTERS).collect();
        let address = client.and_then(network_of);
        let from = address.as_deref().unwrap_or("unknown");
        let mut attempt = Self {
            keys: vec![key(&["token", from, &prefix])],
            limits: vec![FAILURES_PER_TOKEN],
        };
        if let Some(address) = address {
            attempt.keys.push(key(&["address", &address]));
            attempt.limits.push(FAILURES_PER_ADDRESS);
        }
        attempt
    }

    /// Until when no more attempts are taken; `None` while they are.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn refused_until(
        &self,
        sql: &impl Sql,
        now: Instant,
    ) -> Result<Option<Instant>, SqlError> {
        let parameters = [
            self.keys.clone().into(),
            self.limits.clone().into(),
            now.into(),
        ];
        let rows = sql
            .query(include_str!("sql/refused_until.sql"), &parameters)
            .await?;
        only_row(rows)?.get(0)
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn failed(&self, sql: &impl Sql, now: Instant) -> Result<(), SqlError> {
        let parameters: [Value; 4] = [
            self.keys.clone().into(),
            now.into(),
            now.plus(WINDOW).into(),
            MOST_ROWS.into(),
        ];
        let statement = include_str!("sql/count_failure.sql");
        sql.query(statement, &parameters).await.map(drop)
    }
}

fn key(parts: &[&str]) -> String {
    hex::encode(Sha256::digest(parts.join("\n")))
}

/// The address without its port; of an IPv6 address the network, because a client has all of it.
fn network_of(client: &str) -> Option<String> {
    let address: IpAddr = client
        .parse::<SocketAddr>()
        .map(|socket| socket.ip())
        .or_else(|_| client.parse())
        .ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(network).to_string()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_without_its_port_and_ipv6_by_its_network() {
        assert_eq!(network_of("10.0.0.7:4711").unwrap(), "10.0.0.7");
        assert_eq!(network_of("[::ffff:10.0.0.7]:1").unwrap(), "10.0.0.7");
        assert_eq!(
            network_of("[2001:db8:1:2:3::4]:9").unwrap(),
            "2001:db8:1:2::"
        );
        assert_eq!(network_of("somewhere"), None);
    }
}
