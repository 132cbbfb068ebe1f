//! What is remembered of steps, and for how long.

use tidemark_database::testing::for_each_database;
use tidemark_tests::World;

#[tokio::test]
async fn steps_are_remembered_for_ninety_days() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let job = "check-late-shifts";
        world.step(job, None).await;
        for (job, days) in [(job, 91), (job, 89), ("check-missed-posts", 91)] {
            let statement = format!(
                "insert into job_steps (agency_id, job, started_at, took_ms, outcome, report) \
                 values ('{}', '{job}', now() - interval '{days} days', 1, 'done', '{{}}')",
                world.agency
            );
            world.rows(&statement).await;
        }
        world.step(job, None).await;
        let count = async |job: &str| {
            let statement = format!("select count(*) from job_steps where job = '{job}'");
            world.count(&statement).await
        };
        assert_eq!(
            count(job).await,
            3,
            "the two of today and that of 89 days ago"
        );
        let other = count("check-missed-posts").await;
        assert_eq!(other, 1, "each job forgets its own");
    })
    .await;
}
