//! Connecting an account through the real components: a browser, the simulator's page of consent, and
//! back.

use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;
use tidemark_database::testing::for_each_database;
use tidemark_ports::Clock as _;
use tidemark_simulator::{NewSale, Source};
use tidemark_tenancy::{Role, token};
use tidemark_tests::World;

const CONNECTIONS: &str = "select count(*) from connections where state = 'active'";

/// How long a first read may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser that is signed in.
struct Browser<'w> {
    world: &'w World,
    cookie: String,
}

impl<'w> Browser<'w> {
    async fn signed_in_as(world: &'w World, role: Role) -> Self {
        let now = world.platform.now();
        let token = token::create(&world.platform, world.agency, role, now)
            .await
            .unwrap();
        Self::with_token(world, token.expose()).await
    }

    async fn with_token(world: &'w World, token: &str) -> Self {
        let signed_in = world.request(Method::GET, &format!("/login?token={token}"));
        let signed_in = signed_in.send().await.unwrap();
        let cookie = signed_in.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { world, cookie }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.world.request(Method::GET, path);
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    /// Off to Fanvue; the address of its page of consent.
    async fn leave(&self) -> String {
        let response = self.get("/connect/fanvue").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()["cache-control"], "no-store");
        location(&response)
    }

    /// Back at the address that Fanvue redirects to.
    async fn come_back(&self, address: &str) -> Response {
        let path = address.strip_prefix(&self.world.url);
        self.get(path.expect("the registered address")).await
    }

    /// The whole way, with what the person at Fanvue chooses.
    async fn connect(&self, choice: &str) -> Response {
        let consent = self.leave().await;
        let back = at_fanvue(&format!("{consent}{choice}")).await;
        self.come_back(&back).await
    }
}

