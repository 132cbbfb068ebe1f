//! A whole day of the manifest's own schedules, in seconds: every firing is a step, sales of the day
//! arrive, and the memory stays as it was.

use std::sync::Arc;
use std::time::Duration;

use tidemark::runtime::Clock as _;
use tidemark::serve::{CronOptions, run_schedules};
use tidemark_database::testing::TestDatabase;
use tidemark_simulator::{Micros, NewSale, Source};
use tidemark_tests::World;
use tidemark_tests::compressed::CompressedClock;
use tokio_util::sync::CancellationToken;

const HOUR: i64 = 3_600_000_000;

/// Hours until everything that is made once is there: pools, caches, prepared statements.
const WARM: usize = 4;

/// Jobs and their firings in a day.
const FIRINGS: [(&str, i64); 4] = [
    ("sync-transactions", 96),
    ("daily-refresh", 288),
    ("check-late-shifts", 4),
    ("check-missed-posts", 4),
];

/// What the process holds in memory, in KiB: host, components and simulator.
fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_schedules_misses_no_firing_and_leaves_the_memory_flat() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    // A little after the next midnight, so that no schedule is due at the start and nothing is of the future.
    let start = Micros((Micros::now().0 / (24 * HOUR) + 1) * 24 * HOUR + 1_000_000);
    let clock = CompressedClock::new(start);
    let world = World::with_models(3)
        .transactions(2_000)
        .compressed(&clock)
        .on(&database)
        .await;
    world.sync(None).await;
    let shutdown = CancellationToken::new();
    let schedules = tokio::spawn(run_schedules(
        Arc::clone(&world.application),
        world.application.schedules().to_vec(),
        Arc::clone(world.application.clock()),
        CronOptions::default(),
        shutdown.clone(),
    ));
    clock.run(world.application.schedules().len());
    let models = world.simulator.models();
    let mut memory = Vec::new();
    for hour in 0..24 {
        let model = models[hour % models.len()].id;
        world
            .simulator
            .append_sale(model, &NewSale::new(Source::Tip, 500))
            .unwrap();
        let end = start.0 + (i64::try_from(hour).unwrap() + 1) * HOUR;
        while clock.now() < end {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        memory.push(resident_kib());
    }
    shutdown.cancel();
    schedules.await.unwrap();

    for (job, firings) in FIRINGS {
        let steps = format!(
            "select count(distinct date_trunc('minute', started_at)) from job_steps
             where job = '{job}' and started_at > '{start}' and started_at <= '{}'",
            Micros(start.0 + 24 * HOUR)
        );
        assert_eq!(world.count(&steps).await, firings, "{job}");
    }
    let troubled = "select count(*) from job_steps where outcome in ('partial', 'failed')";
    assert_eq!(world.count(troubled).await, 0);
    world.assert_ledger_is_true().await;

    let (warm, end) = (memory[WARM], memory[memory.len() - 1]);
    println!("memory by hour, KiB: {memory:?}");
    assert!(end - warm < warm / 10, "{memory:?}");
}
