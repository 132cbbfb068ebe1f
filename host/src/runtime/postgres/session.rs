//! One connection as one guest uses it, and what happens to it afterwards.

use std::pin::pin;
use std::time::Duration;

use futures::TryStreamExt;
use tidemark_database::Client;
use tidemark_database::connection::PoolError;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, RowStream, Statement};

use super::errors::{connection_failed, query_failed, unreadable_result};
use super::parameters::Parameter;
use super::pools::GuestPool;
use super::statement::{Effect, effect};
use super::values::{columns, values};
use crate::runtime::bindings::imports::spin::postgres::postgres::{Error, RowSet};

/// How long a guest waits for a connection before it is told that there is none.
const CHECKOUT_TIME: Duration = Duration::from_secs(10);

/// How long a connection may take to be made fit for the next guest before it is closed.
const RESET_TIME: Duration = Duration::from_secs(5);

/// The same where the statement under way cannot be cancelled and so runs to its end.
const UNHURRIED_RESET_TIME: Duration = Duration::from_mins(1);

/// How long the server may take to be told that a statement is no longer wanted.
const CANCEL_TIME: Duration = Duration::from_secs(2);

/// Prepared statements kept per connection; a guest that builds its SQL from values must not
/// fill the server's memory.
const MAXIMUM_PREPARED: usize = 512;

/// The most that one result may hold in bytes, as in Spin.
const MAXIMUM_RESULT_BYTES: usize = 128 << 20;

/// A connection taken from a pool for one guest.
///
/// However the guest ends, dropping this hands the connection on as if it were new: as it is where
/// nothing can have been left behind, else after a reset in the background. For whom the session
/// acts stays, as the connection remembers it; the next guest's first statement sees to that.
pub(crate) struct Session {
    client: Option<Client>,
    runtime: Handle,
    cancels: bool,
    effect: Effect,
    begun: bool,
    in_flight: bool,
}

impl Session {
    /// Takes a connection from a pool.
    pub(crate) async fn checkout(pool: &GuestPool) -> Result<Self, Error> {
        let client = timeout(CHECKOUT_TIME, pool.pool.get())
            .await
            .map_err(|_elapsed| connection_failed("timed out waiting for a free connection"))?
            .map_err(|error| connection_failed(describe(&error)))?;
        Ok(Self {
            client: Some(client),
            runtime: Handle::current(),
            cancels: pool.cancels,
            effect: Effect::None,
            begun: false,
            in_flight: false,
        })
    }

    /// Does what Tidemark's preamble says; costs a round trip only where the session acts for
    /// somebody else. `false` where the guest may be in a transaction, whose end would undo it:
    /// then it is a statement like any other.
    pub(crate) async fn act_as(&mut self, role: &str, agency: &str) -> Result<bool, Error> {
        if self.effect != Effect::None {
            return Ok(false);
        }
        self.in_flight = true;
        let acts = self.client_mut().act_as(role, agency).await;
        self.in_flight = false;
        self.begun |= acts.is_ok();
        acts.map(|()| true).map_err(|error| query_failed(&error))
    }

    /// Runs a statement and reads its rows.
    #[tracing::instrument(
        name = "statement", level = "debug", skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql", db.query.text = statement),
    )]
    pub(crate) async fn query(
        &mut self,
        statement: &str,
        parameters: &[Parameter],
    ) -> Result<RowSet, Error> {
        let parameters = references(parameters);
        let untouched = self.begin(statement).await?;
        let client = self.client();
        let started = match run_query(client, statement, &parameters).await {
            Err(error) if untouched && forget_if_stale(client, statement, &error) => {
                run_query(client, statement, &parameters).await
            }
            started => started,
        };
        let result = match started {
            Ok(rows) => read_rows(rows).await,
            Err(error) => Err(query_failed(&error)),
        };
        self.end();
        result
    }

    /// Runs a statement and counts the rows that it changed.
    #[tracing::instrument(
        name = "statement", level = "debug", skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql", db.query.text = statement),
    )]
    pub(crate) async fn execute(
        &mut self,
        statement: &str,
        parameters: &[Parameter],
    ) -> Result<u64, Error> {
        let parameters = references(parameters);
        let untouched = self.begin(statement).await?;
        let client = self.client();
        let result = match run_execute(client, statement, &parameters).await {
            Err(error) if untouched && forget_if_stale(client, statement, &error) => {
                run_execute(client, statement, &parameters).await
            }
            result => result,
        };
        self.end();
        result.map_err(|error| query_failed(&error))
    }

    /// Notes what the statement may leave behind; tells whether nothing was left behind before,
    /// so that no transaction can be open. A guest that did not say for whom it acts has the
    /// rights of its address's user.
    async fn begin(&mut self, statement: &str) -> Result<bool, Error> {
        self.in_flight = true;
        if !self.begun {
            let acts = self.client_mut().act_as_its_user().await;
            acts.map_err(|error| query_failed(&error))?;
            self.begun = true;
        }
        let untouched = self.effect == Effect::None;
        self.effect = self.effect.max(effect(statement));
        if self.effect != Effect::None {
            self.client_mut().forget();
        }
        Ok(untouched)
    }

    fn end(&mut self) {
        self.in_flight = false;
        if self.effect == Effect::PreparedStatements {
            self.client().statement_cache.clear();
        }
    }

    fn client(&self) -> &Client {
        self.client
            .as_ref()
            .expect("invariant: only dropping the session takes the client")
    }

    fn client_mut(&mut self) -> &mut Client {
        self.client
            .as_mut()
            .expect("invariant: only dropping the session takes the client")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else {
            return;
        };
        if self.effect == Effect::PreparedStatements {
            client.statement_cache.clear();
        }
        if self.in_flight || self.effect != Effect::None {
            self.runtime
                .spawn(reset(client, self.in_flight, self.cancels));
        }
    }
}

