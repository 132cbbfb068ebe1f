//! Fans, and how their current profile appears inside other answers.

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Micros;
use crate::source::Currency;

/// Index of a fan in the world; fans are never removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FanIndex(pub(crate) u32);

impl FanIndex {
    pub(crate) fn position(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Fan {
    pub(crate) uuid: Uuid,
    pub(crate) handle: String,
    pub(crate) display_name: String,
    /// The private label a creator gave.
    pub(crate) nickname: Option<String>,
    pub(crate) registered_at: Micros,
    pub(crate) currency: Currency,
}

/// Fanvue's `FanRef`, with further details in its long form.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FanReference<'fan> {
    uuid: Uuid,
    handle: &'fan str,
    display_name: &'fan str,
    nickname: Option<&'fan str>,
    is_top_spender: bool,
    #[serde(flatten)]
    details: Option<FanDetails<'fan>>,
}

/// What only the long form has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FanDetails<'fan> {
    /// Always null: the simulator has no pictures.
    avatar_url: Option<&'fan str>,
    registered_at: Micros,
}

impl Fan {
    pub(crate) fn short_reference(&self, is_top_spender: bool) -> FanReference<'_> {
        FanReference {
            uuid: self.uuid,
            handle: &self.handle,
            display_name: &self.display_name,
            nickname: self.nickname.as_deref(),
            is_top_spender,
            details: None,
        }
    }

    pub(crate) fn long_reference(&self, is_top_spender: bool) -> FanReference<'_> {
        let details = FanDetails {
            avatar_url: None,
            registered_at: self.registered_at,
        };
        FanReference {
            details: Some(details),
            ..self.short_reference(is_top_spender)
        }
    }
}
