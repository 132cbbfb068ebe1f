//! What can be asked on the command line (contract section 1).

mod bench;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tidemark_domain::{AgencyId, LocalDay, ModelId, Zone};
use tidemark_simulator::FaultProfile;
use tidemark_tenancy::Role;
use uuid::Uuid;

use crate::telemetry::LogFormat;

pub use bench::{BenchCommand, BenchDashboardArguments, BenchLiveArguments, BenchServeArguments};

/// Live revenue and audience analytics for agencies that manage creators on Fanvue.
#[derive(Debug, Parser)]
#[command(name = "tidemark", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,

    /// How the log on standard error looks; `RUST_LOG` chooses what is in it.
    #[arg(
        long,
        global = true,
        env = "TIDEMARK_LOG_FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build what is stale, open the database, serve the routes and fire the schedules.
    Up(UpArguments),
    /// Build the components only.
    Build(ManifestArguments),
    /// Apply the migrations in order, once each.
    Migrate(DatabaseArguments),
    /// Check manifest, components, database, migrations, variables, Fanvue and clock.
    Doctor(DatabaseArguments),
    /// Create agencies and connect them to Fanvue.
    #[command(subcommand)]
    Agency(AgencyCommand),
    /// Create, list and revoke API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Run sync steps until an agency's ledger is up to date.
    Sync(SyncArguments),
    /// Compare the ledger with Fanvue's own sums, per closed UTC day and model.
    Reconcile(ReconcileArguments),
    /// Read the rows in quarantine once more, as after an update.
    Replay(ReplayArguments),
    /// Seal stored Fanvue tokens with the first of two keys, so that the second can go.
    Reseal(DatabaseArguments),
    /// Show who did what in an agency, newest first.
    Audit(AuditArguments),
    /// Make the roll-ups of the ledger anew; answers stay right meanwhile.
    Rebuild(RebuildArguments),
    /// Run the Fanvue simulator alone.
    Sim(SimArguments),
    /// Measure.
    #[command(subcommand)]
    Bench(BenchCommand),
}

/// Which application.
#[derive(Clone, Debug, Args)]
pub struct ManifestArguments {
    /// The application's manifest.
    #[arg(long, default_value = "spin.toml")]
    pub manifest: PathBuf,
}

/// Which application, and on which database.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArguments {
    #[command(flatten)]
    pub manifest: ManifestArguments,

    /// Where the embedded database, keys and compiled code are kept.
    #[arg(long, default_value = ".tidemark")]
    pub data_dir: PathBuf,

    /// A Postgres server (15 or newer) instead of the embedded one.
    #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// `tidemark up`
#[derive(Clone, Debug, Args)]
pub struct UpArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,

    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Run the components as they are.
    #[arg(long)]
    pub no_build: bool,

    /// Serve the routes but fire no schedules.
    #[arg(long)]
    pub no_cron: bool,

    /// Use the simulator and a demo agency, even when Fanvue credentials are configured.
    #[arg(long)]
    pub demo: bool,

    /// Memory that one call of a component may use, in MiB, where the manifest does not say.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub memory_limit_mb: Option<u32>,

    /// Time that one request may take, in milliseconds, where the manifest does not say.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub request_timeout_ms: Option<u64>,

    /// Time that requests are still taken after the end was asked for, in milliseconds, while the
    /// host says that it is not ready: as long as a load balancer needs to notice.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=600_000))]
    pub announce_ms: u64,
}

