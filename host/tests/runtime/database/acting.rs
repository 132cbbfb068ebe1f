//! For whom a guest acts, as Tidemark's components say before their statements.

use super::{leave_asleep, on_native_server, run, run_one, setup};
use crate::support::postgres::Database;

const AGENCY: &str =
    "query select coalesce(current_setting('tidemark.agency', true), '') as agency";

#[tokio::test]
async fn for_whom_a_guest_acts_is_told_once_and_is_never_whom_the_next_acts_for() {
    on_native_server(async |host| {
        let host = &host;
        let told = r#"set_config,set_config [DbValue::Str("none"),DbValue::Str("a")]"#;
        let acts = r#"agency [DbValue::Str("a")]"#;
        for _ in 0..3 {
            let lines = run(host, &format!("act none a\n{AGENCY}\n{AGENCY}")).await;
            assert_eq!(lines, [told, acts, acts]);
        }
        let times = "query select generic_plans + custom_plans as n from pg_prepared_statements
                     where statement like 'select set_config(''role''%'";
        let times = format!("act none a\n{}", times.replace('\n', " "));
        assert_eq!(run(host, &times).await[1], "n [DbValue::Int64(1)]");

        let other = run(host, &format!("act none b\n{AGENCY}")).await;
        assert_eq!(other[1], r#"agency [DbValue::Str("b")]"#);
        let own = r#"agency [DbValue::Str("")]"#;
        assert_eq!(run_one(host, AGENCY).await, own);
    })
    .await;
}

#[tokio::test]
async fn a_guest_that_cannot_act_as_it_says_does_not_act_as_the_one_before() {
    on_native_server(async |host| {
        let host = &host;
        run_one(host, "act none a").await;
        let lines = run(host, &format!("act nobody_of_this_name b\n{AGENCY}")).await;
        assert!(lines[0].starts_with("error 22023"), "{lines:?}");
        assert_eq!(lines[1], r#"agency [DbValue::Str("")]"#);
    })
    .await;
}

#[tokio::test]
async fn for_whom_a_guest_acts_within_a_transaction_ends_with_it() {
    on_native_server(async |host| {
        let host = &host;
        run_one(host, "act none a").await;
        let script =
            format!("act none b\nexecute begin\nact none c\n{AGENCY}\nexecute rollback\n{AGENCY}");
        let lines = run(host, &script).await;
        assert_eq!(lines[3], r#"agency [DbValue::Str("c")]"#);
        assert_eq!(lines[5], r#"agency [DbValue::Str("b")]"#);
        let next = run(host, &format!("act none c\n{AGENCY}")).await;
        assert_eq!(next[1], r#"agency [DbValue::Str("c")]"#);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_whom_a_guest_acted_is_not_remembered_over_the_reset_after_it_left() {
    let Some(database) = Database::native().await else {
        return;
    };
    let host = setup(database.one_connection(true)).start().await;
    leave_asleep(&host, &database, "act none a\n").await;
    let next = run(&host, &format!("act none a\n{AGENCY}")).await;
    assert_eq!(next[1], r#"agency [DbValue::Str("a")]"#);
}
