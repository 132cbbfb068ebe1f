//! The real components among processes that die, answers that do not come, and limits.

use std::sync::Arc;
use std::time::Duration;

use tidemark::runtime::jobs::Outcome;
use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_simulator::{FaultKind, FaultTarget, Faults, Micros, ScriptedFault};
use tidemark_tests::World;

const SYNC: &str = "sync-transactions";

/// So slow that nobody waits for the answer: the step dies before.
const NEVER: u64 = 30_000;

/// Forgets everything that was read, so that one world can be read again and again.
async fn forget(world: &World) {
    // None of the roles that statements run as may truncate; the pool's own user may.
    let client = world.platform.sql.pool().get().await.unwrap();
    client
        .batch_execute(
            "truncate fanvue_transactions, ledger_amendments, quarantine, sync_state, \
             reconciliations, rate_buckets, job_runs_open, job_steps",
        )
        .await
        .unwrap();
    drop(client);
    world.simulator.with_world(|fanvue, _| {
        fanvue.calm();
        fanvue.clear_request_log();
    });
}

/// How often earnings were asked for.
fn earnings_requests(world: &World) -> u32 {
    let log = world
        .simulator
        .with_world(|fanvue, _| fanvue.request_log().clone());
    let asked = log.latest.iter();
    let asked = asked.filter(|request| request.endpoint.ends_with("/insights/earnings"));
    u32::try_from(asked.count()).unwrap()
}

/// Takes steps until the `k`th request for earnings is under way, and lets the process die then.
async fn die_at(world: &World, k: u32, budget: Option<Duration>) {
    world.simulator.with_world(|fanvue, _| {
        fanvue.set_faults(Faults {
            delay_milliseconds: NEVER,
            ..Faults::none()
        });
        let slow = ScriptedFault::new(FaultKind::Slow).on(FaultTarget::Earnings);
        fanvue.script_fault(slow.at_request(k));
    });
    let is_waiting = || {
        world
            .simulator
            .with_world(|fanvue, _| fanvue.request_log().fault(FaultKind::Slow) > 0)
    };
    loop {
        let application = Arc::clone(&world.application);
        let request = world.step_request(SYNC, budget);
        let step = tokio::spawn(async move { application.step(&request).await });
        while !step.is_finished() && !is_waiting() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if is_waiting() {
            step.abort();
            assert!(step.await.is_err(), "the step ended before it could die");
            return;
        }
        let report = step.await.unwrap().unwrap();
        assert_eq!(report.outcome, Outcome::More, "request {k} never came");
    }
}

/// The lease of the dead step would run out within the minute; no test waits for that.
async fn end_leases(world: &World) {
    world
        .rows("update sync_state set lease_until = now() - interval '1 second'")
        .await;
}

async fn crash_matrix(database: &TestDatabase, budget: Option<Duration>) {
    let world = World::with_models(1).transactions(400).on(database).await;
    world.sync(budget).await;
    world.assert_ledger_is_true().await;
    let requests = earnings_requests(&world);
    assert!(requests > 10, "{requests} requests");
    for k in 1..=requests {
        forget(&world).await;
        die_at(&world, k, budget).await;
        end_leases(&world).await;
        world.sync(None).await;
        world.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn cf07_a_process_that_dies_at_any_page_of_one_step_loses_and_doubles_nothing() {
    for_each_database(async |database| crash_matrix(database, None).await).await;
}

#[tokio::test]
async fn cf07_a_process_that_dies_after_any_stored_page_loses_and_doubles_nothing() {
    let shortest = Some(Duration::from_millis(1));
    for_each_database(async |database| crash_matrix(database, shortest).await).await;
}

#[tokio::test]
async fn cf12_a_429_with_retry_after_is_waited_for_and_no_failure() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(200).on(database).await;
        world.simulator.with_world(|fanvue, _| {
            let limited = ScriptedFault::new(FaultKind::RateLimited).on(FaultTarget::Earnings);
            fanvue.script_fault(limited.at_request(3));
        });
        let short = Some(Duration::from_secs(1));
        let report = world.step(SYNC, short).await;
        assert_eq!(report.outcome, Outcome::More, "{report:?}");
        assert!(report.problems.is_empty(), "{report:?}");
        let early = world.step(SYNC, Some(Duration::from_millis(1))).await;
        assert_eq!((early.outcome, early.api_calls), (Outcome::More, 0));
        world.sync(None).await;
        world.assert_ledger_is_true().await;
        let log = world
            .simulator
            .with_world(|fanvue, _| fanvue.request_log().clone());
        let asked: Vec<(Micros, u16)> = log
            .latest
            .iter()
            .filter(|request| request.endpoint.contains("{id}"))
            .map(|request| (request.at, request.status))
            .collect();
        let refused = asked.iter().position(|(_, status)| *status == 429).unwrap();
        let waited = asked[refused + 1].0.0 - asked[refused].0.0;
        assert!(waited >= 2_000_000, "{waited} microseconds of 2 s");
    })
    .await;
}

#[tokio::test]
async fn cf12_a_429_without_retry_after_is_waited_for_until_the_bucket_is_full() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(200).on(database).await;
        world.simulator.with_world(|fanvue, _| {
            let kind = FaultKind::RateLimitedSilently;
            let limited = ScriptedFault::new(kind).on(FaultTarget::Earnings);
            fanvue.script_fault(limited.at_request(2));
        });
        let report = world.step(SYNC, None).await;
        assert_eq!(report.outcome, Outcome::More, "{report:?}");
        assert!(report.problems.is_empty(), "{report:?}");
        let seconds = "select extract(epoch from max(paused_until) - now())::bigint \
             from rate_buckets";
        let seconds = world.count(seconds).await;
        assert!((50..70).contains(&seconds), "{seconds} s of a minute");
        for _ in 0..3 {
            let early = world.step(SYNC, None).await;
            assert_eq!((early.outcome, early.api_calls), (Outcome::More, 0));
        }
        // The minute is over.
        world
            .rows("update rate_buckets set paused_until = now(), resets_at = now()")
            .await;
        world.sync(None).await;
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn cf14_a_refresh_whose_answer_is_lost_keeps_the_grant() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(150)
            .fanvue(|config| config.with_access_token_lifetime(Duration::from_secs(3)))
            .on(database)
            .await;
        world.sync(None).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.simulator.with_world(|fanvue, _| {
            let lost = ScriptedFault::new(FaultKind::LostRefreshAnswer);
            fanvue.script_fault(lost.on(FaultTarget::Token));
        });
        world.sync(None).await;
        let lost = world
            .simulator
            .with_world(|fanvue, _| fanvue.request_log().fault(FaultKind::LostRefreshAnswer));
        assert_eq!(lost, 1);
        let active = "select count(*) from connections where state = 'active'";
        assert_eq!(world.count(active).await, 1);
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_over_20000_rows_stays_within_64_mib() {
    let database = match TestDatabase::native().await {
        Some(native) => native,
        None => TestDatabase::embedded().await,
    };
    let world = World::with_models(1)
        .transactions(20_000)
        .memory(64 << 20)
        .on(&database)
        .await;
    // The whole history in as few steps as can be: memory is that of one instance.
    let steps = world.sync(Some(Duration::from_mins(5))).await;
    assert_eq!(steps, 1);
    world.assert_ledger_is_true().await;
}
