//! One sale after the other: what is bought, by whom, for how much.

use crate::account::Account;
use crate::clock::Micros;
use crate::fans::{Fan, FanIndex};
use crate::ledger::{Row, RowKey, Sold};
use crate::randomness::Randomness;
use crate::source::{Currency, Source};

/// What is sold, and how often in a thousand sales.
const SOURCES: [Source; 9] = [
    Source::Message,
    Source::Renewal,
    Source::Subscription,
    Source::Tip,
    Source::Post,
    Source::MediaLink,
    Source::Referral,
    Source::Giveaway,
    Source::Affiliate,
];
const SOURCE_WEIGHTS: [u32; 9] = [500, 150, 120, 110, 60, 44, 10, 4, 2];

const MESSAGE_PRICES: [i64; 10] = [300, 500, 700, 999, 1_200, 1_500, 2_000, 2_500, 3_500, 6_000];
const TIPS: [i64; 8] = [500, 500, 1_000, 1_000, 2_000, 2_500, 5_000, 10_000];
const MEDIA_LINK_PRICES: [i64; 4] = [700, 1_000, 1_500, 3_000];
const REWARDS: [i64; 3] = [250, 500, 1_000];
/// Lowest price of a paid post.
const LOWEST_POST_CENTS: i64 = 300;
/// First subscriptions that are free trials, and that are sold at half the price, per mille.
const FREE_TRIALS_PER_MILLE: u32 = 150;
const HALF_PRICE_PER_MILLE: u32 = 200;
/// Tips that are given on a post, per mille.
const TIPS_ON_POSTS_PER_MILLE: u32 = 300;
/// The creator keeps 80 to 85 % of a sale, in hundredths of a per cent.
const LOWEST_SHARE: i64 = 8_000;
const HIGHEST_SHARE: i64 = 8_500;
/// Tries to find a fan who may subscribe or renew, before the fan buys a message instead.
const TRIES: u32 = 6;

/// Draws the next sale of a creator.
pub(crate) fn draw(
    account: &Account,
    fans: &[Fan],
    at: Micros,
    number: u64,
    randomness: &mut Randomness,
) -> Row {
    let wanted = SOURCES[randomness.weighted(&SOURCE_WEIGHTS)];
    let (source, fan) = match wanted {
        Source::Subscription => with_fan(wanted, newcomer(account, randomness)),
        Source::Renewal => with_fan(wanted, due_for_renewal(account, at, randomness)),
        _ => (wanted, None),
    };
    let fan = match fan {
        None if !source.is_reward() => Some(buyer(account, randomness)),
        already => already,
    };
    let post = post_for(account, source, at, randomness);
    let currency = fan.map(|fan| fans[fan.position()].currency);
    let listed = listed_price(account, source, post, randomness);
    let gross_cents = as_paid(listed, currency, randomness);
    Row {
        key: RowKey {
            occurred_at: at,
            sequence: number,
        },
        order_number: number,
        has_order_id: true,
        source,
        sold: Sold::by(source),
        gross_cents,
        net_cents: net_of(gross_cents, randomness),
        total_cents: total_of(gross_cents, currency),
        currency,
        fan,
        post,
        reverses: None,
    }
}

fn with_fan(wanted: Source, fan: Option<FanIndex>) -> (Source, Option<FanIndex>) {
    match fan {
        Some(_) => (wanted, fan),
        None => (Source::Message, None),
    }
}

/// A fan of the creator; the first of the pool buy most.
pub(crate) fn buyer(account: &Account, randomness: &mut Randomness) -> FanIndex {
    account.pool[randomness.skewed_position(account.pool.len())]
}

fn newcomer(account: &Account, randomness: &mut Randomness) -> Option<FanIndex> {
    (0..TRIES)
        .map(|_| randomness.pick(&account.pool))
        .find(|fan| !account.audience.is_subscribed(*fan))
}

fn due_for_renewal(account: &Account, at: Micros, randomness: &mut Randomness) -> Option<FanIndex> {
    let subscribers = account.audience.subscribers();
    if subscribers.is_empty() {
        return None;
    }
    (0..TRIES)
        .map(|_| randomness.pick(subscribers))
        .find(|subscriber| subscriber.paid_until <= at)
        .map(|subscriber| subscriber.fan)
}

/// A post published by then, for post sales and some tips.
pub(crate) fn post_for(
    account: &Account,
    source: Source,
    at: Micros,
    randomness: &mut Randomness,
) -> Option<u32> {
    let concerns_a_post = match source {
        Source::Post => true,
        Source::Tip => randomness.chance(TIPS_ON_POSTS_PER_MILLE),
        _ => false,
    };
    let published = account
        .posts
        .partition_point(|post| post.published_at <= at);
    if !concerns_a_post || published == 0 {
        return None;
    }
    let position = randomness.position(published);
    Some(u32::try_from(position).expect("invariant: posts fit into 32 bits"))
}

fn listed_price(
    account: &Account,
    source: Source,
    post: Option<u32>,
    randomness: &mut Randomness,
) -> i64 {
    match source {
        Source::Subscription if randomness.chance(FREE_TRIALS_PER_MILLE) => 0,
        Source::Subscription if randomness.chance(HALF_PRICE_PER_MILLE) => account.plan_cents / 2,
        Source::Subscription | Source::Renewal => account.plan_cents,
        Source::Tip => randomness.pick(&TIPS),
        Source::Post => post
            .and_then(|post| account.posts[post as usize].price_cents)
            .unwrap_or(LOWEST_POST_CENTS),
        Source::MediaLink => randomness.pick(&MEDIA_LINK_PRICES),
        Source::Referral | Source::Affiliate | Source::Giveaway => randomness.pick(&REWARDS),
        _ => {
            let position = randomness.skewed_position(MESSAGE_PRICES.len());
            MESSAGE_PRICES[position]
        }
    }
}

/// Prices in another currency reach the ledger as an uneven amount of US cents.
fn as_paid(listed: i64, currency: Option<Currency>, randomness: &mut Randomness) -> i64 {
    let per_mille = match currency {
        None | Some(Currency::Usd) => 1_000,
        Some(Currency::Eur) => randomness.between(1_050, 1_180),
        Some(Currency::Gbp) => randomness.between(1_230, 1_360),
        Some(Currency::Cad) => randomness.between(705, 745),
        Some(Currency::Aud) => randomness.between(630, 680),
    };
    listed * per_mille / 1_000
}

/// What is left of a price after Fanvue's fees, which are no constant share.
pub(crate) fn net_of(gross_cents: i64, randomness: &mut Randomness) -> i64 {
    gross_cents * randomness.between(LOWEST_SHARE, HIGHEST_SHARE) / 10_000
}

/// What left the card: the price and the fan's sales tax.
pub(crate) fn total_of(gross_cents: i64, currency: Option<Currency>) -> i64 {
    gross_cents + gross_cents * currency.map_or(0, Currency::tax_percent) / 100
}
