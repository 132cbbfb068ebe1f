//! Statements against Postgres: prepared once per connection, one statement per call.

mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use deadpool_postgres::Client;
use tidemark_database::{ConnectError, Pool};
use tidemark_ports::{Actor, PREAMBLE, Row, Sql, SqlError, Value};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use values::Parameter;

/// Runs statements on a pool's connections; each is held for one statement only. They run for all
/// agencies where no other actor is named: the host is the operator's.
#[derive(Clone, Debug)]
pub struct SqlPool {
    pool: Pool,
    /// whether the roles of the actors were seen to be there
    may_act: Arc<AtomicBool>,
}

impl SqlPool {
    /// Statements on this pool.
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            may_act: Arc::default(),
        }
    }

    /// The pool below.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    async fn run(
        &self,
        client: &Client,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        if !self.may_act.load(Ordering::Relaxed) {
            act_as(client, actor).await?;
            self.may_act.store(true, Ordering::Relaxed);
        }
        run(client, actor, statement, parameters).await
    }
}

impl Sql for SqlPool {
    fn actor(&self) -> Actor {
        Actor::Jobs
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        let client = self.pool.get_as_left().await.map_err(unavailable)?;
        let result = self.run(&client, actor, statement, parameters).await;
        if let Err(SqlError::Unreachable(_)) = result {
            // It may not have noticed its own end yet; the next statement must not get it.
            drop(Client::take(client));
        }
        result
    }
}

async fn run(
    client: &Client,
    actor: Actor,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, SqlError> {
    let prepared = client.prepare_cached(statement).await.map_err(failed)?;
    values::check(parameters, prepared.params())?;
    let bound: Vec<Parameter<'_>> = parameters.iter().map(Parameter).collect();
    let arguments: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|one| one as _).collect();
    // Both are on their way before the first is answered, and the connection keeps their order. That
    // the roles can be taken was seen before: a refused preamble would not hold back the statement.
    let (acts, rows) = tokio::join!(act_as(client, actor), client.query(&prepared, &arguments));
    acts?;
    let rows = match rows {
        // The tables changed since the statement was prepared. Postgres refuses before it runs
        // anything, so a second attempt with a fresh statement repeats no effect.
        Err(error) if is_stale(&error) => {
            client.statement_cache.remove(statement, &[]);
            let fresh = client.prepare_cached(statement).await.map_err(failed)?;
            client.query(&fresh, &arguments).await
        }
        other => other,
    };
    rows.map_err(failed)?.iter().map(values::row).collect()
}

/// Makes the session act for somebody. Sends before it first waits, once the preamble is prepared.
async fn act_as(client: &Client, actor: Actor) -> Result<(), SqlError> {
    let preamble = client.prepare_cached(PREAMBLE).await.map_err(failed)?;
    let (role, agency) = (actor.role(), actor.agency());
    match client.query(&preamble, &[&role, &agency]).await {
        Ok(_) => Ok(()),
        Err(error) => Err(match failed(error) {
            SqlError::Refused { code, message } => SqlError::Refused {
                code,
                message: format!("{message}; run `tidemark migrate` with this database user"),
            },
            other => other,
        }),
    }
}

/// "cached plan must not change result type" and its like.
fn is_stale(error: &Error) -> bool {
    error.as_db_error().is_some_and(|refused| {
        *refused.code() == SqlState::FEATURE_NOT_SUPPORTED
            && refused.routine() == Some("RevalidateCachedQuery")
    })
}

fn unavailable(error: ConnectError) -> SqlError {
    match error {
        ConnectError::Refused { code, message, .. } => SqlError::Refused { code, message },
        other => SqlError::Unreachable(other.to_string()),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is the argument of map_err"
)]
fn failed(error: Error) -> SqlError {
    match error.as_db_error() {
        Some(refused) if !ends_connection(refused.code()) => SqlError::Refused {
            code: refused.code().code().to_owned(),
            message: refused.message().to_owned(),
        },
        Some(refused) => SqlError::Unreachable(refused.message().to_owned()),
        None => SqlError::Unreachable(error.to_string()),
    }
}

/// The server stops, starts or was told to end the connection: nothing about the statement.
fn ends_connection(code: &SqlState) -> bool {
    [
        &SqlState::ADMIN_SHUTDOWN,
        &SqlState::CRASH_SHUTDOWN,
        &SqlState::CANNOT_CONNECT_NOW,
        &SqlState::DATABASE_DROPPED,
        &SqlState::IDLE_SESSION_TIMEOUT,
    ]
    .contains(&code)
}
