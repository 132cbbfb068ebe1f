//! Fans, creators and the agency.

use std::time::Duration;

use crate::account::{Account, Notifications, Profile};
use crate::clock::Micros;
use crate::config::SimulatorConfig;
use crate::fans::{Fan, FanIndex};
use crate::generate::HISTORY;
use crate::posts::Post;
use crate::randomness::{Identifiers, Randomness};
use crate::source::Currency;

const CREATOR_FIRST_NAMES: [&str; 12] = [
    "Luna", "Mia", "Scarlett", "Ivy", "Chloe", "Nova", "Ruby", "Freya", "Jade", "Stella", "Aria",
    "Violet",
];
const CREATOR_LAST_NAMES: [&str; 11] = [
    "Hart",
    "Valentine",
    "Rose",
    "Monroe",
    "Sinclair",
    "Vale",
    "Winters",
    "Delacroix",
    "Fox",
    "Marlowe",
    "Quinn",
];
const FAN_FIRST_NAMES: [&str; 16] = [
    "Alex", "Ben", "Chris", "Daniel", "Emil", "Frank", "George", "Henry", "Igor", "Jonas", "Karl",
    "Liam", "Marco", "Nick", "Oliver", "Paul",
];
const FAN_WORDS: [&str; 10] = [
    "wolf", "sky", "river", "stone", "storm", "moon", "falcon", "sailor", "ember", "nomad",
];
const NICKNAMES: [&str; 4] = ["VIP", "the generous one", "from Reddit", "birthday in May"];
const PLANS: [i64; 4] = [1_499, 999, 799, 1_999];
const POST_TEXTS: [&str; 5] = [
    "New set is up",
    "Good morning from the beach",
    "Behind the scenes",
    "Which one is your favourite?",
    "Something special tonight",
];
const CURRENCIES: [Currency; 5] = [
    Currency::Usd,
    Currency::Eur,
    Currency::Gbp,
    Currency::Cad,
    Currency::Aud,
];
const CURRENCY_WEIGHTS: [u32; 5] = [55, 22, 14, 5, 4];
const DAY: Duration = Duration::from_hours(24);
/// One fan for so many rows, within bounds.
const ROWS_PER_FAN: u32 = 25;
const FEWEST_FANS: u32 = 200;
const MOST_FANS: u32 = 50_000;
/// Fans that every creator has for certain.
const SURE_FANS_PER_CREATOR: u32 = 10;
/// Fans who buy from a second creator too, per mille.
const SHARED_FANS_PER_MILLE: u32 = 200;

/// The fans of the world, and for each creator those who may buy there.
pub(super) fn fans(
    config: &SimulatorConfig,
    identifiers: Identifiers,
    epoch: Micros,
    randomness: &mut Randomness,
) -> (Vec<Fan>, Vec<Vec<FanIndex>>) {
    let sure_fans = config.models.saturating_mul(SURE_FANS_PER_CREATOR);
    let count = (config.transactions / ROWS_PER_FAN)
        .clamp(FEWEST_FANS, MOST_FANS)
        .max(sure_fans);
    let weights: Vec<u32> = (0..config.models as usize).map(fan_weight).collect();
    let mut pools = vec![Vec::new(); weights.len()];
    let mut fans = Vec::new();
    for index in 0..count {
        fans.push(fan(index, identifiers, epoch, randomness));
        if pools.is_empty() {
            continue;
        }
        let home = if index < sure_fans {
            (index % config.models) as usize
        } else {
            randomness.weighted(&weights)
        };
        let other = randomness.position(pools.len());
        pools[home].push(FanIndex(index));
        if other != home && randomness.chance(SHARED_FANS_PER_MILLE) {
            pools[other].push(FanIndex(index));
        }
    }
    (fans, pools)
}

fn fan_weight(creator: usize) -> u32 {
    match creator {
        0 => 70,
        1 => 20,
        _ => 10,
    }
}

