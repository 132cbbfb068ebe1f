//! What a check does to what people wrote, and to whom.

use std::time::Duration;

use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_jobs::Outcome;
use tidemark_ports::{Sql as _, SqlError};

use crate::world::{NOON, World, at};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn d109_a_missed_shift_costs_points_and_a_late_clock_in_gives_them_back() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let start = at(NOON).minus(3 * HOUR);
        let shift = world
            .shift(member, None, (start, start.plus(8 * HOUR)))
            .await;
        let found = world.check_shifts().await;
        assert_eq!((found.outcome, found.rows.inserted), (Outcome::Done, 2));
        assert_eq!(world.standing().await, ["shift_late", "shift_missed"]);
        assert_eq!(world.points(member).await, -50);
        world.clock_in(shift, at(NOON)).await;
        world.check_shifts().await;
        assert_eq!(
            world.standing().await,
            ["shift_late", "shift_late_resolved"]
        );
        assert_eq!(world.points(member).await, -10);
        let states = world
            .count(
                "select count(*) from punctuality where agency_id = $1 \
                 and state = 'late_resolved' and minutes_late = 180",
            )
            .await;
        assert_eq!(states, 1);
    })
    .await;
}

#[tokio::test]
async fn d106_ten_checks_tell_of_a_late_shift_once() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let start = at(NOON);
        world
            .shift(member, None, (start, start.plus(8 * HOUR)))
            .await;
        for minutes in 11..21 {
            world.set(start.plus(Duration::from_mins(minutes)));
            world.check_shifts().await;
        }
        let events = "select count(*) from team_events where agency_id = $1";
        assert_eq!(world.count(events).await, 1);
        let alerts = "select count(*) from alerts where agency_id = $1";
        assert_eq!(world.count(alerts).await, 1);
    })
    .await;
}

#[tokio::test]
async fn d107_a_check_leaves_the_notes_of_a_shift_alone() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let start = at(NOON).minus(3 * HOUR);
        world
            .shift(member, None, (start, start.plus(8 * HOUR)))
            .await;
        world.check_shifts().await;
        let kept = "select count(*) from shifts where agency_id = $1 and notes = 'bring cake'";
        assert_eq!(world.count(kept).await, 1);
    })
    .await;
}

#[tokio::test]
async fn d108_the_earliest_of_two_clock_ins_counts() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let start = at(NOON);
        let shift = world
            .shift(member, None, (start, start.plus(8 * HOUR)))
            .await;
        world.clock_in(shift, start.plus(HOUR)).await;
        world
            .clock_in(shift, start.plus(Duration::from_mins(5)))
            .await;
        world.set(start.plus(2 * HOUR));
        world.check_shifts().await;
        assert_eq!(world.standing().await, ["shift_on_time"]);
        assert_eq!(world.points(member).await, 10);
    })
    .await;
}

/// A statement that the jobs' own role may not run.
async fn as_owner(database: &TestDatabase, statement: &str) {
    let client = database.pool().get().await.unwrap();
    client.batch_execute(statement).await.unwrap();
}

#[tokio::test]
async fn d113_a_check_whose_write_fails_tells_nobody_and_does_not_succeed() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let model = world.model("reconnect").await;
        world.post(member, model, at(NOON).minus(3 * HOUR)).await;
        as_owner(database, "alter table points_ledger rename to elsewhere").await;
        let (platform, settings, request) = (&world.platform, &world.settings, world.request());
        let step = tidemark_team::check_missed_posts(platform, settings, &request);
        assert!(step.await.is_err());
        as_owner(database, "alter table elsewhere rename to points_ledger").await;
        for table in ["alerts", "team_events"] {
            let rows = format!("select count(*) from {table} where agency_id = $1");
            assert_eq!(world.count(&rows).await, 0, "{table}");
        }
        world.check_posts().await;
        assert_eq!(world.standing().await, ["post_missed"]);
        assert_eq!(world.points(member).await, -20);
    })
    .await;
}

#[tokio::test]
async fn d114_a_backlog_is_marked_and_nobody_is_told_or_punished() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let model = world.model("active").await;
        let member = world.member("Ana").await;
        for days in 36..66_u64 {
            let start = at(NOON).minus(24 * HOUR * u32::try_from(days).unwrap());
            world
                .shift(member, None, (start, start.plus(8 * HOUR)))
                .await;
            world.post(member, model, start).await;
        }
        world.check_shifts().await;
        world.check_posts().await;
        let quiet = "select count(*) from team_events where agency_id = $1 and quiet";
        assert_eq!(world.count(quiet).await, 90);
        let loud = "select count(*) from alerts where agency_id = $1";
        assert_eq!(world.count(loud).await, 0);
        assert_eq!(world.points(member).await, 0);
        assert!(world.platform.http.sent.borrow().is_empty());
    })
    .await;
}

#[tokio::test]
async fn d115_a_shift_and_a_post_name_their_member_and_model_without_doubt() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let (ana, model) = (world.member("Ana").await, world.model("reconnect").await);
        world.member("Bea").await;
        world.model("reconnect").await;
        let start = at(NOON).minus(3 * HOUR);
        world
            .shift(ana, Some(model), (start, start.plus(8 * HOUR)))
            .await;
        world.post(ana, model, start).await;
        world.check_shifts().await;
        world.check_posts().await;
        let rows = world
            .run(
                "select title, detail from alerts where agency_id = $1 \
                 and kind in ('shift_missed', 'post_missed') order by title",
                &[world.agency.into()],
            )
            .await;
        let texts: Vec<(String, String)> = rows
            .iter()
            .map(|row| (row.get(0).unwrap(), row.get(1).unwrap()))
            .collect();
        assert_eq!(texts.len(), 2);
        assert_eq!(texts[0].0, "Ana missed a post");
        assert_eq!(
            texts[1].1,
            "Nobody clocked in to the shift for @mia that began at 2026-11-22 09:00 \
             (Europe/Berlin)."
        );
    })
    .await;
}

#[tokio::test]
async fn two_shifts_of_a_member_cannot_overlap_whoever_writes_them() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let start = at(NOON);
        let first = world
            .shift(member, None, (start, start.plus(8 * HOUR)))
            .await;
        let statement = "insert into shifts (agency_id, shift_id, member_id, starts_at, ends_at) \
                         values ($1, gen_random_uuid(), $2, instant_of($3), instant_of($4))";
        let (from, to) = (start.plus(7 * HOUR), start.plus(9 * HOUR));
        let parameters = [world.agency.into(), member.into(), from.into(), to.into()];
        let refused = world.platform.query(statement, &parameters).await;
        let Err(SqlError::Refused { code, message }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((code.as_str(), message), ("TM002", first.to_string()));
        world.cancel_shift(first, start).await;
        assert!(world.platform.query(statement, &parameters).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn what_was_found_and_booked_cannot_be_rewritten() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let member = world.member("Ana").await;
        let start = at(NOON).minus(3 * HOUR);
        world
            .shift(member, None, (start, start.plus(8 * HOUR)))
            .await;
        world.check_shifts().await;
        for statement in [
            "update points_ledger set points = 1",
            "delete from points_ledger",
            "update team_events set minutes_late = 1",
            "delete from team_events",
        ] {
            let refused = world.platform.query(statement, &[]).await;
            assert!(
                matches!(&refused, Err(SqlError::Refused { code, .. }) if code == "TM003"),
                "{statement}: {refused:?}"
            );
        }
    })
    .await;
}