async fn reset(mut client: Client, in_flight: bool, cancels: bool) {
    if in_flight && cancels {
        // Without an answer in time the statement simply runs to its end before the reset.
        let _ = timeout(CANCEL_TIME, client.cancel_token().cancel_query(NoTls)).await;
    }
    let time = if cancels {
        RESET_TIME
    } else {
        UNHURRIED_RESET_TIME
    };
    let mut undone = timeout(time, client.reset()).await;
    if let Ok(Err(error)) = &undone
        && error.code() == Some(&SqlState::QUERY_CANCELED)
    {
        // The statement had ended when it was cancelled, and the reset was hit in its place.
        undone = timeout(time, client.reset()).await;
    }
    let failure = match undone {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error
            .as_db_error()
            .map_or_else(|| error.to_string(), ToString::to_string),
        Err(elapsed) => elapsed.to_string(),
    };
    tracing::warn!("closed a database connection that could not be reset: {failure}");
    drop(Client::take(client));
}

async fn prepare(client: &Client, statement: &str) -> Result<Statement, tokio_postgres::Error> {
    if client.statement_cache.size() >= MAXIMUM_PREPARED {
        client.statement_cache.clear();
    }
    client.prepare_cached(statement).await
}

async fn run_query(
    client: &Client,
    statement: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<RowStream, tokio_postgres::Error> {
    let prepared = prepare(client, statement).await?;
    client
        .query_raw(&prepared, parameters.iter().copied())
        .await
}

async fn run_execute(
    client: &Client,
    statement: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<u64, tokio_postgres::Error> {
    let prepared = prepare(client, statement).await?;
    client.execute(&prepared, parameters).await
}

/// A prepared statement outlives a migration that changes its columns, and then fails once. It
/// fails before it does anything, so it may be prepared anew and run again.
fn forget_if_stale(client: &Client, statement: &str, error: &tokio_postgres::Error) -> bool {
    let stale = error.code().is_some_and(|code| {
        *code == SqlState::FEATURE_NOT_SUPPORTED || *code == SqlState::INVALID_SQL_STATEMENT_NAME
    });
    stale && client.statement_cache.remove(statement, &[]).is_some()
}

/// Reads a result to its end. As in Spin, one without rows has no columns either.
async fn read_rows(rows: RowStream) -> Result<RowSet, Error> {
    let mut rows = pin!(rows);
    let mut row_set = RowSet {
        columns: Vec::new(),
        rows: Vec::new(),
    };
    let mut bytes = 0;
    while let Some(row) = rows
        .try_next()
        .await
        .map_err(|error| query_failed(&error))?
    {
        bytes += row.raw_size_bytes();
        if bytes > MAXIMUM_RESULT_BYTES {
            return Err(unreadable_result(format!(
                "query result exceeds limit of {MAXIMUM_RESULT_BYTES} bytes"
            )));
        }
        if row_set.rows.is_empty() {
            row_set.columns = columns(&row);
        }
        row_set.rows.push(values(&row).map_err(unreadable_result)?);
    }
    Ok(row_set)
}

fn references(parameters: &[Parameter]) -> Vec<&(dyn ToSql + Sync)> {
    parameters
        .iter()
        .map(|parameter| &**parameter as &(dyn ToSql + Sync))
        .collect()
}

fn describe(error: &PoolError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
