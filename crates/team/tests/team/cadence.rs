//! Whatever the cadence, the outages, the overlaps and the clocks: the events are those of the
//! definition, each once.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tidemark_database::testing::TestDatabase;
use tidemark_domain::{Instant, Zone};
use tidemark_team::{check_late_shifts, check_missed_posts};
use uuid::Uuid;

use crate::world::{World, at};

const MINUTE: Duration = Duration::from_mins(1);

/// Days on which clocks change, and one on which they do not.
const DAYS: [(&str, &str); 4] = [
    ("Europe/Berlin", "2026-10-24 18:00"),
    ("Europe/Berlin", "2026-03-28 18:00"),
    ("America/New_York", "2026-10-31 18:00"),
    ("Pacific/Kiritimati", "2026-11-22 18:00"),
];

/// Minutes after the beginning.
type Minute = u64;

#[derive(Clone, Debug)]
struct Plan {
    is_shift: bool,
    planned: Minute,
    length: Minute,
    done: Option<Minute>,
    cancelled: Option<Minute>,
}

#[derive(Clone, Debug)]
struct Life {
    day: usize,
    plans: Vec<Plan>,
    cadence: Minute,
    /// checks that do not happen
    outages: Vec<bool>,
    /// checks that happen twice at once
    overlaps: Vec<bool>,
    /// by how much the clock of a check is behind
    behind: Vec<Minute>,
}

/// The most checks of a life.
const CHECKS: u64 = 36;

fn plan(horizon: Minute) -> impl Strategy<Value = Plan> {
    (
        any::<bool>(),
        0..horizon,
        prop_oneof![1..20_u64, 60..600_u64],
        prop::option::weighted(0.6, -20..400_i64),
        prop::option::weighted(0.2, -100..500_i64),
    )
        .prop_map(|(is_shift, planned, length, done, cancelled)| {
            let around = |offset: i64| planned.saturating_add_signed(offset);
            Plan {
                is_shift,
                planned,
                length,
                done: done.map(around),
                cancelled: cancelled.map(around),
            }
        })
}

fn life() -> impl Strategy<Value = Life> {
    let cadence = prop_oneof![
        Just(5),
        5..60_u64,
        Just(6 * 60),
        60..24 * 60_u64,
        Just(24 * 60)
    ];
    let flags = |weight| {
        prop::collection::vec(
            prop::bool::weighted(weight),
            usize::try_from(CHECKS).unwrap(),
        )
    };
    (0..DAYS.len(), cadence).prop_flat_map(move |(day, cadence)| {
        let horizon = (cadence * CHECKS).min(36 * 60);
        (
            Just(day),
            Just(cadence),
            prop::collection::vec(plan(horizon), 1..7),
            flags(0.25),
            flags(0.2),
            prop::collection::vec(prop_oneof![4 => Just(0), 1 => 0..90_u64], 36),
        )
            .prop_map(|(day, cadence, plans, outages, overlaps, behind)| Life {
                day,
                plans,
                cadence,
                outages,
                overlaps,
                behind,
            })
    })
}

/// An event, whether it was taken back, and its minutes.
type Events = BTreeMap<(Uuid, String), (bool, Option<i64>)>;

type Event = ((Uuid, String), (bool, Option<i64>));

/// The definition, said once more without the system's words: original-system 4.1 and 4.2.
fn defined(subject: Uuid, plan: &Plan) -> Vec<Event> {
    let is_cancelled_before = |minute| plan.cancelled.is_some_and(|at| at <= minute);
    let done = plan.done.filter(|at| !is_cancelled_before(*at));
    let word = if plan.is_shift { "shift" } else { "post" };
    let missed = if plan.is_shift {
        plan.planned + plan.length.min(120)
    } else {
        plan.planned + 120
    };
    let late = Some(plan.planned + 10).filter(|late| plan.is_shift && *late < missed);
    let on_time = late.unwrap_or(missed);
    let undone_at = |limit| done.is_none_or(|at| at > limit) && !is_cancelled_before(limit);
    let gone = plan.cancelled.is_some();
    let mut events = Vec::new();
    let mut add = |finding: &str, withdrawn, minutes| {
        events.push(((subject, format!("{word}_{finding}")), (withdrawn, minutes)));
    };
    if let Some(done) = done {
        if done <= on_time {
            add("on_time", gone, None);
        } else {
            let minutes = i64::try_from(done - plan.planned).unwrap();
            add("late_resolved", gone, Some(minutes));
        }
    }
    if late.is_some_and(undone_at) {
        add("late", gone, None);
    }
    if undone_at(missed) {
        add("missed", gone || done.is_some(), None);
    }
    events
}

