//! Renewing a token on two hosts: two sets of ports, each on a thread and a pool of its own, on one
//! Postgres and one Fanvue.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tidemark_connections::access::{Grant, access};
use tidemark_connections::store::{self, NewGrant};
use tidemark_connections::{ConnectionError, ConnectionSettings};
use tidemark_database::testing::TestDatabase;
use tidemark_database::{Pool, PoolOptions};
use tidemark_domain::{AgencyId, ConnectionId, Secret, Zone};
use tidemark_fanvue::{FanvueClient, FanvueSettings};
use tidemark_native::{HttpClient, NativePlatform, SqlPool, SystemClock};
use tidemark_ports::Clock as _;
use tidemark_sealing::{KeyRing, generate_key};
use tidemark_simulator::{
    API_VERSION, FaultKind, FaultTarget, ScriptedFault, Simulator, SimulatorConfig,
};
use tidemark_tenancy::agency;
use uuid::Uuid;

const HOSTS: usize = 2;
const CALLERS_PER_HOST: usize = 50;
const TOKEN_ENDPOINT: &str = "POST /oauth2/token";

/// Another host: nothing is shared with the others but the server.
fn host(url: &Secret) -> NativePlatform {
    NativePlatform {
        clock: SystemClock,
        http: HttpClient::new(HttpClient::TIMEOUT).unwrap(),
        sql: SqlPool::new(Pool::from_url(url, PoolOptions::default()).unwrap()),
    }
}

fn settings(simulator: &Simulator, token_key: &Secret) -> ConnectionSettings {
    let client = simulator.client();
    ConnectionSettings {
        fanvue: FanvueSettings {
            api_url: simulator.base_url(),
            auth_url: simulator.base_url(),
            api_version: API_VERSION.to_owned(),
            client_id: client.id,
            client_secret: Secret::new(client.secret),
        },
        keys: KeyRing::parse(token_key).unwrap(),
    }
}

struct Connected {
    database: TestDatabase,
    simulator: Simulator,
    token_key: Secret,
    id: (AgencyId, ConnectionId),
}

impl Connected {
    /// An agency whose token has run out; `None` without a server.
    async fn with_an_expired_token() -> Option<Self> {
        let database = TestDatabase::native().await?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let config = SimulatorConfig::default()
            .with_models(1)
            .with_transactions(1);
        let simulator = Simulator::start(config, listen).await.unwrap();
        let token_key = generate_key().unwrap();
        let platform = host(database.url());
        let id = (
            AgencyId::new(Uuid::new_v4()),
            ConnectionId::new(Uuid::new_v4()),
        );
        let now = platform.now();
        agency::create(&platform, id.0, "Blue Hour", &Zone::utc(), now)
            .await
            .unwrap();
        let grant = simulator.agency_grant();
        let grant = NewGrant {
            access_token: Secret::new(grant.access_token),
            refresh_token: Secret::new(grant.refresh_token),
            expires_in: Duration::ZERO,
        };
        let keys = KeyRing::parse(&token_key).unwrap();
        store::connect(&platform, &keys, id, &grant, now)
            .await
            .unwrap();
        Some(Self {
            database,
            simulator,
            token_key,
            id,
        })
    }

    /// What every caller of every host got, all asking at the same time.
    async fn ask_everywhere(&self) -> Vec<Result<Grant, ConnectionError>> {
        let hosts: Vec<_> = (0..HOSTS)
            .map(|_| {
                let (url, id) = (self.database.url().clone(), self.id);
                let settings = settings(&self.simulator, &self.token_key);
                tokio::task::spawn_blocking(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .unwrap();
                    runtime.block_on(async {
                        let platform = host(&url);
                        let callers =
                            (0..CALLERS_PER_HOST).map(|_| access(&platform, &settings, id.0, id.1));
                        futures::future::join_all(callers).await
                    })
                })
            })
            .collect();
        let mut all = Vec::new();
        for answers in futures::future::join_all(hosts).await {
            all.extend(answers.unwrap());
        }
        all
    }

    fn refreshes(&self) -> u64 {
        self.simulator.request_log().endpoint(TOKEN_ENDPOINT)
    }

    async fn text(&self, statement: &str) -> String {
        let client = self.database.pool().get().await.unwrap();
        client.query_one(statement, &[]).await.unwrap().get(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d124_a_hundred_callers_on_two_hosts_renew_an_expired_token_once() {
    let Some(connected) = Connected::with_an_expired_token().await else {
        return;
    };
    for round in 1..=3 {
        let grants = connected.ask_everywhere().await;
        assert_eq!(grants.len(), HOSTS * CALLERS_PER_HOST);
        let first = grants[0].as_ref().unwrap().access_token.clone();
        for grant in &grants {
            let grant = grant.as_ref().unwrap();
            assert_eq!(grant.version, round + 1);
            assert_eq!(grant.access_token, first, "one token for all");
        }
        assert_eq!(
            connected.refreshes(),
            round.unsigned_abs(),
            "one refresh a round"
        );
        // Reuse would have revoked the chain, and the token with it.
        let platform = host(connected.database.url());
        let settings = settings(&connected.simulator, &connected.token_key);
        let client = FanvueClient::new(&platform, &settings.fanvue, first);
        client.principal().await.unwrap();
        let expire = "update connections set obtained_at = now() - interval '2 hours', \
                      expires_at = now() - interval '1 hour' returning state";
        assert_eq!(connected.text(expire).await, "active");
    }
    let refused = connected.simulator.request_log().status(400);
    assert_eq!(refused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn d124_a_refresh_that_fails_is_tried_once_by_all_hosts_together_and_then_left_alone() {
    let Some(connected) = Connected::with_an_expired_token().await else {
        return;
    };
    let fault = ScriptedFault::new(FaultKind::BadGateway)
        .on(FaultTarget::Token)
        .times(50);
    connected.simulator.script_fault(fault);
    for _ in 0..2 {
        for answer in connected.ask_everywhere().await {
            let error = answer.unwrap_err();
            assert_eq!(error.code(), "refresh_failed", "{error}");
        }
    }
    assert_eq!(connected.refreshes(), 1);
    let wait = "select (refresh_retry_at - now() > interval '110 seconds')::text from connections";
    assert_eq!(connected.text(wait).await, "true");
    let state = "select state from connections";
    assert_eq!(
        connected.text(state).await,
        "active",
        "the grant is not lost"
    );
}
