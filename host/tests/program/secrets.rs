//! A whole demo at its most talkative, and every place where a secret could have come out.

use std::fmt::Write as _;

use reqwest::{Client, Method};
use tidemark_database::Pool;
use tidemark_database::testing::TestDatabase;
use tidemark_domain::{AgencyId, Secret};
use tidemark_sealing::{KeyRing, TokenKind};

use crate::running::Running;

const CRON_SECRET: &str = "cron-secret-of-this-very-test-4711";
/// The demo's own, as the simulator knows it.
const SIMULATED_CLIENT_SECRET: &str = "tidemark-simulated-secret";
const WEBHOOK_SECRET: &str = "webhook-secret-of-this-very-test-4712";

fn start(database_url: &str) -> Running {
    Running::start(|command| {
        command
            .args(["--database-url", database_url])
            .env("RUST_LOG", "debug")
            .env("SPIN_VARIABLE_CRON_SECRET", CRON_SECRET)
            .env("SPIN_VARIABLE_FANVUE_WEBHOOK_SECRET", WEBHOOK_SECRET)
    })
}

/// Everything that the host is asked, with its answers in one text: status, headers, body.
struct Talk {
    client: Client,
    url: String,
    heard: String,
}

impl Talk {
    async fn ask(&mut self, method: Method, path: &str, header: Option<(&str, String)>) -> String {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap();
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|cookie| cookie.to_str().ok()?.split(';').next())
            .unwrap_or_default()
            .to_owned();
        // The one place where a session id belongs.
        let mut headers = answer.headers().clone();
        headers.remove("set-cookie");
        let _ = writeln!(self.heard, "{path} {} {headers:?}", answer.status());
        let body = answer.text().await.unwrap();
        self.heard.push_str(&body);
        cookie
    }
}

/// Every row of every table as text.
async fn rows(pool: &Pool) -> Vec<(String, String)> {
    let client = pool.get().await.unwrap();
    let tables = "select table_name::text from information_schema.tables
                  where table_schema = current_schema() and table_type = 'BASE TABLE'";
    let mut rows = Vec::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let all = format!("select kept::text from {table} as kept");
        for row in client.query(&all, &[]).await.unwrap() {
            rows.push((table.clone(), row.get(0)));
        }
    }
    rows
}

/// The Fanvue tokens that the database holds sealed.
async fn fanvue_tokens(pool: &Pool, keys: &KeyRing) -> Vec<String> {
    let client = pool.get().await.unwrap();
    let sealed = "select agency_id, access_token_sealed, refresh_token_sealed from connections";
    let mut tokens = Vec::new();
    for row in client.query(sealed, &[]).await.unwrap() {
        let agency = AgencyId::new(row.get(0));
        for (column, kind) in [(1, TokenKind::Access), (2, TokenKind::Refresh)] {
            let token = keys.open(agency, kind, row.get(column)).unwrap();
            tokens.push(token.expose().to_owned());
        }
    }
    tokens
}

#[tokio::test]
async fn d142_no_secret_in_play_is_told_anywhere() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let mut program = start(database.url().expose());
    let url = program.printed("Serving ").await;
    let link = program.printed("/login?token=").await;
    let api_token = link.split_whitespace().next().unwrap().to_owned();
    let keys = program.read("data/token_key");
    let ring = KeyRing::parse(&Secret::new(keys.trim())).unwrap();

    let mut secrets = vec![
        CRON_SECRET.to_owned(),
        WEBHOOK_SECRET.to_owned(),
        SIMULATED_CLIENT_SECRET.to_owned(),
        api_token.clone(),
        keys.trim().to_owned(),
    ];
    secrets.extend(fanvue_tokens(database.pool(), &ring).await);
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    let mut talk = Talk {
        client: client.build().unwrap(),
        url,
        heard: String::new(),
    };
    let bearer = |secret: &str| Some(("authorization", format!("Bearer {secret}")));
    let session = talk
        .ask(Method::GET, &format!("/login?token={api_token}"), None)
        .await;
    // What the test itself wrote into its text.
    talk.heard = talk.heard.replace(&api_token, "");
    secrets.push(session.split_once('=').unwrap().1.to_owned());
    for path in [
        "/",
        "/login?error=1",
        "/api/models",
        "/api/status",
        "/api/audit",
        "/api/analytics/dashboard?timeRange=all",
        "/api/analytics/dashboard?timeRange=nonsense",
        "/api/transactions?format=csv",
        "/api/health",
        "/openapi.json",
        "/nothing",
    ] {
        talk.ask(Method::GET, path, Some(("cookie", session.clone())))
            .await;
        talk.ask(Method::GET, path, bearer(&api_token)).await;
        talk.ask(Method::GET, path, bearer(CRON_SECRET)).await;
    }
    for path in [
        "/metrics",
        "/api/cron/sync-transactions",
        "/api/cron/daily-refresh",
    ] {
        talk.ask(Method::GET, path, bearer(CRON_SECRET)).await;
        talk.ask(Method::POST, path, bearer(&api_token)).await;
    }
    talk.ask(Method::POST, "/api/sync", bearer(&api_token))
        .await;
    talk.ask(Method::POST, "/api/sync", Some(("cookie", session.clone())))
        .await;
    assert!(
        talk.heard
            .contains("fv_job_last_success_timestamp_seconds{job=\"sync-transactions\"}")
    );
    assert!(talk.heard.contains("\"totalRevenue\""));
    // Those of after a renewal, if there was one.
    secrets.extend(fanvue_tokens(database.pool(), &ring).await);

    program.end().await;
    let (stdout, stderr) = (program.read("stdout"), program.read("stderr"));
    assert!(
        stderr.contains("DEBUG"),
        "the log is not at its most talkative"
    );
    // The link that signs the browser in is printed for its user, once.
    assert_eq!(stdout.matches(&api_token).count(), 1);
    let stdout = stdout.replace(&api_token, "");
    let kept = rows(database.pool()).await;
    assert!(kept.len() > 1_000, "the demo was synced");
    let places = [("output", stdout), ("log", stderr), ("answers", talk.heard)];
    for secret in &secrets {
        look_for(secret, &places, &kept);
    }
}

/// Fails where a secret was told.
fn look_for(secret: &str, places: &[(&str, String)], kept: &[(String, String)]) {
    assert!(
        secret.len() >= 16,
        "{secret:?} is too short to be looked for"
    );
    let hexadecimal = secret.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    for (place, text) in places {
        assert!(
            !text.contains(secret),
            "a secret is in the {place}: {secret}"
        );
    }
    for (table, row) in kept {
        let told = row.contains(secret) || row.contains(&hexadecimal);
        assert!(!told, "a secret is in a row of {table}: {secret}");
    }
}
