//! What a test does with a running simulator: the methods of its world, at the clock's now.

use std::time::Duration;

use uuid::Uuid;

use super::Simulator;
use crate::amend::{AmendError, Amendment};
use crate::append::{AppendError, NewReversal, NewSale};
use crate::churn::ChurnEvent;
use crate::client::TokenGrant;
use crate::faults::{Faults, ScriptedFault};
use crate::ledger_row::LedgerRow;
use crate::request_log::RequestLog;
use crate::switches::{Shape, Switches};
use crate::totals::Totals;
use crate::webhooks::{WebhookLog, Webhooks};
use crate::world::{SimulatedModel, UnknownModel, World};

impl Simulator {
    /// The agency's own user id, as `GET /users/me` answers it.
    pub fn agency_id(&self) -> Uuid {
        self.with_world(|world, _| world.agency_id())
    }

    /// A fresh grant of the agency, with every scope.
    pub fn agency_grant(&self) -> TokenGrant {
        self.with_world(World::agency_grant)
    }

    /// A fresh grant of a creator for its own account, with every scope.
    pub fn creator_grant(&self, model: Uuid) -> Result<TokenGrant, UnknownModel> {
        self.with_world(|world, now| world.creator_grant(model, now))
    }

    /// The creators, in the order `GET /creators` lists them.
    pub fn models(&self) -> Vec<SimulatedModel> {
        self.with_world(|world, _| world.models())
    }

    /// Exactly the rows that a client's ledger should hold by now, newest first.
    pub fn ledger(&self, model: Uuid) -> Result<Vec<LedgerRow>, UnknownModel> {
        self.with_world(|world, _| world.ledger(model))
    }

    /// Sums over every row, per creator and in all.
    pub fn totals(&self) -> Totals {
        self.with_world(|world, _| world.totals())
    }

    /// Appends a row to a creator's ledger, and answers it with everything filled in.
    pub fn append_sale(&self, model: Uuid, sale: &NewSale) -> Result<LedgerRow, AppendError> {
        self.with_world(|world, now| world.append_sale(model, sale, now))
    }

    /// What was asked so far.
    pub fn request_log(&self) -> RequestLog {
        self.with_world(|world, _| world.request_log().clone())
    }

    /// Sets the requests per minute and bucket (0 is unlimited) and fills every bucket.
    pub fn set_rate_limit(&self, requests: u32) {
        self.with_world(|world, _| world.set_rate_limit(requests));
    }

    /// Says where new rows are announced from now on.
    pub fn set_webhooks(&self, webhooks: Option<Webhooks>) {
        self.with_world(|world, _| world.set_webhooks(webhooks));
    }

    /// What became of webhooks so far.
    pub fn webhook_log(&self) -> WebhookLog {
        self.with_world(|world, _| world.webhook_log().clone())
    }

    /// Revokes every grant; answers how many there were.
    pub fn revoke_tokens(&self) -> usize {
        self.with_world(|world, _| world.revoke_tokens())
    }

    /// Changes switches while the simulator runs.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.with_world(|world, _| change(world.switches_mut()));
    }

    /// Gives a creator a generation of its own, or with `None` the world's.
    pub fn set_model_shape(&self, model: Uuid, shape: Option<Shape>) -> Result<(), UnknownModel> {
        self.with_world(|world, _| world.set_model_shape(model, shape))
    }

    /// Appends a row that is dated `age` before now.
    pub fn append_late(
        &self,
        model: Uuid,
        sale: &NewSale,
        age: Duration,
    ) -> Result<LedgerRow, AppendError> {
        self.with_world(|world, now| world.append_late(model, sale, age, now))
    }

    /// Appends a row that is dated `lead` after now and served already.
    pub fn append_ahead(
        &self,
        model: Uuid,
        sale: &NewSale,
        lead: Duration,
    ) -> Result<LedgerRow, AppendError> {
        self.with_world(|world, now| world.append_ahead(model, sale, lead, now))
    }

    /// Appends the same sale several times; only the order ids tell them apart.
    pub fn append_equal_sales(
        &self,
        model: Uuid,
        sale: &NewSale,
        count: u32,
    ) -> Result<Vec<LedgerRow>, AppendError> {
        self.with_world(|world, now| world.append_equal_sales(model, sale, count, now))
    }

    /// Appends a reversal, of a sale that need not exist yet.
    pub fn append_reversal(
        &self,
        model: Uuid,
        reversal: &NewReversal,
    ) -> Result<LedgerRow, AppendError> {
        self.with_world(|world, now| world.append_reversal(model, reversal, now))
    }

    /// Takes a row away for good.
    pub fn vanish_row(&self, model: Uuid, sequence: u64) -> Result<LedgerRow, AmendError> {
        self.with_world(|world, _| world.vanish_row(model, sequence))
    }

    /// Changes the amounts of a row.
    pub fn amend_row(
        &self,
        model: Uuid,
        sequence: u64,
        amendment: Amendment,
    ) -> Result<LedgerRow, AmendError> {
        self.with_world(|world, _| world.amend_row(model, sequence, amendment))
    }

    /// Lets one random event happen to one creator's rows.
    pub fn churn(&self, step: u64) -> Option<ChurnEvent> {
        self.with_world(|world, now| world.churn(step, now))
    }

    /// Sets how far Fanvue's clock is ahead of the simulator's, in seconds.
    pub fn set_server_clock_offset(&self, seconds: i64) {
        self.with_world(|world, now| world.set_server_clock_offset(seconds, now));
    }

    /// Sets the random faults; scripted ones stay.
    pub fn set_faults(&self, faults: Faults) {
        self.with_world(|world, _| world.set_faults(faults));
    }

    /// Lets a fault happen at a named request.
    pub fn script_fault(&self, fault: ScriptedFault) {
        self.with_world(|world, _| world.script_fault(fault));
    }

    /// From now on nothing goes wrong.
    pub fn calm(&self) {
        self.with_world(|world, _| world.calm());
    }
}
