//! `tidemark bench …` on the command line.

use clap::{Args, Subcommand};

use super::ManifestArguments;

/// `tidemark bench …`
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Time from start to serving, cold and warm, and resident memory when idle.
    Start {
        #[command(flatten)]
        manifest: ManifestArguments,
        /// A Postgres server for the figures without the embedded database.
        #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
        database_url: Option<String>,
        /// Warm starts to take the median of.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
        runs: u32,
    },
    /// Reading earnings into the ledger, beside the bare statements on the same server.
    Ingest {
        /// The server to measure on (15 or newer); its user must be allowed to create databases.
        #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// Rows of the histories to read, one after the other.
        #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000])]
        rows: Vec<u32>,
        /// Pages to take the median of.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..))]
        pages: u32,
    },
    /// Play seeds of the deterministic simulation of the sync.
    Simulate {
        /// The server to play on (15 or newer); its user must be allowed to create databases.
        #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
        database_url: Option<String>,
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        first: u64,
        /// How many.
        #[arg(long, default_value_t = 1_000)]
        seeds: u64,
    },
    /// Answers of the dashboard through the component, beside the same code run natively.
    Dashboard(BenchDashboardArguments),
    /// Requests per second, beside a native service and `spin up`.
    Serve(BenchServeArguments),
    /// From a sale at Fanvue to the figure in the API, and what open pages cost.
    Live(BenchLiveArguments),
}

/// `tidemark bench serve`
#[derive(Clone, Debug, Args)]
pub struct BenchServeArguments {
    #[command(flatten)]
    pub manifest: ManifestArguments,

    /// A Postgres server on which a database for the bench is made, and dropped afterwards.
    #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// Rounds to take the medians of; each measures every server in turn.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,

    /// Seconds for each server and route in a round.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,

    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 16)]
    pub connections: usize,
}

/// `tidemark bench live`
#[derive(Clone, Debug, Args)]
pub struct BenchLiveArguments {
    #[command(flatten)]
    pub manifest: ManifestArguments,

    /// A Postgres server on which a database for the bench is made, and dropped afterwards.
    #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// Creators of the one agency.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub models: u32,

    /// Rows of the ledger before anything is measured.
    #[arg(long, default_value_t = 20_000)]
    pub rows: u32,

    /// Sales of the burst.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=10_000))]
    pub events: u32,

    /// Open pages.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub pages: u32,

    /// Seconds to watch the pages.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(10..=600))]
    pub seconds: u64,

    /// Seconds between two sales meanwhile; each gives every page another answer.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub sale_every: u64,
}

/// `tidemark bench dashboard`
#[derive(Clone, Debug, Args)]
pub struct BenchDashboardArguments {
    #[command(flatten)]
    pub manifest: ManifestArguments,

    /// A Postgres server on which a database for the bench is made, and dropped afterwards.
    #[arg(long, env = "SPIN_VARIABLE_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// Ledger sizes to measure at, in rows over all agencies.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    pub rows: Vec<u64>,

    /// Agencies that the rows belong to, each with ten models.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub agencies: u32,

    /// Keep each database as `PREFIX_ROWS`, and measure in one that is there already.
    #[arg(long, value_name = "PREFIX")]
    pub keep: Option<String>,

    /// Answers to measure one after the other for each figure.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..))]
    pub answers: u32,

    /// Seconds for each figure at 16 connections.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
}
