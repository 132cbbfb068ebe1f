//! When sales happen: more in the evening, at weekends, and more the later it gets.

use crate::clock::Micros;
use crate::generate::HISTORY;
use crate::randomness::Randomness;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MILLISECONDS_PER_HOUR: i64 = 3_600_000;
/// Weight of each UTC hour.
const HOURS: [u64; 24] = [
    9, 8, 6, 5, 4, 3, 3, 3, 4, 5, 5, 6, 6, 6, 6, 7, 8, 9, 11, 13, 14, 14, 13, 11,
];
/// Sales that share their instant with the sale before, per mille.
const EQUAL_INSTANTS_PER_MILLE: u32 = 20;

/// Exactly `count` instants in whole milliseconds before the epoch, oldest first.
pub(super) fn sale_instants(epoch: Micros, count: u64, randomness: &mut Randomness) -> Vec<Micros> {
    let start = epoch.minus(HISTORY).whole_milliseconds();
    let weights = hour_weights(start, randomness);
    let all_weight: u64 = weights.iter().sum();
    let capacity = usize::try_from(count).expect("invariant: row counts fit into memory");
    let mut instants = Vec::with_capacity(capacity);
    let mut weight_so_far = 0;
    let mut hour_start = start;
    for weight in weights {
        let already = count * weight_so_far / all_weight;
        weight_so_far += weight;
        let in_this_hour = count * weight_so_far / all_weight - already;
        push_hour(hour_start, in_this_hour, randomness, &mut instants);
        hour_start = Micros(hour_start.0 + MICROS_PER_HOUR);
    }
    instants
}

fn hour_weights(start: Micros, randomness: &mut Randomness) -> Vec<u64> {
    let days = HISTORY.as_secs() / 86_400;
    let first_hour = start.0.div_euclid(MICROS_PER_HOUR);
    let mut weights = Vec::new();
    let mut hour = first_hour;
    for day in 0..days {
        let growth = 600 + day;
        // Day 0 of 1970 was a Thursday, so days 2 and 3 of each week are the weekend.
        let is_weekend = matches!(hour.div_euclid(24).rem_euclid(7), 2 | 3);
        let weekly = if is_weekend { 120 } else { 100 };
        let luck = u64::from(80 + randomness.below(41));
        for _ in 0..24 {
            let hour_of_day = usize::try_from(hour.rem_euclid(24)).expect("invariant: 0 to 23");
            weights.push(growth * weekly * luck * HOURS[hour_of_day]);
            hour += 1;
        }
    }
    weights
}

fn push_hour(start: Micros, count: u64, randomness: &mut Randomness, instants: &mut Vec<Micros>) {
    let first = instants.len();
    for _ in 0..count {
        let milliseconds = if instants.len() > first && randomness.chance(EQUAL_INSTANTS_PER_MILLE)
        {
            None
        } else {
            Some(randomness.between(0, MILLISECONDS_PER_HOUR - 1))
        };
        let instant = match (milliseconds, instants.last()) {
            (None, Some(previous)) => *previous,
            (offset, _) => Micros(start.0 + offset.unwrap_or(0) * 1_000),
        };
        instants.push(instant);
    }
    instants[first..].sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::Stream;

    #[test]
    fn instants_are_exact_in_number_ordered_and_inside_the_history() {
        let epoch = Micros::parse("2026-11-22T10:11:12.345Z").unwrap();
        for count in [0, 1, 99, 5_000] {
            let mut randomness = Randomness::new(9, Stream::Creator(0));
            let instants = sale_instants(epoch, count, &mut randomness);
            assert_eq!(instants.len(), usize::try_from(count).unwrap());
            assert!(instants.is_sorted());
            let start = epoch.minus(HISTORY);
            assert!(instants.iter().all(|at| *at >= start && *at < epoch));
        }
    }

    #[test]
    fn some_sales_share_an_instant() {
        let mut randomness = Randomness::new(9, Stream::Creator(0));
        let instants = sale_instants(Micros::start_of_day(20_000), 50_000, &mut randomness);
        assert!(instants.windows(2).any(|pair| pair[0] == pair[1]));
    }
}
