//! What goes wrong in a laboratory between the sync, its database and Fanvue.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::task::Poll;

use tidemark_ports::{HttpRequest, HttpResponse, SqlError};

/// On which side of an operation's effect something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// the operation never happens
    Before,
    /// it has taken effect, but nobody is told
    After,
}

type Rewriting = Box<dyn FnMut(&HttpRequest, &mut HttpResponse)>;

struct StatementFault {
    text: String,
    /// statements still to be let through
    waits: u32,
    moment: Moment,
    error: SqlError,
}

/// A statement that waits in the middle of its step.
struct Held {
    text: String,
    reached: bool,
    released: bool,
}

/// What goes wrong; nothing unless asked for.
#[derive(Default)]
pub struct Troubles {
    faults: RefCell<Vec<StatementFault>>,
    held: RefCell<Option<Held>>,
    rewriting: RefCell<Option<Rewriting>>,
    statements: Cell<u64>,
    operations: Cell<u64>,
    death: Cell<Option<(u64, Moment)>>,
    dead: Cell<bool>,
    in_flight: Cell<u32>,
    most_in_flight: Cell<u32>,
}

impl Troubles {
    /// The `k`th statement from now on, from 1, that contains `text` finds the connection broken,
    /// before or after it took effect.
    pub fn break_statement(&self, text: &str, k: u32, moment: Moment) {
        let error = SqlError::Unreachable("the connection was lost".to_owned());
        self.fail_statement(text, k, moment, error);
    }

    /// The next statement that contains `text` is refused with this SQLSTATE.
    pub fn refuse_statement(&self, text: &str, code: &str) {
        let error = SqlError::Refused {
            code: code.to_owned(),
            message: "refused in the laboratory".to_owned(),
        };
        self.fail_statement(text, 1, Moment::Before, error);
    }

    fn fail_statement(&self, text: &str, k: u32, moment: Moment, error: SqlError) {
        self.faults.borrow_mut().push(StatementFault {
            text: text.to_owned(),
            waits: k.saturating_sub(1),
            moment,
            error,
        });
    }

    /// Whether every fault of a statement has happened.
    pub fn are_over(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// The next statement that contains `text` waits until [`Troubles::release`].
    pub fn hold_statement(&self, text: &str) {
        *self.held.borrow_mut() = Some(Held {
            text: text.to_owned(),
            reached: false,
            released: false,
        });
    }

    /// Lets the held statement go on.
    pub fn release(&self) {
        if let Some(held) = self.held.borrow_mut().as_mut() {
            held.released = true;
        }
    }

    /// Resolves once a statement is held.
    pub async fn is_holding(&self) {
        self.until(|| self.held.borrow().as_ref().is_some_and(|held| held.reached))
            .await;
    }

    /// Changes answers of Fanvue before they arrive.
    pub fn rewrite_answers(&self, rewrite: impl FnMut(&HttpRequest, &mut HttpResponse) + 'static) {
        *self.rewriting.borrow_mut() = Some(Box::new(rewrite));
    }

    /// Answers arrive as Fanvue sends them again.
    pub fn leave_answers(&self) {
        *self.rewriting.borrow_mut() = None;
    }

    /// Statements so far.
    pub fn statements(&self) -> u64 {
        self.statements.get()
    }

    /// The most requests that were under way at the same time.
    pub fn most_in_flight(&self) -> u32 {
        self.most_in_flight.get()
    }

    pub(super) fn die_at(&self, operation: u64, moment: Moment) {
        self.operations.set(0);
        self.dead.set(false);
        self.death.set(Some((operation, moment)));
    }

    pub(super) fn revive(&self) {
        self.death.set(None);
        self.dead.set(false);
        self.in_flight.set(0);
    }

    /// Resolves once the process is dead.
    pub(super) fn death(&self) -> impl Future<Output = ()> + Unpin {
        poll_fn(|context| {
            if self.dead.get() {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
    }

    /// Counts an operation; the one at which the process dies never returns.
    pub(super) async fn operate(&self, moment: Moment) {
        if moment == Moment::Before {
            self.operations.set(self.operations.get() + 1);
        }
        if self.death.get() == Some((self.operations.get(), moment)) {
            self.dead.set(true);
            std::future::pending::<()>().await;
        }
    }

    /// Counts a request as under way until the returned value goes.
    pub(super) fn begin_request(&self) -> InFlight<'_> {
        self.in_flight.set(self.in_flight.get() + 1);
        let most = self.most_in_flight.get().max(self.in_flight.get());
        self.most_in_flight.set(most);
        InFlight(self)
    }

    pub(super) fn count_statement(&self) {
        self.statements.set(self.statements.get() + 1);
    }

    pub(super) fn failure_of(&self, statement: &str) -> Option<(Moment, SqlError)> {
        let mut faults = self.faults.borrow_mut();
        let index = faults
            .iter()
            .position(|fault| statement.contains(&fault.text))?;
        if faults[index].waits > 0 {
            faults[index].waits -= 1;
            return None;
        }
        let fault = faults.remove(index);
        Some((fault.moment, fault.error))
    }

    pub(super) async fn hold(&self, statement: &str) {
        let is_meant = match self.held.borrow_mut().as_mut() {
            Some(held) if !held.reached && statement.contains(&held.text) => {
                held.reached = true;
                true
            }
            _ => false,
        };
        if is_meant {
            self.until(|| self.held.borrow().as_ref().is_none_or(|held| held.released))
                .await;
        }
    }

    pub(super) fn rewrite(&self, request: &HttpRequest, response: &mut HttpResponse) {
        if let Some(rewrite) = self.rewriting.borrow_mut().as_mut() {
            rewrite(request, response);
        }
    }

    /// Lets others go on first.
    pub(super) async fn give_way(&self) {
        let mut waited = false;
        self.until(|| std::mem::replace(&mut waited, true)).await;
    }

    async fn until(&self, mut condition: impl FnMut() -> bool) {
        poll_fn(|context| {
            if condition() {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// A request that is under way.
pub(super) struct InFlight<'t>(&'t Troubles);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let others = self.0.in_flight.get().saturating_sub(1);
        self.0.in_flight.set(others);
    }
}
