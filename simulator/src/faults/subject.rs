//! What a request is, as far as faults care.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cursor::Walk;
use crate::routes::Endpoint;

/// The requests a scripted fault waits for, in both families, personal and per creator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultTarget {
    /// Any request the fault can befall.
    #[default]
    Any,
    /// `…/users/me`
    CurrentUser,
    /// `/creators`
    Creators,
    /// `…/insights/earnings`
    Earnings,
    /// `…/insights/earnings/summary`
    EarningsSummary,
    /// `/insights/spending`
    Spending,
    /// `…/insights/subscribers`
    SubscriberDays,
    /// `…/chats/lists/smart`
    SmartLists,
    /// `…/chats/unread`
    Unread,
    /// `…/posts`
    Posts,
    /// `POST /oauth2/token`
    Token,
}

impl From<Endpoint> for FaultTarget {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::CurrentUser => Self::CurrentUser,
            Endpoint::Creators => Self::Creators,
            Endpoint::Earnings => Self::Earnings,
            Endpoint::EarningsSummary => Self::EarningsSummary,
            Endpoint::Spending => Self::Spending,
            Endpoint::SubscriberDays => Self::SubscriberDays,
            Endpoint::SmartLists => Self::SmartLists,
            Endpoint::Unread => Self::Unread,
            Endpoint::Posts => Self::Posts,
        }
    }
}

impl FaultTarget {
    /// The walk over rows of money that such a request is part of.
    pub(crate) fn walk(self) -> Option<Walk> {
        match self {
            Self::Earnings => Some(Walk::Earnings),
            Self::Spending => Some(Walk::Spending),
            _ => None,
        }
    }
}

/// A request that faults may befall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FaultSubject {
    /// Never [`FaultTarget::Any`].
    pub(crate) target: FaultTarget,
    /// Whose data is asked for.
    pub(crate) model: Option<Uuid>,
    pub(crate) has_cursor: bool,
    /// A request of the token endpoint for a new pair.
    pub(crate) is_refresh: bool,
}
