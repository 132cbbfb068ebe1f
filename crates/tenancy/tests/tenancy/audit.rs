//! Who did what.

use serde_json::json;
use tidemark_database::testing::for_each_database;
use tidemark_domain::Zone;
use tidemark_ports::Bound;
use tidemark_tenancy::audit::{self, Action, Deed};
use tidemark_tenancy::token::{self, Checked};
use tidemark_tenancy::{Role, agency, session};

use crate::support::{START, after, agency_with, caller, sql_of};

#[tokio::test]
async fn what_changes_who_may_do_what_is_noted_with_who_did_it() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (agency, token) = agency_with(&sql, Role::Owner).await;
        let (elsewhere, _) = agency_with(&sql, Role::Owner).await;
        let owner = caller(&sql, &token).await;
        let signed_in = session::open(&sql, owner, after(1)).await.unwrap();
        session::close(&sql, signed_in.id.expose(), after(2))
            .await
            .unwrap();
        let zone = Zone::parse("Asia/Tokyo").unwrap();
        assert!(
            agency::set_zone(&sql, agency, &zone, after(3))
                .await
                .unwrap()
        );
        assert!(
            token::revoke(&sql, agency, owner.token, after(4))
                .await
                .unwrap()
        );

        let entries = audit::page(&sql, agency, None, 10).await.unwrap();
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.action.as_str(), entry.actor.is_some(), entry.at))
            .collect();
        assert_eq!(
            told,
            [
                ("token.revoked", false, after(4)),
                ("agency.timezone-changed", false, after(3)),
                ("sign-in.ended", true, after(2)),
                ("sign-in.succeeded", true, after(1)),
                ("token.created", false, START),
                ("agency.created", false, START),
            ]
        );
        assert_eq!(entries[1].detail, json!({"timezone": "Asia/Tokyo"}));
        assert_eq!(entries[4].subject, Some(owner.token.to_string()));
        let rest = audit::page(&sql, agency, Some(entries[3].entry), 10)
            .await
            .unwrap();
        assert_eq!(rest, entries[4..]);
        let other = Bound::tenant(&sql, elsewhere);
        assert_eq!(audit::page(&other, agency, None, 10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_repeats_the_same_leaves_one_entry() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (agency, token) = agency_with(&sql, Role::Owner).await;
        let deed = Deed {
            agency,
            actor: Some(caller(&sql, &token).await.token),
            action: Action::SyncRequested,
            subject: None,
            detail: json!({"full": false}),
        };
        for (now, since) in [(20, 10), (21, 11), (31, 21)] {
            audit::note_once(&sql, &deed, after(since), after(now))
                .await
                .unwrap();
        }
        let entries = audit::page(&sql, agency, None, 10).await.unwrap();
        let requests = entries
            .iter()
            .filter(|entry| entry.action == "sync.requested");
        assert_eq!(
            requests.map(|entry| entry.at).collect::<Vec<_>>(),
            [after(31), after(20)]
        );
        let again = audit::note(&sql, &deed, after(31)).await;
        assert!(again.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_told_from_an_unknown_one() {
    for_each_database(async |database| {
        let sql = sql_of(database);
        let (agency, token) = agency_with(&sql, Role::Owner).await;
        let owner = caller(&sql, &token).await;
        token::revoke(&sql, agency, owner.token, START)
            .await
            .unwrap();
        let checked = token::check(&sql, token.expose(), START).await.unwrap();
        assert_eq!(checked, Checked::Revoked(owner));
        let checked = token::check(&sql, "tdm_nobody", START).await.unwrap();
        assert_eq!(checked, Checked::Unknown);
    })
    .await;
}

/// How operators forget old entries.
fn documented_way() -> &'static str {
    let operations = include_str!("../../../../docs/OPERATIONS.md");
    let (_, block) = operations.split_once("```sql\n").unwrap();
    block.split_once("```").unwrap().0
}

#[tokio::test]
async fn the_owner_of_the_log_forgets_what_is_older_than_400_days_and_no_role_of_the_application() {
    for_each_database(async |database| {
        let (agency, _) = agency_with(&sql_of(database), Role::Owner).await;
        let mut client = database.pool().get().await.unwrap();
        for age in [399, 401] {
            let old = format!(
                "insert into audit_log (agency_id, at, action)
                 values ('{agency}', now() - interval '{age} days', 'old.{age}')"
            );
            client.batch_execute(&old).await.unwrap();
        }
        // An owner as in production: not above row level security.
        let owner = "create role keeper; grant all on schema public to keeper;
                     alter table audit_log owner to keeper; set local role keeper";
        let whole = client.transaction().await.unwrap();
        whole.batch_execute(owner).await.unwrap();
        whole.batch_execute(documented_way()).await.unwrap();
        whole.batch_execute("reset role").await.unwrap();
        let left =
            "select array_agg(action order by action) from audit_log where action like 'old.%'";
        let left: Vec<String> = whole.query_one(left, &[]).await.unwrap().get(0);
        assert_eq!(left, ["old.399"]);
        let forced = "select relforcerowsecurity from pg_class where oid = 'audit_log'::regclass";
        assert!(
            whole
                .query_one(forced, &[])
                .await
                .unwrap()
                .get::<_, bool>(0)
        );
        whole.rollback().await.unwrap();
        for role in ["tidemark_tenant", "tidemark_jobs"] {
            let trespass = client.transaction().await.unwrap();
            let act = format!("set local role {role}");
            trespass.batch_execute(&act).await.unwrap();
            let denied = trespass.batch_execute("delete from audit_log").await;
            assert_eq!(
                denied.unwrap_err().code().unwrap().code(),
                "42501",
                "{role}"
            );
            trespass.rollback().await.unwrap();
        }
    })
    .await;
}
