//! How a world comes to be: creators, fans, and 400 days of history before the epoch.

pub(crate) mod hazards;
mod people;
mod reversals;
pub(crate) mod sales;
mod schedule;

use std::time::Duration;

use crate::account::Account;
use crate::clock::Micros;
use crate::config::SimulatorConfig;
use crate::fans::Fan;
use crate::generate::hazards::Mishaps;
use crate::ledger::Row;
use crate::randomness::{Identifiers, Randomness, Stream};

/// Length of the generated history.
pub(crate) const HISTORY: Duration = Duration::from_hours(400 * 24);
/// Reversals among the rows: one in a hundred.
const ROWS_PER_REVERSAL: u64 = 100;

/// A freshly generated world.
pub(crate) struct Population {
    pub(crate) fans: Vec<Fan>,
    /// The creators in order, then the agency.
    pub(crate) accounts: Vec<Account>,
    pub(crate) numbers: OrderNumbers,
}

/// Hands out order numbers, which are also the sequence of rows.
#[derive(Debug)]
pub(crate) struct OrderNumbers(u64);

impl OrderNumbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

/// How much a creator sells compared with the others: 86 %, 13 % and 1 % for three.
pub(crate) fn sale_weight(creator: usize) -> u32 {
    match creator {
        0 => 86,
        1 => 13,
        _ => 1,
    }
}

pub(crate) fn generate(
    config: &SimulatorConfig,
    identifiers: Identifiers,
    epoch: Micros,
) -> Population {
    let mut randomness = Randomness::new(config.seed, Stream::Fans);
    let creators = config.models as usize;
    let (fans, pools) = people::fans(config, identifiers, epoch, &mut randomness);
    let mut numbers = OrderNumbers(100_000);
    let mut accounts = Vec::with_capacity(creators + 1);
    for ((index, pool), rows) in (0..).zip(pools).zip(rows_per_creator(config)) {
        let mut randomness = Randomness::new(config.seed, Stream::Creator(index));
        let mut account = people::creator(index, fans.len(), identifiers, epoch, &mut randomness);
        account.pool = pool;
        let books = Books {
            rows,
            fans: &fans,
            epoch,
            mishaps: Mishaps {
                hazards: &config.hazards,
                randomness: Randomness::new(config.seed, Stream::Hazards(index)),
            },
        };
        books.fill(&mut account, &mut randomness, &mut numbers);
        accounts.push(account);
    }
    accounts.push(people::agency(fans.len(), identifiers, epoch));
    Population {
        fans,
        accounts,
        numbers,
    }
}

/// Splits the rows by weight so that they add up exactly.
fn rows_per_creator(config: &SimulatorConfig) -> Vec<u64> {
    let weights: Vec<u64> = (0..config.models as usize)
        .map(|creator| u64::from(sale_weight(creator)))
        .collect();
    let all_weight: u64 = weights.iter().sum();
    let rows = u64::from(config.transactions);
    let mut weight_so_far = 0;
    let mut rows_so_far = 0;
    let mut split = Vec::with_capacity(weights.len());
    for weight in weights {
        weight_so_far += weight;
        let rows_until_here = rows * weight_so_far / all_weight;
        split.push(rows_until_here - rows_so_far);
        rows_so_far = rows_until_here;
    }
    split
}

/// What the books of one creator are to hold.
struct Books<'world> {
    rows: u64,
    fans: &'world [Fan],
    epoch: Micros,
    mishaps: Mishaps<'world>,
}

impl Books<'_> {
    fn fill(
        mut self,
        account: &mut Account,
        randomness: &mut Randomness,
        numbers: &mut OrderNumbers,
    ) {
        let reversals = self.rows / ROWS_PER_REVERSAL;
        let mut instants = schedule::sale_instants(self.epoch, self.rows - reversals, randomness);
        self.mishaps.crowd(&mut instants);
        let mut before: Option<Row> = None;
        for at in instants {
            account.audience.churn_until(at.day(), randomness);
            let sale = sales::draw(account, self.fans, at, numbers.next(), randomness);
            let row = self.mishaps.befall_sale(sale, before.as_ref());
            account.record(row);
            before = Some(row);
        }
        account.audience.churn_until(self.epoch.day(), randomness);
        let drawn = reversals::draw(&account.ledger, reversals, self.epoch, randomness, numbers);
        for reversal in drawn {
            account.record(self.mishaps.befall_reversal(reversal));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_creators_share_86_13_and_1_per_cent() {
        let config = SimulatorConfig::default().with_transactions(10_000);
        assert_eq!(rows_per_creator(&config), [8_600, 1_300, 100]);
    }

    #[test]
    fn no_row_is_lost_in_the_split() {
        for (models, transactions) in [(1, 7), (3, 101), (7, 999), (40, 12)] {
            let config = SimulatorConfig::default()
                .with_models(models)
                .with_transactions(transactions);
            let rows: u64 = rows_per_creator(&config).iter().sum();
            assert_eq!(rows, u64::from(transactions));
        }
    }
}
