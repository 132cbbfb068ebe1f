//! Where an earning comes from, and the currency a fan pays in.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use thiserror::Error;

/// Fanvue's `EarningSource`, with the words of its JSON. The enum is open: Fanvue adds words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A first payment for a subscription; zero for a free trial.
    Subscription,
    /// A second or later payment for a subscription.
    Renewal,
    /// A paid message.
    Message,
    /// A paid post.
    Post,
    /// A tip.
    Tip,
    /// A paid media link.
    MediaLink,
    /// A reward: no fan paid.
    Referral,
    /// A reward: no fan paid.
    Affiliate,
    /// A reward: no fan paid.
    Giveaway,
    /// A sale through an app.
    AppStore,
    /// A sale through a checkout link.
    CheckoutLink,
    /// A sale known to the v1 family only.
    FanExperience,
    /// A reversal asked for by the fan.
    Refund,
    /// A reversal forced by the fan's bank.
    Chargeback,
    /// A word no contract names, such as `hologram`; a sale.
    Other(SourceName),
}

/// The longest word of an unknown source, in bytes. Rows hold the word in place, because a world
/// may have millions of them.
const LONGEST_NAME: usize = 15;

/// A word that no contract names: 1 to 15 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName([u8; LONGEST_NAME]);

/// A word that cannot be a source.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} cannot be a source; use 1 to {LONGEST_NAME} bytes without a comma or a zero")]
pub struct UnusableSource(String);

impl SourceName {
    /// The word.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0);
        let used = &self.0[..length.unwrap_or(LONGEST_NAME)];
        std::str::from_utf8(used).expect("invariant: a name is made from text")
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.as_str())
    }
}

impl Source {
    /// Every source of the v1 family.
    pub const ALL: [Self; 14] = [
        Self::Subscription,
        Self::Renewal,
        Self::Message,
        Self::Post,
        Self::Tip,
        Self::MediaLink,
        Self::Referral,
        Self::Affiliate,
        Self::Giveaway,
        Self::AppStore,
        Self::CheckoutLink,
        Self::FanExperience,
        Self::Refund,
        Self::Chargeback,
    ];

    /// The source of a word: one that is known, or another one.
    pub fn parse(word: &str) -> Result<Self, UnusableSource> {
        let known = Self::ALL.into_iter().find(|source| source.as_str() == word);
        if let Some(source) = known {
            return Ok(source);
        }
        let is_usable = !word.is_empty() && !word.contains([',', '\0']);
        let mut name = [0; LONGEST_NAME];
        match name.get_mut(..word.len()) {
            Some(used) if is_usable => used.copy_from_slice(word.as_bytes()),
            _ => return Err(UnusableSource(word.to_owned())),
        }
        Ok(Self::Other(SourceName(name)))
    }

    /// The word used in JSON and in the `source` filter.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Subscription => "subscription",
            Self::Renewal => "renewal",
            Self::Message => "message",
            Self::Post => "post",
            Self::Tip => "tip",
            Self::MediaLink => "mediaLink",
            Self::Referral => "referral",
            Self::Affiliate => "affiliate",
            Self::Giveaway => "giveaway",
            Self::AppStore => "appStore",
            Self::CheckoutLink => "checkoutLink",
            Self::FanExperience => "fanExperience",
            Self::Refund => "refund",
            Self::Chargeback => "chargeback",
            Self::Other(name) => name.as_str(),
        }
    }

    /// A row that takes an earlier sale back.
    pub const fn is_reversal(self) -> bool {
        matches!(self, Self::Refund | Self::Chargeback)
    }

    /// A row that no fan paid for, so its `user` is null.
    pub const fn is_reward(self) -> bool {
        matches!(self, Self::Referral | Self::Affiliate | Self::Giveaway)
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).map_err(D::Error::custom)
    }
}

/// The currency of a fan; informational, all amounts are US cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// US dollar.
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Canadian dollar.
    Cad,
    /// Australian dollar.
    Aud,
}

impl Currency {
    /// The sales tax a fan pays on top of the price, in per cent.
    pub(crate) const fn tax_percent(self) -> i64 {
        match self {
            Self::Usd => 0,
            Self::Eur => 19,
            Self::Gbp => 20,
            Self::Cad => 5,
            Self::Aud => 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_are_known_sources() {
        for source in Source::ALL {
            assert_eq!(Source::parse(source.as_str()), Ok(source));
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str());
        }
    }

    #[test]
    fn any_other_word_is_kept() {
        let source: Source = serde_json::from_str("\"hologram\"").unwrap();
        assert_eq!(source.as_str(), "hologram");
        assert!(!source.is_reversal() && !source.is_reward());
    }

    #[test]
    fn words_that_a_filter_could_not_name_are_refused() {
        for word in ["", "a,b", "a\0b", "sixteen bytes ab"] {
            assert!(Source::parse(word).is_err(), "{word:?}");
        }
    }
}