fn fan(index: u32, identifiers: Identifiers, epoch: Micros, randomness: &mut Randomness) -> Fan {
    let name = randomness.pick(&FAN_FIRST_NAMES);
    let word = randomness.pick(&FAN_WORDS);
    let nickname = randomness
        .chance(60)
        .then(|| randomness.pick(&NICKNAMES).to_owned());
    let age = DAY * (400 + randomness.below(500))
        + Duration::from_millis(randomness.below(86_400_000).into());
    Fan {
        uuid: identifiers.of("fan", index.into()),
        handle: format!("{}_{word}_{index}", name.to_lowercase()),
        display_name: format!("{name} {}", capitalized(word)),
        nickname,
        registered_at: epoch.minus(age).whole_milliseconds(),
        currency: CURRENCIES[randomness.weighted(&CURRENCY_WEIGHTS)],
    }
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

/// A creator without a ledger yet.
pub(super) fn creator(
    index: u32,
    fans: usize,
    identifiers: Identifiers,
    epoch: Micros,
    randomness: &mut Randomness,
) -> Account {
    // 12 and 11 have no common divisor: 132 creators in a row have different names.
    let position = index as usize;
    let first = CREATOR_FIRST_NAMES[position % CREATOR_FIRST_NAMES.len()];
    let last = CREATOR_LAST_NAMES[position % CREATOR_LAST_NAMES.len()];
    let mut handle = format!("{}{}", first.to_lowercase(), last.to_lowercase());
    if position >= CREATOR_FIRST_NAMES.len() * CREATOR_LAST_NAMES.len() {
        handle = format!("{handle}{index}");
    }
    let profile = Profile {
        uuid: identifiers.of("creator", index.into()),
        handle,
        display_name: format!("{first} {last}"),
        bio: format!("The official page of {first}. New posts every week."),
        is_creator: true,
        registered_at: epoch.minus(HISTORY + DAY * 30).whole_milliseconds(),
    };
    let followers = 4_000 / (index + 1) + randomness.below(200);
    let mut account = Account::new(profile, fans, followers);
    account.plan_cents = PLANS[position % PLANS.len()];
    account.posts = posts(index, identifiers, epoch, randomness);
    account.unread_messages = randomness.below(120);
    account.unread_chats = account.unread_messages.div_ceil(3);
    account.notifications = Notifications {
        followers: randomness.below(40),
        post_comments: randomness.below(20),
        post_likes: randomness.below(200),
        promotions: randomness.below(2),
        ..Notifications::default()
    };
    account
}

/// One post every three or four days; the first is as old as the history.
fn posts(
    creator: u32,
    identifiers: Identifiers,
    epoch: Micros,
    randomness: &mut Randomness,
) -> Vec<Post> {
    let mut posts = Vec::new();
    let mut published_at = epoch.minus(HISTORY).whole_milliseconds();
    let mut number = u64::from(creator) * 1_000_000;
    while published_at < epoch {
        let media = 1 + u64::from(randomness.below(3));
        let is_paid = randomness.chance(400);
        posts.push(Post {
            uuid: identifiers.of("post", number),
            published_at,
            text: randomness.pick(&POST_TEXTS).to_owned(),
            price_cents: is_paid.then(|| randomness.pick(&[300, 500, 800, 1_500])),
            for_followers_too: !is_paid && randomness.chance(500),
            media: (0..media)
                .map(|item| identifiers.of("media", number * 10 + item))
                .collect(),
            is_pinned: randomness.chance(20),
            likes: randomness.below(300),
            comments: randomness.below(40),
            tips: crate::posts::PostTips::default(),
        });
        number += 1;
        let pause = Duration::from_millis(u64::from(72 + randomness.below(24)) * 3_600_000 + 1);
        published_at = published_at.plus(pause);
    }
    posts
}

/// The agency's own user: it manages every creator and sells nothing itself.
pub(super) fn agency(fans: usize, identifiers: Identifiers, epoch: Micros) -> Account {
    let profile = Profile {
        uuid: identifiers.of("agency", 0),
        handle: "brightwateragency".to_owned(),
        display_name: "Brightwater Agency".to_owned(),
        bio: "Management for independent creators.".to_owned(),
        is_creator: false,
        registered_at: epoch.minus(HISTORY + DAY * 60).whole_milliseconds(),
    };
    Account::new(profile, fans, 0)
}
