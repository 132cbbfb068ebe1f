//! Where an earning comes from, and the currency a fan pays in.

use serde::{Deserialize, Serialize};

/// Fanvue's `EarningSource`, with the words of its JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

    /// The word used in JSON and in the `source` filter.
    pub const fn as_str(self) -> &'static str {
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
    fn the_filter_words_are_the_json_words() {
        for source in Source::ALL {
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str());
        }
    }
}
