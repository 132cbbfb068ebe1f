//! One entry of `allowed_outbound_hosts`.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use ipnet::IpNet;
use url::Host;

use crate::variables::Resolved;

/// What can be wrong with an entry. No variant holds text of the entry, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// There is no `://`.
    #[error("has no scheme")]
    NoScheme,
    /// The scheme is not one word.
    #[error("has a scheme that is neither a word in lower case nor `*`")]
    Scheme,
    /// A path follows the host.
    #[error("has a path")]
    Path,
    /// `*` stands within the host.
    #[error("has a `*` in its host that is neither the whole host nor its first part")]
    Wildcard,
    /// The host is nothing that can be called.
    #[error("has a host that is no domain, address or network")]
    Host,
    /// Neither the entry nor its scheme has a port.
    #[error("has no port, and its scheme has no port of its own")]
    NoPort,
    /// The port is not a number.
    #[error("has a port that is neither a number up to 65535, a range of such numbers nor `*`")]
    Port,
    /// The range has no port in it.
    #[error("has a port range that is empty, as its end does not belong to it")]
    EmptyRange,
    /// Lists in braces.
    #[error("has a list in braces, which spin does not support either")]
    List,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The entry as it may be shown.
    label: String,
    /// `None` is any.
    scheme: Option<String>,
    host: HostPattern,
    ports: RangeInclusive<u16>,
    /// Whether the port is `*`, which also permits a scheme without any port.
    any_port: bool,
}

#[derive(Clone, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// The application's own routes.
    Itself,
    /// Domains with this ending, which starts with a dot.
    Below(String),
    Network(IpNet),
    Exactly(Host),
}

impl Entry {
    pub(super) fn parse(entry: &Resolved) -> Result<Self, EntryFault> {
        let (scheme, rest) = entry
            .as_str()
            .trim()
            .split_once("://")
            .ok_or(EntryFault::NoScheme)?;
        let own_scheme = parse_scheme(scheme)?;
        let (host, port) = split_port(rest)?;
        let (ports, any_port) = parse_ports(port, scheme)?;
        Ok(Self {
            label: entry.label().to_owned(),
            scheme: own_scheme,
            host: HostPattern::parse(host)?,
            ports,
            any_port,
        })
    }

    pub(super) fn permits(&self, scheme: &str, host: &Host, port: Option<u16>) -> bool {
        let port_fits = self.any_port
            || port
                .or_else(|| own_port(scheme))
                .is_some_and(|port| self.ports.contains(&port));
        port_fits && self.takes_scheme(scheme) && self.host.matches(host)
    }

    pub(super) fn permits_self(&self, scheme: &str) -> bool {
        let own_routes = matches!(self.host, HostPattern::Any | HostPattern::Itself);
        own_routes && self.takes_scheme(scheme)
    }

    fn takes_scheme(&self, scheme: &str) -> bool {
        self.scheme.as_deref().is_none_or(|own| own == scheme)
    }
}

// By its label, as a secret may have gone into the other parts.
impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.label, formatter)
    }
}

/// Splits `host:port`. The colons of an address or a network are no port's.
fn split_port(rest: &str) -> Result<(&str, &str), EntryFault> {
    let Some((host, port)) = rest.rsplit_once(':') else {
        return Ok((rest, ""));
    };
    if port.is_empty() {
        return Ok((host, ""));
    }
    if HostPattern::parse(rest).is_ok() {
        return Ok((rest, ""));
    }
    match port.split_once('/') {
        Some((port, "")) => Ok((host, port)),
        Some(_) => Err(EntryFault::Path),
        None => Ok((host, port)),
    }
}

fn parse_scheme(scheme: &str) -> Result<Option<String>, EntryFault> {
    if scheme == "*" {
        return Ok(None);
    }
    if scheme.starts_with('{') {
        return Err(EntryFault::List);
    }
    let is_word = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_word {
        Ok(Some(scheme.to_owned()))
    } else {
        Err(EntryFault::Scheme)
    }
}

fn parse_ports(text: &str, scheme: &str) -> Result<(RangeInclusive<u16>, bool), EntryFault> {
    if text == "*" {
        return Ok((0..=u16::MAX, true));
    }
    if text.starts_with('{') {
        return Err(EntryFault::List);
    }
    if text.is_empty() {
        let port = own_port(scheme).ok_or(EntryFault::NoPort)?;
        return Ok((port..=port, false));
    }
    let Some((first, end)) = text.split_once("..") else {
        let port = parse_port(text)?;
        return Ok((port..=port, false));
    };
    let first = parse_port(first)?;
    let last = parse_port(end)?
        .checked_sub(1)
        .filter(|last| first <= *last)
        .ok_or(EntryFault::EmptyRange)?;
    Ok((first..=last, false))
}

fn parse_port(text: &str) -> Result<u16, EntryFault> {
    text.parse().map_err(|_| EntryFault::Port)
}

/// The port that a scheme has of its own.
fn own_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "mqtt" => Some(1883),
        "mysql" => Some(3306),
        "postgres" => Some(5432),
        "redis" => Some(6379),
        _ => None,
    }
}

impl HostPattern {
    fn parse(text: &str) -> Result<Self, EntryFault> {
        let text = text.trim();
        match text {
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::Itself),
            _ if text.starts_with('{') => return Err(EntryFault::List),
            _ => {}
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network.trunc()));
        }
        let host = text.strip_suffix('/').unwrap_or(text);
        if host.contains('/') {
            return Err(EntryFault::Path);
        }
        if let Some(domain) = host.strip_prefix("*.") {
            if domain.contains('*') {
                return Err(EntryFault::Wildcard);
            }
            return match Host::parse(domain) {
                Ok(Host::Domain(domain)) => Ok(Self::Below(format!(".{domain}"))),
                _ => Err(EntryFault::Host),
            };
        }
        if host.contains('*') {
            return Err(EntryFault::Wildcard);
        }
        Host::parse(host)
            .map(Self::Exactly)
            .map_err(|_| EntryFault::Host)
    }

    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Exactly(own), _) => own == host,
            (Self::Below(ending), Host::Domain(domain)) => domain.ends_with(ending),
            (Self::Network(network), Host::Ipv4(address)) => {
                network.contains(&IpAddr::V4(*address))
            }
            (Self::Network(network), Host::Ipv6(address)) => {
                network.contains(&IpAddr::V6(*address))
            }
            (Self::Itself | Self::Below(_) | Self::Network(_), _) => false,
        }
    }
}
