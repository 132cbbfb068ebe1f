//! Reading a database URL: where to connect, whether to use TLS, and a label that is safe to print.

use std::path::PathBuf;

use tidemark_domain::Secret;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::pool::ConnectError;

/// How the connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    /// No TLS: `sslmode` is missing, `disable`, `allow` or `prefer`.
    Plain,
    /// TLS with a verified certificate and host name: `sslmode` is `require`, `verify-ca` or
    /// `verify-full`.
    Tls {
        /// `sslrootcert`: a PEM file of authorities trusted besides the public ones.
        authorities: Option<PathBuf>,
    },
}

/// A database URL, read.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub config: Config,
    pub protection: Protection,
    /// `host:port/database`, never the credentials.
    pub label: String,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?…`.
    ///
    /// `require` is stricter than libpq's: it verifies the certificate, as Spin does. The options
    /// that tokio-postgres does not know (`sslmode=verify-*`, `sslrootcert`) are taken out first.
    pub fn parse(url: &Secret) -> Result<Self, ConnectError> {
        let text = url.expose();
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(bad_url("it does not begin with postgres://"));
        }
        // With one @ at most, whatever the parser complains about lies outside the password.
        if text.matches('@').count() > 1 {
            return Err(bad_url(
                "it has more than one @: write an @ in the user or password as %40",
            ));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut protection = Protection::Plain;
        let mut authorities = None;
        let mut kept = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", mode)) => protection = protection_of(mode)?,
                Some(("sslrootcert", path)) => authorities = Some(PathBuf::from(path)),
                _ => kept.push(option),
            }
        }
        if let (Protection::Tls { authorities: given }, Some(path)) = (&mut protection, authorities)
        {
            *given = Some(path);
        }
        let rest = format!("{base}?{}", kept.join("&"));
        let mut config: Config = rest.parse().map_err(|error| reason_of(&error))?;
        if config.get_hosts().is_empty() {
            return Err(bad_url("it names no host"));
        }
        config.ssl_mode(match protection {
            Protection::Plain => SslMode::Disable,
            Protection::Tls { .. } => SslMode::Require,
        });
        if config.get_application_name().is_none() {
            config.application_name("tidemark");
        }
        let label = label_of(&config);
        Ok(Self {
            config,
            protection,
            label,
        })
    }
}

fn bad_url(reason: impl Into<String>) -> ConnectError {
    ConnectError::BadUrl {
        reason: reason.into(),
    }
}

fn reason_of(error: &tokio_postgres::Error) -> ConnectError {
    let source = std::error::Error::source(error);
    bad_url(source.map_or_else(|| error.to_string(), ToString::to_string))
}

fn protection_of(mode: &str) -> Result<Protection, ConnectError> {
    match mode {
        "disable" | "allow" | "prefer" => Ok(Protection::Plain),
        "require" | "verify-ca" | "verify-full" => Ok(Protection::Tls { authorities: None }),
        other => Err(bad_url(format!("it has the unknown sslmode {other}"))),
    }
}

fn label_of(config: &Config) -> String {
    let ports = config.get_ports();
    let servers: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(i, host)| {
            let port = ports.get(i).or_else(|| ports.first()).copied();
            let port = port.unwrap_or(5432);
            match host {
                Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(folder) => folder.display().to_string(),
            }
        })
        .collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or("");
    format!("{}/{database}", servers.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, ConnectError> {
        Address::parse(&Secret::new(url))
    }

    #[test]
    fn a_label_names_server_and_database_but_not_the_login() {
        let label = |url: &str| parse(url).unwrap().label;
        assert_eq!(
            label("postgres://ann:pw@db.example/ledger"),
            "db.example:5432/ledger"
        );
        assert_eq!(
            label("postgresql://ann@[::1]:6000/ledger"),
            "[::1]:6000/ledger"
        );
        assert_eq!(
            label("postgres://ann@/ledger?host=/run/pg"),
            "/run/pg/ledger"
        );
        assert_eq!(
            label("postgres://ann@one:1,two:2/ledger"),
            "one:1,two:2/ledger"
        );
    }

    #[test]
    fn tls_is_used_when_the_url_asks_for_it_and_then_always_verified() {
        let protection = |url: &str| parse(url).unwrap().protection;
        let verified = Protection::Tls { authorities: None };
        assert_eq!(protection("postgres://h/d"), Protection::Plain);
        assert_eq!(
            protection("postgres://h/d?sslmode=disable"),
            Protection::Plain
        );
        assert_eq!(protection("postgres://h/d?sslmode=require"), verified);
        assert_eq!(protection("postgres://h/d?sslmode=verify-full"), verified);
        assert_eq!(
            protection("postgres://h/d?sslrootcert=/etc/ca.pem&sslmode=verify-full"),
            Protection::Tls {
                authorities: Some("/etc/ca.pem".into())
            }
        );
        assert!(parse("postgres://h/d?sslmode=perhaps").is_err());
    }

    #[test]
    fn a_malformed_url_is_refused_without_repeating_its_password() {
        for url in [
            "host=db password=hunter2",
            "postgres://ann:hunt@er2@db/ledger",
            "postgres://ann:hunter2@db:port/ledger",
            "postgres://ann:hunter2@db/ledger?colour=red",
            "postgres://ann:hunter2@/ledger",
            "mysql://ann:hunter2@db/ledger",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("postgres://user:password@host"), "{error}");
            assert!(!error.contains("hunt") && !error.contains("er2"), "{error}");
        }
    }

    #[test]
    fn debug_output_of_an_address_keeps_the_password() {
        let address = parse("postgres://ann:hunter2@db/ledger").unwrap();
        assert!(!format!("{address:?}").contains("hunter2"));
    }
}
