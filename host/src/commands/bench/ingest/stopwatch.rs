//! A platform that notes how long pages and their statements take.

use std::cell::RefCell;
use std::time::{Duration, Instant as Moment};

use tidemark_domain::Instant;
use tidemark_native::NativePlatform;
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};

/// What only the statement that stores rows contains.
const STORES_ROWS: &str = "insert into fanvue_transactions";

/// The native platform under a stopwatch.
pub struct Stopwatch {
    inner: NativePlatform,
    times: RefCell<Times>,
}

#[derive(Default)]
struct Times {
    asked: Option<Moment>,
    pages: Vec<Duration>,
    statements: Vec<Duration>,
}

impl Stopwatch {
    /// Starts with nothing noted.
    pub fn new(inner: NativePlatform) -> Self {
        Self {
            inner,
            times: RefCell::default(),
        }
    }

    /// For each write: the time since the first request before it, and the statement's own.
    pub fn pages(&self) -> (Vec<Duration>, Vec<Duration>) {
        let times = self.times.borrow();
        (times.pages.clone(), times.statements.clone())
    }
}

impl Clock for Stopwatch {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    async fn sleep(&self, span: Duration) {
        self.inner.sleep(span).await;
    }
}

impl Http for Stopwatch {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.times
            .borrow_mut()
            .asked
            .get_or_insert_with(Moment::now);
        self.inner.send(request).await
    }
}

impl Sql for Stopwatch {
    fn actor(&self) -> Actor {
        self.inner.actor()
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        if !statement.contains(STORES_ROWS) {
            return self.inner.query_as(actor, statement, parameters).await;
        }
        let began = Moment::now();
        let result = self.inner.query_as(actor, statement, parameters).await;
        let took = began.elapsed();
        let mut times = self.times.borrow_mut();
        if let Some(asked) = times.asked.take() {
            times.pages.push(asked.elapsed());
            times.statements.push(took);
        }
        result
    }
}
