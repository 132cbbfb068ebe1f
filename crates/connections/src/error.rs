//! Why a grant cannot be used.

use tidemark_domain::{ConnectionId, Instant};
use tidemark_fanvue::FanvueError;
use tidemark_ports::SqlError;
use tidemark_sealing::SealingError;

/// Why a grant cannot be used now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// The grant was revoked or the account disconnected: a person must connect it again.
    #[error("the Fanvue connection {0} must be connected again")]
    Reconnect(ConnectionId),
    /// No such connection.
    #[error("there is no Fanvue connection {0}")]
    Unknown(ConnectionId),
    /// Another caller is renewing the expired token and has not finished.
    #[error("the Fanvue connection {0} is being renewed by another step")]
    BeingRenewed(ConnectionId),
    /// A refresh failed a moment ago, and the token has run out: not before that instant.
    #[error("the Fanvue connection {0} could not be renewed; the next try is at {1}")]
    RefreshFailed(ConnectionId, Instant),
    /// The bucket of requests is used up until then: a pause, not a failure.
    #[error("Fanvue's request limit is used up until {0}")]
    Paused(Instant),
    /// The stored tokens cannot be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// Fanvue refused or is away.
    #[error(transparent)]
    Fanvue(#[from] FanvueError),
    /// The database is away or refused.
    #[error(transparent)]
    Database(#[from] SqlError),
}

impl ConnectionError {
    /// The stable machine code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reconnect(_) => "reconnect",
            Self::Unknown(_) => "connection_unknown",
            Self::BeingRenewed(_) => "connection_busy",
            Self::RefreshFailed(..) => "refresh_failed",
            Self::Paused(_) => "fanvue_rate_limited",
            Self::Sealing(_) => "token_key",
            Self::Fanvue(error) => error.code(),
            Self::Database(_) => "database",
        }
    }
}
