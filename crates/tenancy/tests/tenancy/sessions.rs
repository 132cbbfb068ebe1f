//! How long sessions and tokens are good for.

use tidemark_database::testing::for_each_database;
use tidemark_tenancy::token::{self, Credential};
use tidemark_tenancy::{Role, session};

use crate::support::{START, after, agency_with, caller, sql_of};

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_any_case_after_two_weeks() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (_, token) = agency_with(&sql, Role::Viewer).await;
        let owner = caller(&sql, &token).await;
        let idle = session::open(&sql, owner, START).await.unwrap();
        let busy = session::open(&sql, owner, START).await.unwrap();
        assert_ne!(idle.id.expose(), busy.id.expose());
        let hours = 60;
        let last = 14 * 24 * hours;
        for minute in (0..last).step_by(11 * 60) {
            let seen = session::authenticate(&sql, busy.id.expose(), after(minute)).await;
            assert!(seen.unwrap().is_some(), "minute {minute}");
        }
        let seen = session::authenticate(&sql, busy.id.expose(), after(last)).await;
        assert_eq!(seen.unwrap(), None);
        let seen = session::authenticate(&sql, idle.id.expose(), after(12 * hours)).await;
        assert_eq!(seen.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_aged_id_is_exchanged_once_and_serves_what_was_under_way() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (_, token) = agency_with(&sql, Role::Viewer).await;
        let owner = caller(&sql, &token).await;
        let old = session::open(&sql, owner, START).await.unwrap();
        let young = session::authenticate(&sql, old.id.expose(), after(59)).await;
        let young = young.unwrap().unwrap();
        assert_eq!(young.credential, Credential::Session { aged: false });
        let aged = session::authenticate(&sql, old.id.expose(), after(60)).await;
        let aged = aged.unwrap().unwrap();
        assert_eq!(aged.credential, Credential::Session { aged: true });

        let new = session::rotate(&sql, aged, old.id.expose(), after(60))
            .await
            .unwrap();
        let new = new.unwrap();
        assert_eq!(new.expires_at, old.expires_at);
        let again = session::rotate(&sql, aged, old.id.expose(), after(60))
            .await
            .unwrap();
        assert!(again.is_none());
        for (id, minute, good) in [(&old, 60, true), (&old, 61, false), (&new, 61, true)] {
            let seen = session::authenticate(&sql, id.id.expose(), after(minute)).await;
            assert_eq!(seen.unwrap().is_some(), good, "minute {minute}");
        }
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_every_id_of_the_sign_in_and_no_other_sign_in() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (_, token) = agency_with(&sql, Role::Viewer).await;
        let owner = caller(&sql, &token).await;
        let here = session::open(&sql, owner, START).await.unwrap();
        let elsewhere = session::open(&sql, owner, after(1)).await.unwrap();
        let rotated = session::rotate(&sql, owner, here.id.expose(), after(61)).await;
        let rotated = rotated.unwrap().unwrap();
        session::close(&sql, rotated.id.expose(), after(61))
            .await
            .unwrap();
        for (id, good) in [(&here, false), (&rotated, false), (&elsewhere, true)] {
            let seen = session::authenticate(&sql, id.id.expose(), after(61)).await;
            assert_eq!(seen.unwrap().is_some(), good);
        }
    })
    .await;
}

#[tokio::test]
async fn revoking_a_token_ends_it_and_its_sessions_at_once() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (agency, token) = agency_with(&sql, Role::Manager).await;
        let owner = caller(&sql, &token).await;
        let open = session::open(&sql, owner, START).await.unwrap();
        assert!(
            token::revoke(&sql, agency, owner.token, after(1))
                .await
                .unwrap()
        );
        assert!(
            !token::revoke(&sql, agency, owner.token, after(2))
                .await
                .unwrap()
        );
        let seen = session::authenticate(&sql, open.id.expose(), after(2)).await;
        assert_eq!(seen.unwrap(), None);
        let seen = token::authenticate(&sql, token.expose(), after(2)).await;
        assert_eq!(seen.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_of_a_token_is_told_to_the_minute() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (agency, token) = agency_with(&sql, Role::Owner).await;
        let last_use = async || token::list(&sql, agency).await.unwrap()[0].last_used_at;
        assert_eq!(last_use().await, None);
        for (minute, noted) in [(0, 0), (1, 1), (5, 5)] {
            token::authenticate(&sql, token.expose(), after(minute))
                .await
                .unwrap();
            assert_eq!(last_use().await, Some(after(noted)));
        }
        let within_the_minute = after(5).plus(std::time::Duration::from_secs(59));
        token::authenticate(&sql, token.expose(), within_the_minute)
            .await
            .unwrap();
        assert_eq!(last_use().await, Some(after(5)));
    })
    .await;
}