/// `tidemark agency …`
#[derive(Debug, Subcommand)]
pub enum AgencyCommand {
    /// Add an agency and print its id and an owner token, which is shown once.
    Create {
        #[command(flatten)]
        database: DatabaseArguments,
        /// The agency's name.
        #[arg(long)]
        name: String,
        /// The IANA zone of its local days.
        #[arg(long, value_parser = zone)]
        timezone: Zone,
    },
    /// Change the zone of an agency's local days.
    SetTimezone {
        #[command(flatten)]
        database: DatabaseArguments,
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
        /// The IANA zone of its local days.
        #[arg(long, value_parser = zone)]
        timezone: Zone,
    },
    /// Store a Fanvue connection without a browser; its tokens are sealed with `token_key`.
    Connect {
        #[command(flatten)]
        database: DatabaseArguments,
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
        /// Fanvue's access token.
        #[arg(long)]
        access_token: String,
        /// Fanvue's refresh token.
        #[arg(long)]
        refresh_token: String,
        /// Seconds until the access token expires.
        #[arg(long)]
        expires_in: u64,
    },
}

/// `tidemark token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it once.
    Create {
        #[command(flatten)]
        database: DatabaseArguments,
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
        /// owner, manager or viewer
        #[arg(long)]
        role: Role,
    },
    /// List the tokens of an agency; the tokens themselves are not stored.
    List {
        #[command(flatten)]
        database: DatabaseArguments,
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
    },
    /// Revoke a token and the sessions opened with it.
    Revoke {
        #[command(flatten)]
        database: DatabaseArguments,
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
        /// The token's id, as `token list` shows it.
        #[arg(long)]
        token: Uuid,
    },
}

/// `tidemark sync`
#[derive(Clone, Debug, Args)]
pub struct SyncArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// The agency.
    #[arg(long)]
    pub agency: AgencyId,
    /// Only this model.
    #[arg(long)]
    pub model: Option<ModelId>,
    /// Read the whole history again.
    #[arg(long)]
    pub full: bool,
}

/// `tidemark reconcile`
#[derive(Clone, Debug, Args)]
pub struct ReconcileArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// The agency.
    #[arg(long)]
    pub agency: AgencyId,
    /// The first UTC day, as YYYY-MM-DD; 35 days ago by default.
    #[arg(long, value_parser = day)]
    pub from: Option<LocalDay>,
    /// The last UTC day; yesterday by default, the last closed one.
    #[arg(long, value_parser = day)]
    pub to: Option<LocalDay>,
}

/// `tidemark replay`
#[derive(Clone, Debug, Args)]
pub struct ReplayArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// The agency.
    #[arg(long)]
    pub agency: AgencyId,
}

/// `tidemark audit`
#[derive(Clone, Debug, Args)]
pub struct AuditArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// The agency.
    #[arg(long)]
    pub agency: AgencyId,
    /// Entries to show.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub limit: u16,
}

/// `tidemark rebuild`
#[derive(Clone, Debug, Args)]
pub struct RebuildArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// Only this agency.
    #[arg(long)]
    pub agency: Option<AgencyId>,
}

/// `tidemark sim`
#[derive(Clone, Debug, Args)]
pub struct SimArguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:4010")]
    pub listen: SocketAddr,
    /// The same seed makes the same world.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Creators.
    #[arg(long, default_value_t = 3)]
    pub models: u32,
    /// Ledger rows over all creators.
    #[arg(long, default_value_t = 10_000)]
    pub transactions: u32,
    /// Requests per minute and bucket; 0 for no limit.
    #[arg(long, default_value_t = 200)]
    pub rate_limit: u32,
    /// What goes wrong: none, network, limits, paging, rows, auth or chaos.
    #[arg(long, value_name = "PROFILE", default_value = "none")]
    pub faults: FaultProfile,
    /// Where new sales are announced: an application with /api/webhooks/fanvue behind it.
    #[arg(long, requires = "webhook_secret")]
    pub webhook_url: Option<String>,
    /// What the announcements are signed with; the application's webhook secret.
    #[arg(long, requires = "webhook_url")]
    pub webhook_secret: Option<String>,
    /// Mean time between two new sales, in seconds; none arrive by themselves otherwise.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub sale_every: Option<u64>,
}

fn day(text: &str) -> Result<LocalDay, tidemark_domain::time::NotADay> {
    LocalDay::parse(text)
}

fn zone(name: &str) -> Result<Zone, tidemark_domain::time::UnknownZone> {
    Zone::parse(name)
}
