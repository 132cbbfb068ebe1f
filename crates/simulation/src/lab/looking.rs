//! Looking at what a laboratory's sync has done.

use tidemark_ports::{Row, Sql, sql::FromValue};
use tidemark_simulator::LoggedRequest;
use uuid::Uuid;

use super::Lab;
use crate::verdict::{self, Told};

impl<S: Sql> Lab<'_, S> {
    /// Rows of a statement whose `$1` is the agency, without troubles.
    ///
    /// # Panics
    /// When it fails.
    pub async fn query(&self, statement: &str) -> Vec<Row> {
        let rows = self.sql.query(statement, &[self.agency.into()]).await;
        rows.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// The first value of a statement whose `$1` is the agency.
    ///
    /// # Panics
    /// When it fails, or gives something else.
    pub async fn value<T: FromValue>(&self, statement: &str) -> T {
        let rows = self.query(statement).await;
        rows[0].get(0).expect("a value of that type")
    }

    /// How many rows of the ledger count.
    pub async fn row_count(&self) -> i64 {
        self.value(
            "select count(*) from fanvue_transactions \
             where agency_id = $1 and withdrawn_at is null",
        )
        .await
    }

    /// The rows of a model's ledger that count, in order.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn ledger(&self, model: Uuid) -> Vec<Told> {
        let rows = verdict::ledger_of(self.sql, self.view(model), model).await;
        let mut rows = rows.expect("the ledger");
        rows.sort();
        rows
    }

    /// A fingerprint of every column of every row of the ledger.
    pub async fn ledger_hash(&self) -> String {
        self.value(
            "select md5(coalesce(string_agg(row_of::text, '|' order by row_of::text), '')) \
             from fanvue_transactions as row_of where agency_id = $1",
        )
        .await
    }

    /// What Fanvue was asked so far whose endpoint contains a text, oldest first.
    pub fn requests(&self, endpoint: &str) -> Vec<LoggedRequest> {
        let world = self.world.borrow();
        let latest = world.request_log().latest.iter();
        latest
            .filter(|request| request.endpoint.contains(endpoint))
            .cloned()
            .collect()
    }

    /// Forgets what Fanvue was asked.
    pub fn forget_requests(&self) {
        self.world.borrow_mut().clear_request_log();
    }

    /// Every model's ledger holds Fanvue's rows, each once.
    ///
    /// # Panics
    /// With the first row that differs.
    pub async fn assert_ledger_is_true(&self) {
        for model in self.models() {
            let view = self.view(model);
            let truth = verdict::truth_of(&self.world.borrow(), view, model);
            let checked = verdict::check_model(self.sql, &truth, view, model).await;
            checked.unwrap_or_else(|failure| panic!("{failure}"));
        }
    }
}
