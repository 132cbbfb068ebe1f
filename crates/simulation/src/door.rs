//! A worker's platform: every operation stops at a door until the stage lets it through.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
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

/// An operation that waits to be let through. A step has several when it works at several models at a time.
#[derive(Debug)]
pub struct Knock {
    wish: Wish,
    answer: oneshot::Sender<Grant>,
}

impl Knock {
    /// What is wanted.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// When it can be let through.
    pub fn wakes_at(&self) -> Instant {
        match self.wish {
            Wish::Wake(instant) => instant,
            Wish::Send(_) | Wish::Query(..) => Instant::from_micros(i64::MIN),
        }
    }

    /// Whether nobody waits for the answer any more.
    pub fn is_given_up(&self) -> bool {
        self.answer.is_canceled()
    }

    /// Lets the operation through.
    pub fn grant(self, grant: Grant) {
        // Who no longer waits has given the operation up while it ran.
        let _ = self.answer.send(grant);
    }
}

/// The true time, shared by all.
pub type TrueClock = Rc<std::cell::Cell<Instant>>;

/// One worker's platform.
#[derive(Clone, Debug)]
pub struct Door {
    knocks: Rc<RefCell<Vec<Knock>>>,
    clock: TrueClock,
    /// how far this worker's clock is ahead of the true one, microseconds
    ahead: i64,
}

impl Door {
    /// A worker whose clock is `ahead` microseconds ahead.
    pub fn new(clock: TrueClock, ahead: i64) -> Self {
        Self {
            knocks: Rc::default(),
            clock,
            ahead,
        }
    }

    /// What the worker has begun to wait for since this was asked last.
    pub fn take_knocks(&self) -> Vec<Knock> {
        self.knocks.take()
    }

    async fn wish(&self, wish: Wish) -> Grant {
        let (answer, granted) = oneshot::channel();
        self.knocks.borrow_mut().push(Knock { wish, answer });
        match granted.await {
            Ok(grant) => grant,
            // The stage drops a knock only together with its worker.
            Err(oneshot::Canceled) => std::future::pending().await,
        }
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
