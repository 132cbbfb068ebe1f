//! Ready-made sets of faults, for the command line and for tests.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::faults::{FaultKind, Faults};
use crate::hazards::Hazards;

/// Mean time between two events of the profiles that disturb rows.
const EVENT_GAP: Duration = Duration::from_secs(10);

/// A set of faults by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FaultProfile {
    /// Nothing goes wrong.
    #[default]
    None,
    /// 5xx, resets, truncated, slow and huge bodies.
    Network,
    /// 429 with and without `Retry-After`, and bursts of them.
    Limits,
    /// Duplicate, shuffled and empty pages, refused cursors.
    Paging,
    /// Malformed rows and schema drift; unknown sources, late, equal, future-dated and vanishing
    /// rows, orders of several rows, missing ids.
    Rows,
    /// Expired tokens and lost refresh answers.
    Auth,
    /// All of it and 403 and 410, at moderate rates.
    Chaos,
}

/// A name that no profile has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no fault profile {0:?}; use none, network, limits, paging, rows, auth or chaos")]
pub struct UnknownProfile(String);

impl FaultProfile {
    /// Every profile.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Network,
        Self::Limits,
        Self::Paging,
        Self::Rows,
        Self::Auth,
        Self::Chaos,
    ];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Network => "network",
            Self::Limits => "limits",
            Self::Paging => "paging",
            Self::Rows => "rows",
            Self::Auth => "auth",
            Self::Chaos => "chaos",
        }
    }

    /// What befalls requests, with rates in per mille.
    pub fn faults(self) -> Faults {
        let rates: &[(FaultKind, u32)] = match self {
            Self::None => &[],
            Self::Network => &[
                (FaultKind::ServerError, 40),
                (FaultKind::BadGateway, 30),
                (FaultKind::Unavailable, 30),
                (FaultKind::Truncated, 30),
                (FaultKind::Reset, 40),
                (FaultKind::Slow, 50),
                (FaultKind::Huge, 5),
            ],
            Self::Limits => &[
                (FaultKind::RateLimited, 60),
                (FaultKind::RateLimitedSilently, 20),
                (FaultKind::RateLimitedBurst, 20),
            ],
            Self::Paging => &[
                (FaultKind::DuplicatePage, 100),
                (FaultKind::ShuffledPage, 150),
                (FaultKind::EmptyPage, 100),
                (FaultKind::CursorRefused, 30),
            ],
            Self::Rows => &[(FaultKind::MalformedRow, 50), (FaultKind::SchemaDrift, 100)],
            Self::Auth => &[
                (FaultKind::TokenExpired, 30),
                (FaultKind::LostRefreshAnswer, 150),
            ],
            Self::Chaos => &[
                (FaultKind::RateLimited, 15),
                (FaultKind::RateLimitedSilently, 5),
                (FaultKind::RateLimitedBurst, 5),
                (FaultKind::ServerError, 15),
                (FaultKind::BadGateway, 10),
                (FaultKind::Unavailable, 10),
                (FaultKind::Truncated, 15),
                (FaultKind::Reset, 15),
                (FaultKind::Slow, 10),
                (FaultKind::Huge, 1),
                (FaultKind::CursorRefused, 10),
                (FaultKind::TokenExpired, 10),
                (FaultKind::Forbidden, 2),
                (FaultKind::Gone, 1),
                (FaultKind::DuplicatePage, 30),
                (FaultKind::ShuffledPage, 40),
                (FaultKind::EmptyPage, 30),
                (FaultKind::MalformedRow, 15),
                (FaultKind::SchemaDrift, 30),
                (FaultKind::LostRefreshAnswer, 50),
            ],
        };
        Faults {
            rates: rates.iter().copied().collect(),
            ..Faults::default()
        }
    }

    /// What is wrong with the rows themselves.
    pub fn hazards(self) -> Hazards {
        match self {
            Self::Rows | Self::Chaos => Hazards {
                live_event_gap: Some(EVENT_GAP),
                ..Hazards::moderate()
            },
            _ => Hazards::none(),
        }
    }
}

impl fmt::Display for FaultProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for FaultProfile {
    type Err = UnknownProfile;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == word)
            .ok_or_else(|| UnknownProfile(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_as_they_are_written() {
        for profile in FaultProfile::ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
        assert!("everything".parse::<FaultProfile>().is_err());
    }

    #[test]
    fn chaos_has_every_fault_and_leaves_most_requests_alone() {
        let rates = FaultProfile::Chaos.faults().rates;
        assert_eq!(rates.len(), FaultKind::ALL.len());
        assert!(rates.values().sum::<u32>() < 400);
    }
}
