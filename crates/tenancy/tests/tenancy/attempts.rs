//! Limits on failed sign-ins.

use tidemark_database::testing::for_each_database;
use tidemark_ports::{Actor, Sql as _};
use tidemark_tenancy::attempts::{Attempt, FAILURES_PER_ADDRESS, FAILURES_PER_TOKEN, MOST_ROWS};

use crate::support::gate_of;
use crate::support::{START, after, sql_of};

#[tokio::test]
async fn failures_stop_a_client_for_a_while_and_nobody_else() {
    for_each_database(async |database| {
        let gate = gate_of(database);
        let mine = Attempt::new(Some("10.0.0.1:5000"), "tdm_0123456789");
        for _ in 0..FAILURES_PER_TOKEN {
            assert_eq!(mine.refused_until(&gate, START).await.unwrap(), None);
            mine.failed(&gate, START).await.unwrap();
        }
        assert_eq!(
            mine.refused_until(&gate, after(1)).await.unwrap(),
            Some(after(15))
        );
        for other in [
            Attempt::new(Some("10.0.0.1:5001"), "tdm_abcdef0123"),
            Attempt::new(Some("10.0.0.2:5000"), "tdm_0123456789"),
            Attempt::new(None, "tdm_0123456789"),
        ] {
            assert_eq!(other.refused_until(&gate, after(1)).await.unwrap(), None);
        }
        assert_eq!(mine.refused_until(&gate, after(15)).await.unwrap(), None);
        mine.failed(&gate, after(15)).await.unwrap();
        assert_eq!(mine.refused_until(&gate, after(15)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_many_tokens_is_stopped_too() {
    for_each_database(async |database| {
        let gate = gate_of(database);
        for number in 0..FAILURES_PER_ADDRESS {
            let token = format!("tdm_{number:08}");
            let attempt = Attempt::new(Some("10.0.0.1:5000"), &token);
            assert_eq!(attempt.refused_until(&gate, START).await.unwrap(), None);
            attempt.failed(&gate, START).await.unwrap();
        }
        let next = Attempt::new(Some("10.0.0.1:9"), "tdm_next");
        assert_eq!(
            next.refused_until(&gate, START).await.unwrap(),
            Some(after(15))
        );
        let elsewhere = Attempt::new(Some("10.0.0.9:9"), "tdm_next");
        assert_eq!(elsewhere.refused_until(&gate, START).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_table_of_attempts_cannot_grow_beyond_its_bound() {
    for_each_database(async |database| {
        let gate = gate_of(database);
        let fill = "insert into login_attempts \
                    select 'old ' || number, 1, instant_of($1) + number * interval '1 millisecond' \
                    from generate_series(1, $2::bigint) as number";
        let parameters = [after(10).into(), MOST_ROWS.into()];
        gate.query(fill, &parameters).await.unwrap();
        let attempt = Attempt::new(Some("10.0.0.1:5000"), "tdm_0123456789");
        attempt.failed(&gate, START).await.unwrap();
        let counted = gate
            .query("select count(*) from login_attempts", &[])
            .await
            .unwrap();
        assert_eq!(counted[0].get(0), Ok(MOST_ROWS));
        // What is over goes first.
        attempt.failed(&gate, after(12)).await.unwrap();
        let counted = gate
            .query("select count(*) from login_attempts", &[])
            .await
            .unwrap();
        assert_eq!(counted[0].get(0), Ok(MOST_ROWS - 100));
        let jobs = sql_of(database);
        let denied = jobs
            .query_as(Actor::Jobs, "select 1 from login_attempts", &[])
            .await;
        assert!(denied.is_err());
    })
    .await;
}
