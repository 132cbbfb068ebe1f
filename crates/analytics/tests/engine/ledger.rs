//! Worlds put into a real Postgres, where the triggers and the real statements work on them.

use std::time::Duration;

use tidemark_analytics::{Answer, DashboardError, DashboardQuery, answer, roll_up};
use tidemark_database::testing::TestDatabase;
use tidemark_domain::{AgencyId, Instant, Zone};
use tidemark_native::SqlPool;
use tidemark_ports::{
    Actor, Bound, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};
use uuid::Uuid;

use crate::world::{LedgerRow, World};

/// A database and a clock that stands still.
pub struct Ledger {
    sql: SqlPool,
    now: Instant,
    pub agency: AgencyId,
}

impl Clock for Ledger {
    fn now(&self) -> Instant {
        self.now
    }

    async fn sleep(&self, _span: Duration) {
        panic!("an answer never waits");
    }
}

impl Http for Ledger {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotAllowed(request.url))
    }
}

impl Sql for Ledger {
    fn actor(&self) -> Actor {
        Actor::Jobs
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        self.sql.query_as(actor, statement, parameters).await
    }
}

impl Ledger {
    /// A new agency with a world's models and audience, and an empty ledger.
    pub async fn begin(database: &TestDatabase, world: &World) -> Self {
        let ledger = Self {
            sql: SqlPool::new(database.pool().clone()),
            now: world.now,
            agency: AgencyId::new(Uuid::new_v4()),
        };
        let agency = Value::from(ledger.agency);
        ledger
            .run(
                "insert into agencies values ($1, 'Blue Hour', $2, now())",
                &[agency.clone(), world.zone.into()],
            )
            .await;
        ledger
            .run(
                "insert into connections (agency_id, connection_id, access_token_sealed, \
                 refresh_token_sealed, obtained_at, expires_at) \
                 values ($1, $1, '', '', now(), now())",
                std::slice::from_ref(&agency),
            )
            .await;
        for state in &world.models {
            ledger
                .run(
                    "insert into models (agency_id, model_id, connection_id, own_account, handle, \
                     display_name, active, created_at) \
                     values ($1, $2, $1, false, 'm', 'M', $3, now())",
                    &[agency.clone(), state.id.into(), state.active.into()],
                )
                .await;
        }
        for snapshot in &world.snapshots {
            ledger
                .run(
                    "insert into subscriber_history values ($1, $2, $3::text::date, $4, $5, now(), $6)",
                    &[
                        agency.clone(),
                        snapshot.model.into(),
                        snapshot.day.to_string().into(),
                        snapshot.subscribers.into(),
                        snapshot.followers.into(),
                        snapshot.followers.is_none().into(),
                    ],
                )
                .await;
        }
        ledger
    }

    pub async fn run(&self, statement: &str, parameters: &[Value]) -> Vec<Row> {
        let rows = self.sql.query(statement, parameters).await;
        rows.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// Adds rows in one statement; their keys are `prefix` and their place.
    pub async fn add(&self, prefix: &str, rows: &[LedgerRow]) {
        let column = |value: &dyn Fn(&LedgerRow) -> String| -> Value {
            rows.iter().map(value).collect::<Vec<String>>().into()
        };
        let numbers = |value: &dyn Fn(&LedgerRow) -> i64| -> Value {
            rows.iter().map(value).collect::<Vec<i64>>().into()
        };
        let fan = |row: &LedgerRow| row.fan.map_or(String::new(), |fan| fan.to_string());
        self.run(
            "insert into fanvue_transactions (agency_id, model_id, row_key, shape, occurred_at, \
             source, gross_cents, net_cents, fan_id, raw, first_seen_at, changed_at) \
             select $1, model::uuid, $2 || place, 'v1', instant_of(at), source, gross, net, \
             nullif(fan, '')::uuid, '{}', now(), now() \
             from unnest($3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[]) \
             with ordinality as row (model, at, source, gross, net, fan, place)",
            &[
                self.agency.into(),
                prefix.into(),
                column(&|row| row.model.to_string()),
                numbers(&|row| row.at.micros()),
                column(&|row| row.source.clone()),
                numbers(&|row| row.gross),
                numbers(&|row| row.net),
                column(&fan),
            ],
        )
        .await;
    }

    /// The whole world's rows, by detours: with rows that are withdrawn, come back, change and go.
    pub async fn fill(&self, world: &World) {
        let (first, second) = world.rows.split_at(world.rows.len() / 2);
        self.add("a", first).await;
        self.add("b", second).await;
        self.add("gone", &world.rows[..world.rows.len().min(7)])
            .await;
        let mine = [Value::from(self.agency)];
        for detour in [
            "update fanvue_transactions set withdrawn_at = now() \
             where agency_id = $1 and row_key like 'a%'",
            "update fanvue_transactions set gross_cents = gross_cents + 5, source = 'tip' \
             where agency_id = $1 and row_key like 'gone%'",
            "update fanvue_transactions set withdrawn_at = null, order_status = 'back' \
             where agency_id = $1 and row_key like 'a%'",
            "update fanvue_transactions set occurred_at = occurred_at - interval '3 days', \
             row_key = 'moved' || row_key where agency_id = $1 and row_key like 'b%'",
            "update fanvue_transactions set withdrawn_at = now() \
             where agency_id = $1 and row_key like 'gone%'",
            "update fanvue_transactions set occurred_at = occurred_at + interval '3 days' \
             where agency_id = $1 and row_key like 'moved%'",
            "delete from fanvue_transactions where agency_id = $1 and row_key in ('gone1', 'gone3')",
        ] {
            self.run(detour, &mine).await;
        }
    }

    /// Builds what is left to build, and settles up to `fans` fans.
    pub async fn roll_up(&self, fans: i64, zone: &Zone) {
        roll_up::step(self, self.agency, fans).await.unwrap();
        // Only what was checked is used.
        roll_up::check(self, self.agency, zone).await.unwrap();
    }

    pub async fn answer(
        &self,
        query: &DashboardQuery,
    ) -> Result<serde_json::Value, DashboardError> {
        // As routes ask: row security must not change an answer.
        let tenant = Bound::tenant(self, self.agency);
        match answer(&tenant, self.agency, query, []).await? {
            Answer::Whole(body, _) => Ok(serde_json::from_str(&body.to_json()).unwrap()),
            Answer::Same(_) => panic!("no tag was given"),
        }
    }

    /// Rows in which the roll-ups of a zone differ from the ledger.
    pub async fn differences(&self, zone: &Zone) -> i64 {
        roll_up::differences(self, self.agency, zone).await.unwrap()
    }

    /// Fans still to be settled.
    pub async fn unsettled(&self) -> i64 {
        let count = "select count(*) from unsettled_fans where agency_id = $1";
        self.run(count, &[self.agency.into()]).await[0]
            .get(0)
            .unwrap()
    }
}
