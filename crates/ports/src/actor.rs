//! For whom a statement runs. Postgres's row level security holds it to that
//! (`migrations/0006_tenancy.sql`), whatever the statement itself says.

use tidemark_domain::AgencyId;

/// For whom a statement runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody is known yet: what credentials are checked with, and nothing else.
    Gate,
    /// All agencies: steps over all of them, operators' figures, the command line.
    Jobs,
    /// One agency.
    Tenant(AgencyId),
}

/// Makes a session act for somebody: `$1` is [`Actor::role`], `$2` [`Actor::agency`]. It must come
/// right before every statement on the same connection, because connections are shared.
pub const PREAMBLE: &str =
    "select set_config('role', $1, false), set_config('tidemark.agency', $2, false)";

impl Actor {
    /// The database role of its statements.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Gate => "tidemark_gate",
            Self::Jobs => "tidemark_jobs",
            Self::Tenant(_) => "tidemark_tenant",
        }
    }

    /// The value of the setting `tidemark.agency`; empty where no agency is named.
    pub fn agency(self) -> String {
        match self {
            Self::Gate | Self::Jobs => String::new(),
            Self::Tenant(agency) => agency.to_string(),
        }
    }
}
