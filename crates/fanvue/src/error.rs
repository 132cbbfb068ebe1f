//! What Fanvue or the way to it can answer instead of data.

use std::time::Duration;

use tidemark_ports::HttpError;

/// Why a request gave no data. The status decides; bodies never reach a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FanvueError {
    /// 401: the access token is missing, expired or revoked.
    #[error("Fanvue does not accept the access token for {endpoint}")]
    Unauthorized {
        /// path without ids
        endpoint: &'static str,
    },
    /// 403: a scope is missing, or the creator is not managed by this grant.
    #[error("Fanvue denies access to {endpoint}; reconnect with the scopes that Tidemark asks for")]
    Forbidden {
        /// path without ids
        endpoint: &'static str,
    },
    /// 404
    #[error("Fanvue does not know {endpoint} for this creator")]
    NotFound {
        /// path without ids
        endpoint: &'static str,
    },
    /// 400: parameters or a stored cursor were refused.
    #[error("Fanvue refuses the parameters of {endpoint}")]
    Refused {
        /// path without ids
        endpoint: &'static str,
    },
    /// 410: this API version is no longer served.
    #[error("Fanvue no longer serves this API version on {endpoint}; Tidemark must be updated")]
    Sunset {
        /// path without ids
        endpoint: &'static str,
    },
    /// 429: a pause, not a failure.
    #[error("Fanvue asks for a pause of {} s on {endpoint}", pause.as_secs())]
    RateLimited {
        /// path without ids
        endpoint: &'static str,
        /// how long to wait: `Retry-After`, else until the bucket's reset, else 60 s
        pause: Duration,
    },
    /// 5xx or an undocumented status.
    #[error("Fanvue answers {endpoint} with status {status}")]
    Unavailable {
        /// path without ids
        endpoint: &'static str,
        /// the status
        status: u16,
    },
    /// A 2xx whose body cannot be read.
    #[error("Fanvue's answer to {endpoint} cannot be read: {reason}")]
    Malformed {
        /// path without ids
        endpoint: &'static str,
        /// what is wrong with it
        reason: String,
    },
    /// No answer came.
    #[error("{endpoint}: {cause}")]
    NoAnswer {
        /// path without ids
        endpoint: &'static str,
        /// what broke
        cause: HttpError,
    },
    /// The OAuth host refused a refresh for good: the user must connect again.
    #[error("Fanvue has revoked the grant; connect the account again")]
    GrantRevoked,
}

impl FanvueError {
    /// The stable machine code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } => "fanvue_unauthorized",
            Self::Forbidden { .. } => "fanvue_forbidden",
            Self::NotFound { .. } => "fanvue_not_found",
            Self::Refused { .. } => "fanvue_refused",
            Self::Sunset { .. } => "fanvue_version_sunset",
            Self::RateLimited { .. } => "fanvue_rate_limited",
            Self::Unavailable { .. } => "fanvue_unavailable",
            Self::Malformed { .. } => "fanvue_malformed",
            Self::NoAnswer { .. } => "fanvue_no_answer",
            Self::GrantRevoked => "fanvue_grant_revoked",
        }
    }

    /// Whether the same request may succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. } | Self::Malformed { .. } | Self::NoAnswer { .. }
        )
    }
}
