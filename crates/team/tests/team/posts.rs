//! Fanvue's own posts confirm planned ones.

use std::time::Duration;

use serde_json::json;
use tidemark_database::testing::for_each_database;
use tidemark_domain::Instant;
use tidemark_jobs::Outcome;
use tidemark_ports::{HttpResponse, Value};
use uuid::Uuid;

use crate::world::{NOON, World, at, status};

const HOUR: Duration = Duration::from_hours(1);

/// A feed of posts that were published then, the first one pinned.
fn feed(published: &[(u128, Instant)]) -> HttpResponse {
    let rows = published.iter().enumerate().map(|(place, (number, at))| {
        json!({
            "uuid": Uuid::from_u128(*number),
            "publishedAt": at.to_string(),
            "isPinned": place == 0,
        })
    });
    let body = json!({
        "data": rows.collect::<Vec<_>>(),
        "pagination": {"page": 1, "size": published.len(), "hasMore": false},
    });
    HttpResponse {
        body: body.to_string().into_bytes(),
        ..status(200)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_on_fanvue_confirms_the_nearest_plan_and_only_one() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let (ana, mia) = (world.member("Ana").await, world.model("active").await);
        world.post(ana, mia, at(NOON).minus(5 * HOUR)).await;
        world.post(ana, mia, at(NOON).minus(4 * HOUR)).await;
        let published = at(NOON).minus(Duration::from_mins(230));
        world
            .platform
            .http
            .answers(move |_| Ok(feed(&[(1, at("2020-01-01T00:00:00Z")), (2, published)])));
        let report = world.check_posts().await;
        assert_eq!((report.outcome, report.api_calls), (Outcome::Done, 1));
        assert_eq!(world.standing().await, ["post_missed", "post_on_time"]);
        assert_eq!(world.points(ana).await, 5 - 20);
        // The late one comes after all.
        let late = at(NOON).plus(HOUR);
        world
            .platform
            .http
            .answers(move |_| Ok(feed(&[(1, late), (2, published), (3, late)])));
        world.set(at(NOON).plus(2 * HOUR));
        world.check_posts().await;
        assert_eq!(
            world.standing().await,
            ["post_late_resolved", "post_on_time"]
        );
        assert_eq!(world.points(ana).await, 5);
        // Nothing is open any more, so nothing is asked.
        let report = world.check_posts().await;
        assert_eq!(report.api_calls, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_not_called_missed_while_nobody_can_know() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let (ana, mia) = (world.member("Ana").await, world.model("active").await);
        world.post(ana, mia, at(NOON).minus(5 * HOUR)).await;
        world.platform.http.answers(|_| Ok(status(404)));
        let report = world.check_posts().await;
        assert_eq!(report.problems.len(), 1);
        assert!(world.standing().await.is_empty());
        world.platform.http.answers(|_| Ok(feed(&[])));
        world.check_posts().await;
        assert_eq!(world.standing().await, ["post_missed"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d112_a_persons_word_is_not_overwritten_and_takes_its_post_with_it() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let (ana, mia) = (world.member("Ana").await, world.model("active").await);
        let by_hand = world.post(ana, mia, at(NOON).minus(4 * HOUR)).await;
        let open = world.post(ana, mia, at(NOON).minus(3 * HOUR)).await;
        let said_at = at(NOON).minus(4 * HOUR);
        let sql = world.platform.sql.clone();
        let agency = world.agency;
        // Marked as posted between the check's read and its write: while Fanvue answers.
        let runtime = tokio::runtime::Handle::current();
        world.platform.http.answers(move |_| {
            let (sql, statement) = (
                sql.clone(),
                "update planned_posts set posted_at = instant_of($3) \
                 where agency_id = $1 and post_plan_id = $2",
            );
            let parameters: [Value; 3] = [agency.into(), by_hand.into(), said_at.into()];
            let runtime = runtime.clone();
            std::thread::spawn(move || {
                runtime.block_on(async {
                    use tidemark_ports::Sql as _;
                    sql.query(statement, &parameters).await.unwrap();
                });
            })
            .join()
            .unwrap();
            Ok(feed(&[(1, said_at.plus(Duration::from_mins(3)))]))
        });
        world.check_posts().await;
        let kept = world
            .run(
                "select count(*) from planned_posts where agency_id = $1 and post_plan_id = $2 \
                 and posted_at = instant_of($3) and fanvue_post_id is not null",
                &[agency.into(), by_hand.into(), said_at.into()],
            )
            .await;
        assert_eq!(kept[0].get::<i64>(0), Ok(1));
        let confirmed = world
            .run(
                "select count(*) from planned_posts where agency_id = $1 and post_plan_id = $2 \
                 and posted_at is not null",
                &[agency.into(), open.into()],
            )
            .await;
        assert_eq!(confirmed[0].get::<i64>(0), Ok(0));
    })
    .await;
}
