//! For whom a session acts, from one user of a connection to the next.

use tidemark_database::testing::for_each_database;
use tidemark_database::{Client, Pool, PoolOptions};

const ACTS: &str =
    "select current_user::text, coalesce(current_setting('tidemark.agency', true), '')";

async fn acts(client: &Client) -> (String, String) {
    let row = client.query_one(ACTS, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn whoever_takes_a_connection_has_the_rights_of_its_user() {
    for_each_database(async |database| {
        // The pool's own connection must go first: the embedded server has only one.
        let user = acts(&database.pool().get().await.unwrap()).await;
        database.pool().close();
        let options = PoolOptions {
            max_size: 1,
            ..PoolOptions::default()
        };
        let pool = Pool::from_url(database.url(), options).unwrap();
        let as_jobs = ("tidemark_jobs".to_owned(), "a".to_owned());

        let mut client = pool.get_as_left().await.unwrap();
        client.act_as("tidemark_jobs", "a").await.unwrap();
        assert_eq!(acts(&client).await, as_jobs);
        drop(client);
        let client = pool.get_as_left().await.unwrap();
        assert_eq!(acts(&client).await, as_jobs);
        drop(client);
        assert_eq!(acts(&pool.get().await.unwrap()).await, user);

        // What its user does itself is not remembered, and so undone as well.
        let client = pool.get().await.unwrap();
        client
            .batch_execute("set role tidemark_gate")
            .await
            .unwrap();
        drop(client);
        assert_eq!(acts(&pool.get().await.unwrap()).await, user);
        let mut client = pool.get_as_left().await.unwrap();
        client.act_as("tidemark_jobs", "a").await.unwrap();
        assert_eq!(acts(&client).await, as_jobs);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_cannot_act_for_somebody_acts_for_whom_it_did() {
    for_each_database(async |database| {
        let mut client = database.pool().get_as_left().await.unwrap();
        client.act_as("tidemark_jobs", "a").await.unwrap();
        let refused = client.act_as("nobody_of_this_name", "b").await;
        assert!(refused.is_err());
        let as_jobs = ("tidemark_jobs".to_owned(), "a".to_owned());
        assert_eq!(acts(&client).await, as_jobs);
        client.act_as("tidemark_jobs", "a").await.unwrap();
        assert_eq!(acts(&client).await, as_jobs);
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_while_rights_are_taken_back_leaves_no_wrong_memory() {
    for_each_database(async |database| {
        let mut client = database.pool().get_as_left().await.unwrap();
        client.act_as("tidemark_jobs", "a").await.unwrap();
        // Asked once, so that the server is told, and dropped before it has answered.
        tokio::select! {
            biased;
            _ = client.act_as_its_user() => panic!("answered at once"),
            () = std::future::ready(()) => {}
        }
        client.act_as("tidemark_jobs", "a").await.unwrap();
        let as_jobs = ("tidemark_jobs".to_owned(), "a".to_owned());
        assert_eq!(acts(&client).await, as_jobs);
    })
    .await;
}
