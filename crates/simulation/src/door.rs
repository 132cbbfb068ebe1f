//! A worker's platform: every operation stops at a door until the stage lets it through.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use tidemark_domain::Instant;
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};

/// What a worker wants.
#[derive(Debug)]
pub enum Wish {
    /// a request to Fanvue
    Send(HttpRequest),
    /// a statement
    Query(String, Vec<Value>),
    /// to go on at an instant of the true clock
    Wake(Instant),
}

/// What it gets.
#[derive(Debug)]
pub enum Grant {
    /// an answer, or none
    Sent(Result<HttpResponse, HttpError>),
    /// rows, or none
    Queried(Result<Vec<Row>, SqlError>),
    /// the time has come
    Woken,
}

#[derive(Debug, Default)]
struct Threshold {
    wish: Option<Wish>,
    grant: Option<Grant>,
}

/// The true time, shared by all.
pub type TrueClock = Rc<std::cell::Cell<Instant>>;

/// One worker's platform.
#[derive(Clone, Debug)]
pub struct Door {
    threshold: Rc<RefCell<Threshold>>,
    clock: TrueClock,
    /// how far this worker's clock is ahead of the true one, microseconds
    ahead: i64,
}

impl Door {
    /// A worker whose clock is `ahead` microseconds ahead.
    pub fn new(clock: TrueClock, ahead: i64) -> Self {
        Self {
            threshold: Rc::default(),
            clock,
            ahead,
        }
    }

    /// What the worker waits for.
    pub fn take_wish(&self) -> Option<Wish> {
        self.threshold.borrow_mut().wish.take()
    }

    /// Lets the worker go on.
    pub fn grant(&self, grant: Grant) {
        self.threshold.borrow_mut().grant = Some(grant);
    }

    async fn wish(&self, wish: Wish) -> Grant {
        self.threshold.borrow_mut().wish = Some(wish);
        poll_fn(|_| match self.threshold.borrow_mut().grant.take() {
            Some(grant) => Poll::Ready(grant),
            None => Poll::Pending,
        })
        .await
    }
}

impl Clock for Door {
    fn now(&self) -> Instant {
        Instant::from_micros(self.clock.get().micros().saturating_add(self.ahead))
    }

    async fn sleep(&self, span: Duration) {
        self.wish(Wish::Wake(self.clock.get().plus(span))).await;
    }
}

impl Http for Door {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        match self.wish(Wish::Send(request)).await {
            Grant::Sent(result) => result,
            other => unreachable!("a request was answered with {other:?}"),
        }
    }
}

impl Sql for Door {
    fn actor(&self) -> Actor {
        Actor::Jobs
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        assert_eq!(actor, Actor::Jobs, "a step works for all agencies");
        let wish = Wish::Query(statement.to_owned(), parameters.to_vec());
        match self.wish(wish).await {
            Grant::Queried(result) => result,
            other => unreachable!("a statement was answered with {other:?}"),
        }
    }
}
