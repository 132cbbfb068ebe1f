//! Agencies with tokens.

use std::time::Duration;

use tidemark_database::testing::TestDatabase;
use tidemark_domain::{AgencyId, Instant, Secret, Zone};
use tidemark_native::SqlPool;
use tidemark_ports::{Actor, Row, Sql, SqlError, Value};
use tidemark_tenancy::token::{self, Caller};
use tidemark_tenancy::{Role, agency};
use uuid::Uuid;

/// Some instant; every test counts from it.
pub const START: Instant = Instant::from_micros(1_790_000_000_000_000);

pub fn sql_of(database: &TestDatabase) -> SqlPool {
    SqlPool::new(database.pool().clone())
}

/// That long after [`START`].
pub fn after(minutes: u64) -> Instant {
    START.plus(Duration::from_mins(minutes))
}

/// A new agency and a token of it.
pub async fn agency_with(sql: &SqlPool, role: Role) -> (AgencyId, Secret) {
    let id = AgencyId::new(Uuid::new_v4());
    let zone = Zone::parse("Europe/Berlin").unwrap();
    agency::create(sql, id, "Blue Hour", &zone, START)
        .await
        .unwrap();
    let token = token::create(sql, id, role, START).await.unwrap();
    (id, token)
}

pub async fn caller(sql: &SqlPool, token: &Secret) -> Caller {
    let found = token::authenticate(sql, token.expose(), START).await;
    found.unwrap().unwrap()
}

/// A database whose statements run before anybody is known.
pub struct Gate(SqlPool);

impl Sql for Gate {
    fn actor(&self) -> Actor {
        Actor::Gate
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        self.0.query_as(actor, statement, parameters).await
    }
}

pub fn gate_of(database: &TestDatabase) -> Gate {
    Gate(sql_of(database))
}
