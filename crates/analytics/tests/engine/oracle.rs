//! The endpoint's figures on a real Postgres, roll-ups, triggers and all, against the naive
//! implementation, which goes straight over the rows: generated ledgers, in each state that roll-ups
//! can be in. Differences: 0 cents.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tidemark_analytics::{DashboardError, DashboardQuery};
use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_domain::Zone;

use crate::agreement::{question, world};
use crate::ledger::Ledger;
use crate::naive::Naive;
use crate::world::World;

/// How many ledgers are generated on a native server; `TIDEMARK_ORACLE_LEDGERS` asks for more.
const LEDGERS: u32 = 2_000;
/// How many on each server in the comparison of the two.
const LEDGERS_EMBEDDED: u32 = 40;
/// Questions asked of each ledger.
const QUESTIONS: usize = 3;

/// Generates values; the same seed gives the same ones.
struct Generator(TestRunner);

impl Generator {
    fn seeded(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn next<T: std::fmt::Debug>(&mut self, strategy: &impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }
}

/// Asks in the agency's zone half of the time: only there do roll-ups answer.
fn questions(generator: &mut Generator) -> Vec<DashboardQuery> {
    (0..QUESTIONS)
        .map(|place| {
            let query = generator.next(&question());
            let zone = query.zone.filter(|_| place % 2 == 1);
            DashboardQuery { zone, ..query }
        })
        .collect()
}

async fn compare(ledger: &Ledger, world: &World, query: &DashboardQuery, seed: u64) {
    let body = match ledger.answer(query).await {
        Ok(body) => body,
        Err(DashboardError::Parameter(error)) => {
            assert_eq!(error.parameter, "startDate");
            return;
        }
        Err(error) => panic!("seed {seed}, {query:?}: {error}"),
    };
    let [chart, kpis, compared] = Naive::new(world, query).answer(query);
    let about = || format!("seed {seed}, {query:#?}, {world:#?}");
    assert_eq!(body["chartData"], chart, "{}", about());
    assert_eq!(body["kpiMetrics"], kpis, "{}", about());
    let comparison = match &body["comparison"] {
        Value::Null => &Value::Null,
        comparison => &comparison["kpiMetrics"],
    };
    assert_eq!(comparison, &compared, "{}", about());
}

async fn examine(database: &TestDatabase, seed: u64) {
    let mut generator = Generator::seeded(seed);
    let world = generator.next(&world());
    let ledger = Ledger::begin(database, &world).await;
    ledger.fill(&world).await;
    let zone = Zone::parse(world.zone).unwrap();
    // All fans settled, some, none, or all of them and then some changed again.
    match seed % 4 {
        0 => ledger.roll_up(500, &zone).await,
        1 => ledger.roll_up(3, &zone).await,
        2 => {}
        _ => {
            ledger.roll_up(500, &zone).await;
            let again = "update fanvue_transactions set gross_cents = gross_cents + sign \
                         from (values (1, 'a%'), (1, 'movedb1%')) as change (sign, keys) \
                         where agency_id = $1 and row_key like keys";
            ledger.run(again, &[ledger.agency.into()]).await;
            let back = again.replace("+ sign", "- sign");
            ledger.run(&back, &[ledger.agency.into()]).await;
        }
    }
    for query in questions(&mut generator) {
        compare(&ledger, &world, &query, seed).await;
    }
    assert_eq!(
        ledger.differences(&zone).await,
        0,
        "seed {seed}: {world:#?}"
    );
}

#[tokio::test]
async fn generated_ledgers_give_the_figures_of_the_naive_implementation() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let asked = std::env::var("TIDEMARK_ORACLE_LEDGERS").ok();
    let ledgers = asked.map_or(LEDGERS, |text| text.parse().expect("a number of ledgers"));
    for seed in 0..u64::from(ledgers) {
        examine(&database, seed).await;
    }
}

#[tokio::test]
async fn the_embedded_database_gives_them_too() {
    for_each_database(async |database| {
        for seed in 0..u64::from(LEDGERS_EMBEDDED) {
            examine(database, seed).await;
        }
    })
    .await;
}