async fn live(database: &TestDatabase, life: &Life) -> (Events, Events) {
    let (zone, evening) = DAYS[life.day];
    let beginning = Zone::parse(zone).unwrap().at_wall_clock(evening).unwrap();
    let instant = |minute: Minute| beginning.plus(MINUTE * u32::try_from(minute).unwrap());
    let world = World::new(database, zone, beginning).await;
    // Fanvue cannot be asked, so plans are judged by what people say.
    let model = world.model("reconnect").await;
    let mut subjects = Vec::new();
    for plan in &life.plans {
        let member = world.member("Ana").await;
        let planned = instant(plan.planned);
        subjects.push(if plan.is_shift {
            let ends_at = instant(plan.planned + plan.length);
            world.shift(member, None, (planned, ends_at)).await
        } else {
            world.post(member, model, planned).await
        });
    }
    let mut told = 0;
    for check in 0..usize::try_from(CHECKS).unwrap() {
        let now = life.cadence * (u64::try_from(check).unwrap() + 1);
        tell(&world, (life, &subjects), (told, now), instant).await;
        told = now + 1;
        if life.outages[check] {
            continue;
        }
        world.set(instant(now.saturating_sub(life.behind[check])));
        look(&world, life.overlaps[check]).await;
    }
    let end = told + 4 * 24 * 60;
    tell(&world, (life, &subjects), (told, end), instant).await;
    world.set(instant(end));
    look(&world, false).await;
    look(&world, false).await;
    let expected = subjects.iter().zip(&life.plans);
    let expected = expected.flat_map(|(subject, plan)| defined(*subject, plan));
    (found(&world).await, expected.collect())
}

/// What people did from one minute to another.
async fn tell(
    world: &World,
    (life, subjects): (&Life, &[Uuid]),
    (from, to): (Minute, Minute),
    instant: impl Fn(Minute) -> Instant,
) {
    for (subject, plan) in subjects.iter().zip(&life.plans) {
        let is_now = |at: &Minute| (from..=to).contains(at);
        if let Some(done) = plan.done.filter(is_now) {
            if plan.is_shift {
                world.clock_in(*subject, instant(done)).await;
            } else {
                world
                    .set_of_post(*subject, "posted_at", instant(done))
                    .await;
            }
        }
        if let Some(cancelled) = plan.cancelled.filter(is_now) {
            if plan.is_shift {
                world.cancel_shift(*subject, instant(cancelled)).await;
            } else {
                let cancelled = instant(cancelled);
                world.set_of_post(*subject, "cancelled_at", cancelled).await;
            }
        }
    }
}

async fn look(world: &World, twice: bool) {
    let (platform, settings, request) = (&world.platform, &world.settings, world.request());
    let step = async || {
        check_late_shifts(platform, settings, &request)
            .await
            .unwrap();
        check_missed_posts(platform, settings, &request)
            .await
            .unwrap();
    };
    if twice {
        tokio::join!(step(), step());
    } else {
        step().await;
    }
}

async fn found(world: &World) -> Events {
    let rows = world
        .run(
            "select subject_id, kind, occurrence, withdrawal, minutes_late from team_events \
             where agency_id = $1 order by withdrawal",
            &[world.agency.into()],
        )
        .await;
    let mut events = Events::new();
    for row in rows {
        let key: (Uuid, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        let occurrence: i32 = row.get(2).unwrap();
        assert_eq!(occurrence, 1, "found twice: {key:?}");
        let withdrawal: bool = row.get(3).unwrap();
        if withdrawal {
            events.get_mut(&key).expect("found before it is gone").0 = true;
        } else {
            events.insert(key, (false, row.get(4).unwrap()));
        }
    }
    events
}

#[test]
fn d105_events_are_those_of_the_definition_each_once_at_any_cadence() {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok()).unwrap_or(24);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(async {
        match TestDatabase::native().await {
            Some(database) => database,
            None => TestDatabase::embedded().await,
        }
    });
    let mut runner = TestRunner::new(ProptestConfig {
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    });
    let result = runner.run(&life(), |life| {
        let (found, expected) = runtime.block_on(live(&database, &life));
        prop_assert_eq!(found, expected);
        Ok(())
    });
    runtime.block_on(async { drop(database) });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Every start of a week, at the cadences of the original and after an outage of two days.
#[test]
fn d105_no_start_of_a_week_goes_unseen() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = TestDatabase::embedded().await;
        for (cadence, outage) in [(60, None), (6 * 60, None), (6 * 60, Some(2 * 24 * 60))] {
            let monday = at("2026-11-16T00:00:00Z");
            let world = World::new(&database, "Europe/Berlin", monday).await;
            let instant = |minute: u64| monday.plus(MINUTE * u32::try_from(minute).unwrap());
            let mut shifts = 0;
            // One start in each quarter of an hour, each by somebody else.
            for start in (0..7 * 24 * 60).step_by(105) {
                let member = world.member("Ana").await;
                let planned = (instant(start), instant(start + 480));
                world.shift(member, None, planned).await;
                shifts += 1;
            }
            let mut now = 0;
            while now < 8 * 24 * 60 {
                now += match outage {
                    Some(outage) if now == 3 * 24 * 60 => outage,
                    _ => cadence,
                };
                world.set(instant(now));
                world.check_shifts().await;
            }
            for kind in ["shift_late", "shift_missed"] {
                let statement = format!(
                    "select count(*) from team_events where agency_id = $1 and kind = '{kind}'"
                );
                assert_eq!(
                    world.count(&statement).await,
                    shifts,
                    "{cadence} {outage:?}"
                );
            }
        }
    });
}
