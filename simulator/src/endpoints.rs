//! What each path answers once the caller, its version and its rate are in order.

mod earnings;
mod pages;
mod posts;
mod smart_lists;
mod spending;
mod subscriber_days;
pub(crate) mod summary;
mod users;

use crate::account::Account;
use crate::clock::Micros;
use crate::exchange::ApiResponse;
use crate::ledger::Window;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{Endpoint, Family};
use crate::tokens::Principal;
use crate::world::World;

/// A request that may be answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'world> {
    pub(crate) world: &'world World,
    /// Who asks.
    pub(crate) principal: Principal,
    /// Whose data is asked for.
    pub(crate) account: &'world Account,
    pub(crate) family: Family,
    pub(crate) now: Micros,
}

impl Call<'_> {
    /// A window without the rows that have not happened yet, save those that Fanvue dates ahead.
    fn until_now(&self, window: Window) -> Window {
        Window {
            end: window.end.min(self.account.ledger.served_until(self.now)),
            ..window
        }
    }
}

pub(crate) fn answer(
    endpoint: Endpoint,
    call: Call<'_>,
    query: Query,
) -> Result<ApiResponse, Problem> {
    match endpoint {
        Endpoint::CurrentUser => Ok(users::current_user(call)),
        Endpoint::Creators => users::creators(call, query),
        Endpoint::Earnings => earnings::answer(call, query),
        Endpoint::EarningsSummary => summary::answer(call, query),
        Endpoint::Spending => spending::answer(call, query),
        Endpoint::SubscriberDays => subscriber_days::answer(call, query),
        Endpoint::SmartLists => Ok(smart_lists::answer(call)),
        Endpoint::Unread => Ok(users::unread(call)),
        Endpoint::Posts => posts::answer(call, query),
    }
}