fn location(response: &Response) -> String {
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// What Fanvue's page redirects to.
async fn at_fanvue(address: &str) -> String {
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    location(&client.get(address).send().await.unwrap())
}

fn parameter(address: &str, name: &str) -> String {
    let url = reqwest::Url::parse(address).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

async fn page(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status);
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    response.text().await.unwrap()
}

async fn until(world: &World, statement: &str, wanted: i64) {
    let began = Instant::now();
    loop {
        let found = world.count(statement).await;
        if found == wanted {
            return;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{statement}: {found}, not {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_owner_connects_an_agency_and_its_history_is_read_at_once() {
    for_each_database(async |database| {
        let world = World::with_models(2)
            .transactions(300)
            .unconnected()
            .on(database)
            .await;
        let browser = Browser::signed_in_as(&world, Role::Owner).await;
        let consent = browser.leave().await;
        assert!(consent.starts_with(&format!("{}/oauth2/auth?", world.simulator.base_url())));
        assert_eq!(parameter(&consent, "code_challenge_method"), "S256");
        assert_eq!(
            parameter(&consent, "redirect_uri"),
            format!("{}/connect/fanvue/callback", world.url)
        );
        assert!(parameter(&consent, "scope").contains("read:insights"));
        let page = at_fanvue_page(&consent).await;
        assert!(page.contains("asks for access"), "{page}");

        let connected = browser.connect("&auto=1").await;
        assert_eq!(connected.status(), StatusCode::SEE_OTHER);
        assert_eq!(location(&connected), "/?connected=1");
        assert!(
            !connected.headers().contains_key("tidemark-run"),
            "the host keeps it"
        );
        assert_eq!(world.count(CONNECTIONS).await, 1);
        assert_eq!(world.count("select count(*) from models").await, 2);
        until(&world, "select count(*) from fanvue_transactions", 300).await;
        world.assert_ledger_is_true().await;
        let clear = "select count(*) from connections where access_token_sealed = '' or \
                     encode(access_token_sealed, 'escape') like '%sim_%'";
        assert_eq!(world.count(clear).await, 0);
    })
    .await;
}

async fn at_fanvue_page(address: &str) -> String {
    reqwest::get(address).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_creator_connects_itself_and_is_read_by_its_own_paths() {
    for_each_database(async |database| {
        let world = World::with_models(2)
            .transactions(100)
            .unconnected()
            .on(database)
            .await;
        let browser = Browser::signed_in_as(&world, Role::Owner).await;
        let creator = world.simulator.models()[1].id;
        let connected = browser.connect(&format!("&auto=1&account={creator}")).await;
        assert_eq!(location(&connected), "/?connected=1");
        let own =
            format!("select count(*) from models where own_account and model_id = '{creator}'");
        assert_eq!(world.count(&own).await, 1);
        assert_eq!(world.count("select count(*) from models").await, 1);
    })
    .await;
}

#[tokio::test]
async fn connecting_again_keeps_the_connection_and_the_ledger() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(80)
            .unconnected()
            .on(database)
            .await;
        let browser = Browser::signed_in_as(&world, Role::Owner).await;
        browser.connect("&auto=1").await;
        world.sync(None).await;
        let ids = "select string_agg(connection_id::text, ',') from connections";
        let before: String = world.rows(ids).await[0].get(0).unwrap();
        world.simulator.revoke_tokens();
        world
            .rows("update connections set state = 'reconnect'")
            .await;
        let model = world.simulator.models()[0].id;
        world
            .simulator
            .append_sale(model, &NewSale::new(Source::Tip, 555))
            .unwrap();
        assert_eq!(location(&browser.connect("&auto=1").await), "/?connected=1");
        world.sync(None).await;
        let after: String = world.rows(ids).await[0].get(0).unwrap();
        assert_eq!(before, after);
        assert_eq!(
            world
                .count("select count(*) from fanvue_transactions")
                .await,
            81
        );
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn a_disconnected_account_is_left_alone_until_it_is_connected_again() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(60)
            .unconnected()
            .on(database)
            .await;
        let browser = Browser::signed_in_as(&world, Role::Owner).await;
        browser.connect("&auto=1").await;
        world.sync(None).await;
        let reading = "select count(*) from sync_state where lease_until is not null";
        until(&world, reading, 0).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let manager = Browser::signed_in_as(&world, Role::Manager).await;
        let end = |cookie: String| {
            let request = world.request(Method::POST, "/connect/fanvue/disconnect");
            let request = request.header("sec-fetch-site", "same-origin");
            async move { request.header(COOKIE, cookie).send().await.unwrap() }
        };
        assert_eq!(
            end(manager.cookie.clone()).await.status(),
            StatusCode::FORBIDDEN
        );
        assert_eq!(end(String::new()).await.status(), StatusCode::UNAUTHORIZED);
        let ended = end(browser.cookie.clone()).await;
        assert_eq!(ended.status(), StatusCode::OK);
        assert_eq!(ended.json::<Value>().await.unwrap()["disconnected"], 1);
        let gone = "select count(*) from connections where state = 'disconnected' and \
                    access_token_sealed = '' and refresh_token_sealed = ''";
        assert_eq!(world.count(gone).await, 1);
        let asked = world.simulator.request_log().total();
        let report = world.step("sync-transactions", None).await;
        assert_eq!((report.models, report.problems.len()), (0, 0), "{report:?}");
        assert_eq!(world.simulator.request_log().total(), asked);
        assert_eq!(
            world
                .count("select count(*) from fanvue_transactions")
                .await,
            60
        );
        browser.connect("&auto=1").await;
        assert_eq!(world.count(CONNECTIONS).await, 1);
        world.sync(None).await;
        world.assert_ledger_is_true().await;
    })
    .await;
}

#[tokio::test]
async fn the_way_back_holds_once_for_the_session_that_left_and_for_ten_minutes() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(1)
            .unconnected()
            .on(database)
            .await;
        let browser = Browser::signed_in_as(&world, Role::Owner).await;
        let other = Browser::with_token(&world, world.owner.expose()).await;
        let back = at_fanvue(&format!("{}&auto=1", browser.leave().await)).await;
        let told = page(other.come_back(&back).await, 400).await;
        assert!(told.contains("Connect again"), "{told}");
        let altered = back.replace("state=", "state=x");
        assert!(
            page(browser.come_back(&altered).await, 400)
                .await
                .contains("another browser")
        );
        page(browser.get("/connect/fanvue/callback?code=abc").await, 400).await;
        assert_eq!(world.count(CONNECTIONS).await, 0);
        // None of these has used it up.
        assert_eq!(location(&browser.come_back(&back).await), "/?connected=1");
        assert!(
            page(browser.come_back(&back).await, 400)
                .await
                .contains("used already")
        );
        assert_eq!(world.count(CONNECTIONS).await, 1);

        let late = at_fanvue(&format!("{}&auto=1", browser.leave().await)).await;
        let age = "update connect_attempts set expires_at = now() - interval '1 second'";
        world.rows(age).await;
        assert!(
            page(browser.come_back(&late).await, 400)
                .await
                .contains("ten minutes")
        );
        let kept = "select count(*) from connect_attempts";
        assert_eq!(world.count(kept).await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_an_owner_who_is_signed_in_gets_on_the_way() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(1)
            .unconnected()
            .on(database)
            .await;
        for path in ["/connect/fanvue", "/connect/fanvue/callback?state=a&code=b"] {
            let stranger = world.request(Method::GET, path).send().await.unwrap();
            assert_eq!(stranger.status(), StatusCode::SEE_OTHER);
            assert_eq!(location(&stranger), "/login?next=/connect/fanvue");
            // An API token is no browser.
            let program = world.get(path).send().await.unwrap();
            assert_eq!(location(&program), "/login?next=/connect/fanvue");
            for role in [Role::Manager, Role::Viewer] {
                let browser = Browser::signed_in_as(&world, role).await;
                assert!(
                    page(browser.get(path).await, 403)
                        .await
                        .contains("Ask an owner")
                );
            }
        }
        assert_eq!(
            world.count("select count(*) from connect_attempts").await,
            0
        );
        let wrong_verb = world
            .request(Method::POST, "/connect/fanvue")
            .send()
            .await
            .unwrap();
        assert_eq!(wrong_verb.status(), StatusCode::METHOD_NOT_ALLOWED);
    })
    .await;
}

#[tokio::test]
async fn whatever_goes_wrong_at_fanvue_ends_on_a_page_that_says_what_to_do() {
    for_each_database(async |database| {
        let world = World::with_models(1)
            .transactions(1)
            .unconnected()
            .on(database)
            .await;
        let browser = Browser::signed_in_as(&world, Role::Owner).await;
        let denied = page(browser.connect("&auto=deny").await, 400).await;
        assert!(denied.contains("choose to allow it"), "{denied}");

        // A code that is not one of this attempt.
        let back = at_fanvue(&format!("{}&auto=1", browser.leave().await)).await;
        let code = parameter(&back, "code");
        let refused = browser.come_back(&back.replace(&code, "sim_code_0")).await;
        assert!(page(refused, 502).await.contains("did not accept the code"));

        // A challenge of another verifier: PKCE fails.
        let consent = browser.leave().await;
        let challenge = parameter(&consent, "code_challenge");
        let another = consent.replace(
            &challenge,
            &parameter(&browser.leave().await, "code_challenge"),
        );
        let back = at_fanvue(&format!("{another}&auto=1")).await;
        assert!(
            page(browser.come_back(&back).await, 502)
                .await
                .contains("did not accept the code")
        );

        // A person, or Fanvue, takes scopes away.
        let consent = browser.leave().await;
        let narrowed = consent.replace("read%3Ainsights", "");
        let back = at_fanvue(&format!("{narrowed}&auto=1")).await;
        let lacking = page(browser.come_back(&back).await, 403).await;
        assert!(lacking.contains("read:insights") && lacking.contains("third-party-apps"));
        let narrowed = browser
            .leave()
            .await
            .replace("offline_access", "")
            .replace("offline", "");
        let back = at_fanvue(&format!("{narrowed}&auto=1")).await;
        assert!(
            page(browser.come_back(&back).await, 403)
                .await
                .contains("offline_access")
        );
        assert_eq!(world.count("select count(*) from connections").await, 0);
    })
    .await;
}
