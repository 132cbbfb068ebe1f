//! `spin:postgres/postgres@4.0.0`: connections to Postgres for guests.
//!
//! Values, errors and limits are those of Spin, so that a component cannot tell the two hosts
//! apart. What differs cannot be seen by it: connections are taken from the pool at the first
//! statement instead of at `open`, statements are prepared once per connection, and what a guest
//! leaves behind in its session (an open transaction, a lock, a setting) never reaches the next.

mod errors;
mod parameters;
pub(crate) mod pools;
mod scalars;
mod session;
mod statement;
mod values;

use tidemark_manifest::AllowedHosts;
use tidemark_ports::PREAMBLE;
use tokio_postgres::config::{Config, Host as ServerHost};
use wasmtime::component::Resource;

use self::errors::{InvalidValue, connection_failed};
use self::parameters::parameters;
use self::pools::GuestPool;
use self::session::Session;
use super::bindings::imports::spin::postgres::postgres::{
    Column, DbDataType, DbValue, Error, Host, HostConnection, ParameterValue, RowSet,
};
use super::state::GuestState;

/// Connections that one instance may have open: a guest that leaks them must not take them all.
const MAXIMUM_CONNECTIONS: usize = 16;

/// A connection as the guest sees it.
pub struct Connection {
    pool: GuestPool,
    session: Option<Session>,
}

impl Connection {
    /// The session behind it, from the pool if there is none yet.
    async fn session(&mut self) -> Result<&mut Session, Error> {
        if self.session.is_none() {
            self.session = Some(Session::checkout(&self.pool).await?);
        }
        Ok(self
            .session
            .as_mut()
            .expect("invariant: put there just above"))
    }
}

impl Host for GuestState {}

impl HostConnection for GuestState {
    async fn open(&mut self, address: String) -> Result<Resource<Connection>, Error> {
        let component = self.component();
        if component.permitted_database.get() != Some(&address) {
            check_address(&component.allowed_hosts, &address).map_err(connection_failed)?;
            // Most components know one address only; another is checked every time.
            let _ = component.permitted_database.set(address.clone());
        }
        if self.connections >= MAXIMUM_CONNECTIONS {
            return Err(connection_failed("too many connections"));
        }
        let pool = self
            .component()
            .databases
            .pool(&address)
            .map_err(connection_failed)?;
        let connection = Connection {
            pool,
            session: None,
        };
        let resource = self
            .table
            .push(connection)
            .map_err(|_full| connection_failed("too many connections"))?;
        self.connections += 1;
        Ok(resource)
    }

    async fn query(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        values: Vec<ParameterValue>,
    ) -> Result<RowSet, Error> {
        if let Some((role, agency)) = actor_of(&statement, &values) {
            self.note_agency(agency);
            let session = self.session(&connection).await?;
            if session.act_as(role, agency).await? {
                return Ok(answer_to_preamble(role, agency));
            }
        }
        let parameters = parameters(values).map_err(InvalidValue::into_bad_parameter)?;
        let session = self.session(&connection).await?;
        session.query(&statement, &parameters).await
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        values: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        let parameters = parameters(values).map_err(InvalidValue::into_value_conversion_failed)?;
        let session = self.session(&connection).await?;
        session.execute(&statement, &parameters).await
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        self.connections -= 1;
        Ok(())
    }
}

impl GuestState {
    /// The session behind a connection, from the pool if there is none yet.
    async fn session(&mut self, resource: &Resource<Connection>) -> Result<&mut Session, Error> {
        let connection = self
            .table
            .get_mut(resource)
            .map_err(|_missing| connection_failed("no connection found"))?;
        connection.session().await
    }

    /// Tells the request's span, once, for which agency the guest acts.
    fn note_agency(&mut self, agency: &str) {
        if !self.agency_noted && !agency.is_empty() {
            tracing::Span::current().record("agency", agency);
            self.agency_noted = true;
        }
    }
}

/// Role and agency, where the statement is what Tidemark's components say before each statement.
fn actor_of<'a>(statement: &str, values: &'a [ParameterValue]) -> Option<(&'a str, &'a str)> {
    match values {
        [ParameterValue::Str(role), ParameterValue::Str(agency)] if statement == PREAMBLE => {
            Some((role, agency))
        }
        _ => None,
    }
}

/// What Postgres answers to the preamble.
fn answer_to_preamble(role: &str, agency: &str) -> RowSet {
    let column = || Column {
        name: "set_config".to_owned(),
        data_type: DbDataType::Str,
    };
    let value = |text: &str| DbValue::Str(text.to_owned());
    RowSet {
        columns: vec![column(), column()],
        rows: vec![vec![value(role), value(agency)]],
    }
}

/// Checks every server that an address names against the component's `allowed_outbound_hosts`.
fn check_address(allowed_hosts: &AllowedHosts, address: &str) -> Result<(), String> {
    let config: Config = without_tls_options(address)
        .parse()
        .map_err(|error: tokio_postgres::Error| error.to_string())?;
    let ports = config.get_ports();
    let only_port = ports.first().filter(|_| ports.len() == 1);
    let check = |index: usize, host: &str| {
        let port = ports.get(index).or(only_port).copied();
        if allowed_hosts.permits("postgres", host, port) {
            return Ok(());
        }
        let shown = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Err(format!("address postgres://{shown} is not permitted"))
    };

    for (index, server) in config.get_hosts().iter().enumerate() {
        let ServerHost::Tcp(host) = server else {
            return Err("Unix sockets are not supported on WebAssembly".to_owned());
        };
        check(index, host)?;
    }
    // `hostaddr` overrules `host`, so it must be allowed by itself.
    for (index, address) in config.get_hostaddrs().iter().enumerate() {
        check(index, &address.to_string())?;
    }
    Ok(())
}

/// A URL without the options about TLS, some of which the driver's own parser does not know.
fn without_tls_options(address: &str) -> String {
    let Some((base, query)) = address.split_once('?') else {
        return address.to_owned();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|option| !option.starts_with("sslmode=") && !option.starts_with("sslrootcert="))
        .collect();
    format!("{base}?{}", kept.join("&"))
}
