//! The whole state of a simulator, and the one function that answers requests.

use std::collections::BTreeSet;

use serde::Serialize;
use thiserror::Error;
use uuid::Uuid;

use crate::account::Account;
use crate::client::{ClientCredentials, TokenGrant};
use crate::clock::Micros;
use crate::config::SimulatorConfig;
use crate::control;
use crate::endpoints::summary::SummaryCache;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::fans::Fan;
use crate::faults::FaultState;
use crate::generate::{OrderNumbers, Population, generate};
use crate::ledger::Row;
use crate::ledger_row::LedgerRow;
use crate::limiter::Limiter;
use crate::live::{LiveEvents, LiveSales};
use crate::randomness::{Identifiers, Randomness, Stream};
use crate::request_log::{LoggedRequest, RequestLog};
use crate::switches::{Shape, Switches};
use crate::tokens::{Principal, TokenStore};
use crate::totals::{Figures, ModelTotals, Totals};
use crate::webhooks::Outbox;

/// A creator of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedModel {
    /// `creatorUserUuid`.
    pub id: Uuid,
    /// Unique name.
    pub handle: String,
    /// Shown name.
    pub display_name: String,
}

/// No creator of the world has this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no creator {0} in this world; GET /_simulator/models lists them")]
pub struct UnknownModel(pub Uuid);

/// Creators, fans, ledgers, tokens, buckets and counters: everything a simulator knows.
///
/// A world has no clock of its own. Every `now` it is told is the caller's; Fanvue's own may be
/// ahead or behind by [`SimulatorConfig::server_clock_offset`]. It is meant for instants at or
/// after its epoch; before it, rows that have not happened yet are not served, while audience
/// counts stay those of the epoch.
#[derive(Debug)]
pub struct World {
    pub(crate) seed: u64,
    pub(crate) identifiers: Identifiers,
    /// Seconds that Fanvue's clock is ahead of the caller's.
    pub(crate) server_clock_offset: i64,
    pub(crate) switches: Switches,
    pub(crate) fans: Vec<Fan>,
    /// The creators in order, then the agency.
    pub(crate) accounts: Vec<Account>,
    pub(crate) numbers: OrderNumbers,
    pub(crate) client: ClientCredentials,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) tokens: TokenStore,
    pub(crate) limiter: Limiter,
    pub(crate) summaries: SummaryCache,
    pub(crate) live: Option<LiveSales>,
    pub(crate) live_events: Option<LiveEvents>,
    pub(crate) faults: FaultState,
    /// Sales that were taken back before they appeared: the position of the creator, and the row.
    pub(crate) awaited: Vec<(usize, Row)>,
    /// Chance for what an appended sale leaves open.
    pub(crate) appended: Randomness,
    pub(crate) log: RequestLog,
    pub(crate) outbox: Outbox,
}

impl World {
    /// Generates the world of a configuration. `now` is the epoch unless the configuration names
    /// one. Live sales arrive from the epoch on, so a simulator that is started again with the same
    /// seed and epoch tells the same story, with what came due in between.
    pub fn new(config: &SimulatorConfig, now: Micros) -> Self {
        let identifiers = Identifiers::new(config.seed);
        let epoch = config.epoch.unwrap_or(now);
        let Population {
            fans,
            accounts,
            numbers,
        } = generate(config, identifiers, epoch);
        let randomness = Randomness::new(config.seed, Stream::Tokens);
        let mut world = Self {
            seed: config.seed,
            identifiers,
            server_clock_offset: config.server_clock_offset,
            switches: config.switches.clone(),
            fans,
            accounts,
            numbers,
            client: config.client.clone(),
            redirect_uris: config.redirect_uris.clone(),
            tokens: TokenStore::new(randomness, config.access_token_lifetime),
            limiter: Limiter::new(config.rate_limit),
            summaries: SummaryCache::default(),
            live: LiveSales::new(config, epoch),
            live_events: LiveEvents::new(config, epoch),
            faults: FaultState::new(config.faults.clone(), config.seed),
            awaited: Vec::new(),
            appended: Randomness::new(config.seed, Stream::Appended),
            log: RequestLog::default(),
            outbox: Outbox::new(
                config.webhooks.clone(),
                Randomness::new(config.seed, Stream::Webhooks),
            ),
        };
        if config.server_clock_offset < 0 {
            // A clock that is behind does not hide the end of the history.
            world.show_until(epoch);
        }
        world
    }

    /// Answers one request at one instant. How the answer reaches the client is
    /// [`ApiResponse::delivery`].
    pub fn respond(&mut self, request: &ApiRequest, now: Micros) -> ApiResponse {
        self.advance(now);
        if let Some(path) = request.path.strip_prefix("/_simulator") {
            return control::respond(self, request, path, now);
        }
        let served_at = self.server_time(now);
        let is_oauth = request.path.starts_with("/oauth2/");
        let answer = if is_oauth {
            self.respond_oauth(request, served_at)
        } else {
            self.respond_api(request, served_at)
        };
        // Queries of the OAuth host hold codes and states.
        let query = if is_oauth { "" } else { &request.query };
        self.log.record(LoggedRequest {
            at: served_at,
            endpoint: answer.endpoint,
            path: request.path.clone(),
            query: query.to_owned(),
            status: answer.response.status.as_u16(),
            fault: answer.fault,
        });
        answer.response
    }

