//! What a simulator is started with.

use std::time::Duration;

use crate::client::ClientCredentials;
use crate::clock::{Clock, Micros};
use crate::faults::{FaultProfile, Faults};
use crate::hazards::Hazards;
use crate::switches::{Shape, Switches};
use crate::webhooks::Webhooks;

/// Settings of a simulator; every member has a default, every setter returns the settings.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Same seed and same epoch: the same world. Default 1.
    pub seed: u64,
    /// Number of creators, all managed by the one agency. Default 3.
    pub models: u32,
    /// Ledger rows in total over all creators, reversals among them. Default 10,000.
    pub transactions: u32,
    /// Requests per 60 s and bucket; 0 is unlimited. Default 200.
    pub rate_limit: u32,
    /// Mean time between new sales after the start, at least a millisecond; none arrive by
    /// default.
    pub live_sales: Option<Duration>,
    /// Where "now" comes from. Default the system clock.
    pub clock: Clock,
    /// The end of the generated history (400 days). Default the clock's now at start.
    pub epoch: Option<Micros>,
    /// Validity of an access token, counted in whole seconds. Default one hour.
    pub access_token_lifetime: Duration,
    /// The registered OAuth client.
    pub client: ClientCredentials,
    /// Redirect addresses the OAuth host accepts; none named: every absolute http(s) address.
    pub redirect_uris: Vec<String>,
    /// How far Fanvue's clock is ahead of the simulator's, in seconds; negative when it is behind.
    /// Default 0. The epoch is an instant of the simulator's clock.
    pub server_clock_offset: i64,
    /// What goes wrong by chance; can still be changed while the simulator runs. Default nothing.
    pub faults: Faults,
    /// What is awkward about the rows. Default nothing.
    pub hazards: Hazards,
    /// The behaviours that can still be changed while the simulator runs.
    pub switches: Switches,
    /// Where new rows are announced; can still be changed. Default nowhere.
    pub webhooks: Option<Webhooks>,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            models: 3,
            transactions: 10_000,
            rate_limit: 200,
            live_sales: None,
            clock: Clock::Real,
            epoch: None,
            access_token_lifetime: Duration::from_hours(1),
            client: ClientCredentials::default(),
            redirect_uris: Vec::new(),
            server_clock_offset: 0,
            faults: Faults::none(),
            hazards: Hazards::none(),
            switches: Switches::default(),
            webhooks: None,
        }
    }
}

impl SimulatorConfig {
    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the number of creators.
    #[must_use]
    pub fn with_models(mut self, models: u32) -> Self {
        self.models = models;
        self
    }

    /// Sets the number of ledger rows.
    #[must_use]
    pub fn with_transactions(mut self, transactions: u32) -> Self {
        self.transactions = transactions;
        self
    }

    /// Sets the requests per minute and bucket; 0 is unlimited.
    #[must_use]
    pub fn with_rate_limit(mut self, requests: u32) -> Self {
        self.rate_limit = requests;
        self
    }

    /// Lets new sales arrive, one per `mean_gap` on average.
    #[must_use]
    pub fn with_live_sales(mut self, mean_gap: Duration) -> Self {
        self.live_sales = Some(mean_gap);
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the end of the generated history.
    #[must_use]
    pub fn with_epoch(mut self, epoch: Micros) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Sets the validity of access tokens.
    #[must_use]
    pub fn with_access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_token_lifetime = lifetime;
        self
    }

    /// Sets the OAuth client.
    #[must_use]
    pub fn with_client(mut self, client: ClientCredentials) -> Self {
        self.client = client;
        self
    }

    /// Names the redirect addresses the OAuth host accepts.
    #[must_use]
    pub fn with_redirect_uris(mut self, redirect_uris: Vec<String>) -> Self {
        self.redirect_uris = redirect_uris;
        self
    }

    /// Sets how far Fanvue's clock is ahead of the simulator's, in seconds.
    #[must_use]
    pub fn with_server_clock_offset(mut self, seconds: i64) -> Self {
        self.server_clock_offset = seconds;
        self
    }

    /// Sets what goes wrong by chance.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Sets what is awkward about the rows.
    #[must_use]
    pub fn with_hazards(mut self, hazards: Hazards) -> Self {
        self.hazards = hazards;
        self
    }

    /// Sets faults and hazards to those of a profile.
    #[must_use]
    pub fn with_fault_profile(mut self, profile: FaultProfile) -> Self {
        self.faults = profile.faults();
        self.hazards = profile.hazards();
        self
    }

    /// Sets the rows of the unversioned earnings path.
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        self.switches.shape = shape;
        self
    }

    /// Says whether the `/v1` family exists.
    #[must_use]
    pub fn with_v1_enabled(mut self, enabled: bool) -> Self {
        self.switches.v1_enabled = enabled;
        self
    }

    /// Says where new rows are announced.
    #[must_use]
    pub fn with_webhooks(mut self, webhooks: Webhooks) -> Self {
        self.webhooks = Some(webhooks);
        self
    }

    /// Says whether summaries are remembered for ten minutes.
    #[must_use]
    pub fn with_summary_cache(mut self, enabled: bool) -> Self {
        self.switches.summary_cache = enabled;
        self
    }
}
