//! The platform ports of a laboratory.

use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};

use super::{Lab, Moment};
use crate::fanvue;

impl<S: Sql> Clock for Lab<'_, S> {
    fn now(&self) -> Instant {
        let micros = self.clock.get().micros();
        Instant::from_micros(micros.saturating_add(self.ahead.get()))
    }

    async fn sleep(&self, span: Duration) {
        self.troubles.give_way().await;
        self.pass(span);
    }
}

impl<S: Sql> Http for Lab<'_, S> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.troubles.operate(Moment::Before).await;
        let _in_flight = self.troubles.begin_request();
        // Whoever else is under way gets a turn, as with a real network.
        self.troubles.give_way().await;
        self.pass(self.latency / 2);
        let now = self.clock.get();
        let exchange = fanvue::exchange(&mut self.world.borrow_mut(), &request, now);
        self.pass(exchange.delay + self.latency / 2);
        let mut result = exchange.arrives();
        if let Ok(response) = &mut result {
            self.troubles.rewrite(&request, response);
        }
        self.troubles.operate(Moment::After).await;
        result
    }
}

impl<S: Sql> Sql for Lab<'_, S> {
    fn actor(&self) -> Actor {
        self.sql.actor()
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        self.troubles.operate(Moment::Before).await;
        self.troubles.count_statement();
        let failure = self.troubles.failure_of(statement);
        if let Some((Moment::Before, error)) = failure {
            return Err(error);
        }
        self.troubles.hold(statement).await;
        let result = self.sql.query_as(actor, statement, parameters).await;
        self.troubles.operate(Moment::After).await;
        match failure {
            Some((Moment::After, error)) => Err(error),
            _ => result,
        }
    }
}
