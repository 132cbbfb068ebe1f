//! A new `token_key`, from both keys to the new one alone.

use std::time::Duration;

use tidemark_connections::rotation::{Sealed, examine, reseal};
use tidemark_connections::store::{self, NewGrant};
use tidemark_database::testing::for_each_database;
use tidemark_domain::{AgencyId, ConnectionId, Instant, Secret, Zone};
use tidemark_native::SqlPool;
use tidemark_ports::{Sql as _, Value};
use tidemark_sealing::{KeyRing, TokenKind, generate_key};
use tidemark_tenancy::agency;

const NOW: Instant = Instant::from_micros(1_790_000_000_000_000);

fn ring(keys: &[&Secret]) -> KeyRing {
    let keys: Vec<&str> = keys.iter().map(|key| key.expose()).collect();
    KeyRing::parse(&Secret::new(keys.join(","))).unwrap()
}

async fn connect(sql: &SqlPool, keys: &KeyRing, token: &str) -> AgencyId {
    let agency = AgencyId::new(random(sql).await);
    let zone = Zone::utc();
    agency::create(sql, agency, "Blue Hour", &zone, NOW)
        .await
        .unwrap();
    let grant = NewGrant {
        access_token: Secret::new(format!("{token}-access")),
        refresh_token: Secret::new(format!("{token}-refresh")),
        expires_in: Duration::from_hours(1),
    };
    let id = (agency, ConnectionId::new(random(sql).await));
    store::connect(sql, keys, id, &grant, NOW).await.unwrap();
    agency
}

async fn random(sql: &SqlPool) -> uuid::Uuid {
    let rows = sql.query("select gen_random_uuid()", &[]).await.unwrap();
    rows[0].get(0).unwrap()
}

#[tokio::test]
async fn after_a_rotation_the_old_key_opens_nothing_and_is_not_missed() {
    for_each_database(async |database| {
        let sql = SqlPool::new(database.pool().clone());
        let (old, new) = (generate_key().unwrap(), generate_key().unwrap());
        let lost = generate_key().unwrap();
        let agency = connect(&sql, &ring(&[&old]), "first").await;
        connect(&sql, &ring(&[&new]), "second").await;
        connect(&sql, &ring(&[&lost]), "third").await;

        let rotating = ring(&[&new, &old]);
        let before = Sealed {
            with_first: 1,
            with_another: 1,
            unopenable: 1,
        };
        assert_eq!(examine(&sql, &rotating).await.unwrap(), before);
        assert_eq!(reseal(&sql, &rotating).await.unwrap(), 1);
        assert_eq!(reseal(&sql, &rotating).await.unwrap(), 0);
        let after = Sealed {
            with_first: 2,
            with_another: 0,
            unopenable: 1,
        };
        assert_eq!(examine(&sql, &ring(&[&new])).await.unwrap(), after);
        let sealed = "select access_token_sealed, refresh_token_sealed from connections \
                      where agency_id = $1";
        let rows = sql.query(sealed, &[Value::from(agency)]).await.unwrap();
        for (column, kind, token) in [
            (0, TokenKind::Access, "first-access"),
            (1, TokenKind::Refresh, "first-refresh"),
        ] {
            let sealed: Vec<u8> = rows[0].get(column).unwrap();
            let opened = ring(&[&new]).open(agency, kind, &sealed).unwrap();
            assert_eq!(opened.expose(), token);
            assert!(ring(&[&old]).open(agency, kind, &sealed).is_err());
        }
    })
    .await;
}
