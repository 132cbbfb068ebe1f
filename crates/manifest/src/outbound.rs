//! Which hosts a component may call: `allowed_outbound_hosts`, with Spin's meaning.
//!
//! An entry is `scheme://host[:port]`:
//!
//! - the scheme is a word or `*`;
//! - the host is a domain, an address (IPv6 in brackets), a network such as `10.0.0.0/8`,
//!   `*.example.com` for every domain below `example.com` but not itself, `*` for any host, or
//!   `self` for the application's own routes;
//! - the port is a number, a range `8000..9000` without its end, or `*`; absent, the scheme's
//!   own port (http 80, https 443, postgres 5432, mysql 3306, redis 6379, mqtt 1883).
//!
//! One slash may follow. An entry that became empty, `http://` or `https://` because a variable
//! is empty grants nothing and is no error, so that an endpoint may be optional.

mod entry;

use std::net::IpAddr;

use url::Host;

use crate::variables::Resolved;
use entry::Entry;
pub use entry::EntryFault;

/// Why an entry of `allowed_outbound_hosts` is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("has the entry {entry:?}, which {fault}; write it as scheme://host:port, with * for any")]
pub struct OutboundError {
    /// The entry; its template where a secret went into it.
    pub entry: String,
    /// What is wrong with it.
    pub fault: EntryFault,
}

/// The hosts that a component may call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts {
    entries: Vec<Entry>,
}

impl AllowedHosts {
    /// Reads the entries of a component.
    ///
    /// # Errors
    /// An entry is malformed; the first one is named.
    pub fn parse(entries: &[Resolved]) -> Result<Self, OutboundError> {
        let mut parsed = Vec::new();
        for entry in entries {
            let emptied = matches!(entry.as_str(), "" | "http://" | "https://");
            if emptied && entry.is_templated() {
                continue;
            }
            parsed.push(Entry::parse(entry).map_err(|fault| OutboundError {
                entry: entry.label().to_owned(),
                fault,
            })?);
        }
        Ok(Self { entries: parsed })
    }

    /// Whether a connection may be made. Without a port, the scheme's own is meant; a scheme that
    /// has none then matches only an entry with the port `*`. An IPv6 host may be in brackets.
    pub fn permits(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        let Some(host) = parse_host(host) else {
            return false;
        };
        self.entries
            .iter()
            .any(|entry| entry.permits(scheme, &host, port))
    }

    /// Whether the application's own routes may be called, as by a request without a host.
    pub fn permits_self(&self, scheme: &str) -> bool {
        self.entries.iter().any(|entry| entry.permits_self(scheme))
    }
}

fn parse_host(host: &str) -> Option<Host> {
    let unbracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    match unbracketed.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(Host::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Some(Host::Ipv6(address)),
        Err(_) => Host::parse(host).ok(),
    }
}
