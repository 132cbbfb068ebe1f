//! All chance in the simulator: independent streams and identifiers drawn from one seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// Where the streams of hazards and of churn begin, above those of the creators.
const HAZARD_STREAMS: u64 = 1 << 40;
const CHURN_STREAMS: u64 = 1 << 48;

/// What a stream of chance is used for. Streams do not disturb each other, so that a token more
/// does not change a sale.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Fans,
    Live,
    Tokens,
    Appended,
    Faults,
    LiveEvents,
    Webhooks,
    /// One per step of [`crate::World::churn`].
    Churn(u64),
    /// One per creator, beside the stream its history comes from.
    Hazards(u32),
    /// One per creator, so that a further creator leaves the others as they are.
    Creator(u32),
}

impl Stream {
    fn number(self) -> u64 {
        match self {
            Self::Fans => 1,
            Self::Live => 2,
            Self::Tokens => 3,
            Self::Appended => 4,
            Self::Faults => 5,
            Self::LiveEvents => 6,
            Self::Webhooks => 7,
            Self::Churn(step) => CHURN_STREAMS | step,
            Self::Hazards(index) => HAZARD_STREAMS | u64::from(index),
            Self::Creator(index) => 1_000 + u64::from(index),
        }
    }
}

/// A seeded stream of chance.
#[derive(Debug)]
pub(crate) struct Randomness(ChaCha8Rng);

impl Randomness {
    pub(crate) fn new(seed: u64, stream: Stream) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream.number());
        Self(generator)
    }

    /// A number in `0..bound`; `bound` must not be 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0.random_range(0..bound)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// True in `per_mille` of a thousand cases.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of the items, each as likely as the others; the slice must not be empty.
    pub(crate) fn pick<Item: Copy>(&mut self, items: &[Item]) -> Item {
        items[self.position(items.len())]
    }

    /// A position in `0..length`; `length` must not be 0.
    pub(crate) fn position(&mut self, length: usize) -> usize {
        let bound = u32::try_from(length).expect("invariant: lists are shorter than 2^32");
        self.below(bound) as usize
    }

    /// A position in `0..length` that prefers low ones: a few fans buy most.
    pub(crate) fn skewed_position(&mut self, length: usize) -> usize {
        let upper = self.position(length);
        self.position(upper + 1)
    }

    /// A position in `weights`, as likely as its weight says.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (position, weight) in weights.iter().enumerate() {
            if left < *weight {
                return position;
            }
            left -= weight;
        }
        unreachable!("invariant: the drawn number is below the sum of the weights")
    }

    /// A bearer string of 128 bits behind a prefix that says what it is.
    pub(crate) fn bearer(&mut self, prefix: &str) -> String {
        let bytes: [u8; 16] = self.0.random();
        format!("{prefix}{}", hex::encode(bytes))
    }
}

/// The identifiers of one seed's world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identifiers(Uuid);

impl Identifiers {
    pub(crate) fn new(seed: u64) -> Self {
        let name = format!("https://simulator.tidemark.invalid/{seed}");
        Self(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
    }

    /// The identifier of the thing called `kind` `number`, the same every time.
    pub(crate) fn of(self, kind: &str, number: u64) -> Uuid {
        Uuid::new_v5(&self.0, format!("{kind}/{number}").as_bytes())
    }
}
