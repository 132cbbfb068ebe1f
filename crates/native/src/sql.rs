//! Statements against Postgres: prepared once per connection, one statement per call.

mod values;

use tidemark_database::{Client, ConnectError, Pool};
use tidemark_ports::{Actor, Row, Sql, SqlError, Value};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use values::Parameter;

/// Runs statements on a pool's connections; each is held for one statement only. They run for all
/// agencies where no other actor is named: the host is the operator's.
#[derive(Clone, Debug)]
pub struct SqlPool {
    pool: Pool,
}

impl SqlPool {
    /// Statements on this pool.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// The pool below.
    pub fn pool(&self) -> &Pool {
        &self.pool
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
        let mut client = self.pool.get_as_left().await.map_err(unavailable)?;
        let result = run(&mut client, actor, statement, parameters).await;
        if let Err(SqlError::Unreachable(_)) = result {
            // It may not have noticed its own end yet; the next statement must not get it.
            drop(Client::take(client));
        }
        result
    }
}

async fn run(
    client: &mut Client,
    actor: Actor,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, SqlError> {
    act_as(client, actor).await?;
    let prepared = client.prepare_cached(statement).await.map_err(failed)?;
    values::check(parameters, prepared.params())?;
    let bound: Vec<Parameter<'_>> = parameters.iter().map(Parameter).collect();
    let arguments: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|one| one as _).collect();
    let rows = match client.query(&prepared, &arguments).await {
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

async fn act_as(client: &mut Client, actor: Actor) -> Result<(), SqlError> {
    let acts = client.act_as(actor.role(), &actor.agency()).await;
    acts.map_err(|error| match failed(error) {
        SqlError::Refused { code, message } => SqlError::Refused {
            code,
            message: format!("{message}; run `tidemark migrate` with this database user"),
        },
        other => other,
    })
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