    /// What Fanvue's clock shows.
    pub(crate) fn server_time(&self, now: Micros) -> Micros {
        now.shifted(self.server_clock_offset)
    }

    /// The creators, in the order `GET /creators` lists them.
    pub fn models(&self) -> Vec<SimulatedModel> {
        self.creators()
            .map(|account| SimulatedModel {
                id: account.profile.uuid,
                handle: account.profile.handle.clone(),
                display_name: account.profile.display_name.clone(),
            })
            .collect()
    }

    /// The agency's own user id, as `GET /users/me` answers it.
    pub fn agency_id(&self) -> Uuid {
        self.accounts[self.agency().0].profile.uuid
    }

    /// A fresh grant of the agency, with every scope.
    pub fn agency_grant(&mut self, now: Micros) -> TokenGrant {
        self.grant(self.agency(), now)
    }

    /// A fresh grant of a creator for its own account, with every scope.
    pub fn creator_grant(&mut self, model: Uuid, now: Micros) -> Result<TokenGrant, UnknownModel> {
        let position = self.creator_position(model)?;
        Ok(self.grant(Principal(position), now))
    }

    /// Exactly the rows that a client's ledger should hold once it has read everything, newest
    /// first. [`LedgerRow::served`] tells what a shape shows of each.
    pub fn ledger(&self, model: Uuid) -> Result<Vec<LedgerRow>, UnknownModel> {
        let account = &self.accounts[self.creator_position(model)?];
        let rows = account.ledger.all_newest_first();
        Ok(rows
            .map(|row| account.ledger_row(row, &self.fans, self.identifiers))
            .collect())
    }

    /// Sums over every row, per creator and in all.
    pub fn totals(&self) -> Totals {
        let models: Vec<ModelTotals> = self
            .creators()
            .map(|account| ModelTotals {
                model: account.profile.uuid,
                figures: Figures::of(&account.ledger),
            })
            .collect();
        Totals {
            all: models.iter().map(|totals| totals.figures).sum(),
            models,
        }
    }

    /// What was asked so far.
    pub fn request_log(&self) -> &RequestLog {
        &self.log
    }

    /// Forgets what was asked so far.
    pub fn clear_request_log(&mut self) {
        self.log = RequestLog::default();
    }

    /// The behaviours that can be switched.
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// The behaviours that can be switched, to switch them.
    pub fn switches_mut(&mut self) -> &mut Switches {
        &mut self.switches
    }

    /// Sets how far Fanvue's clock is ahead of the caller's, in seconds. What was served already
    /// stays so when the clock goes back.
    pub fn set_server_clock_offset(&mut self, seconds: i64, now: Micros) {
        self.advance(now);
        self.show_until(self.server_time(now));
        self.server_clock_offset = seconds;
    }

    fn show_until(&mut self, at: Micros) {
        for account in &mut self.accounts {
            account.ledger.show_until(at);
        }
    }

    /// The generation of a creator's rows on the unversioned path.
    pub fn model_shape(&self, model: Uuid) -> Result<Shape, UnknownModel> {
        let account = &self.accounts[self.creator_position(model)?];
        Ok(account.shape.unwrap_or(self.switches.shape))
    }

    /// Gives a creator a generation of its own, or with `None` the world's. A creator that has one
    /// of its own has `/v1/…` only if it is [`Shape::V1`].
    pub fn set_model_shape(
        &mut self,
        model: Uuid,
        shape: Option<Shape>,
    ) -> Result<(), UnknownModel> {
        let position = self.creator_position(model)?;
        self.accounts[position].shape = shape;
        Ok(())
    }

    /// Sets the requests per minute and bucket (0 is unlimited) and fills every bucket.
    pub fn set_rate_limit(&mut self, requests: u32) {
        self.limiter.set_limit(requests);
    }

    /// Revokes every grant; answers how many there were.
    pub fn revoke_tokens(&mut self) -> usize {
        self.tokens.revoke(None)
    }

    /// Revokes the grants a creator gave for its own account; answers how many there were.
    pub fn revoke_creator_tokens(&mut self, model: Uuid) -> Result<usize, UnknownModel> {
        let position = self.creator_position(model)?;
        Ok(self.tokens.revoke(Some(Principal(position))))
    }

    /// The agency's account is the last one.
    pub(crate) fn agency(&self) -> Principal {
        Principal(self.accounts.len() - 1)
    }

    pub(crate) fn is_agency(&self, principal: Principal) -> bool {
        principal == self.agency()
    }

    pub(crate) fn creators(&self) -> impl Iterator<Item = &Account> {
        self.accounts[..self.agency().0].iter()
    }

    pub(crate) fn creator_position(&self, model: Uuid) -> Result<usize, UnknownModel> {
        self.creators()
            .position(|account| account.profile.uuid == model)
            .ok_or(UnknownModel(model))
    }

    fn grant(&mut self, principal: Principal, now: Micros) -> TokenGrant {
        let scopes: BTreeSet<String> = crate::ALL_SCOPES.map(str::to_owned).into();
        let issued_at = self.server_time(now);
        let issued = self.tokens.grant(principal, scopes, issued_at);
        TokenGrant {
            access_token: issued.access_token,
            refresh_token: issued
                .refresh_token
                .expect("invariant: all scopes include offline access"),
            expires_in_seconds: issued.expires_in_seconds,
        }
    }
}
