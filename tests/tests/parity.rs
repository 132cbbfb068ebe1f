//! What a component and its clients see is the same under `tidemark up` and `spin up`.
//!
//! Every check runs against our host, and against Spin where a `spin` is on the path, with one set of
//! expectations.

use std::io::Write as _;
use std::sync::Once;
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use tempfile::TempDir;
use tidemark_database::testing::TestDatabase;
use tidemark_tests::components;
use tidemark_tests::hosts::{HostFamily, free_address};
use tidemark_tests::spin::{SpinProcess, is_installed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const MANIFEST: &str = r#"
spin_manifest_version = 2

[application]
name = "parity"
version = "1.0.0"

[variables]
database_url = { required = true, secret = true }
given = { required = true }
base = { default = "http://base.test" }
"#;

/// Everything else is no route.
const ROUTES: [&str; 13] = [
    "/plain",
    "/headers",
    "/headers/:id/...",
    "/environment",
    "/variable",
    "/outbound",
    "/types",
    "/bad-values",
    "/script",
    "/trap",
    "/drop",
    "/streams/...",
    "/wait",
];

const COMPONENT: &str = r#"
[component.probe]
source = "probe.wasm"
environment = { A = "1", B = "two words" }
allowed_outbound_hosts = ["postgres://127.0.0.1:*", "http://127.0.0.1:*"]

[component.probe.variables]
database_url = "{{ database_url }}"
given = "{{ given }}"
url = "{{ base }}/api"
"#;

/// A host of the probe, whichever.
struct Server {
    url: String,
    client: Client,
}

impl Server {
    fn at(url: String) -> Self {
        let client = Client::new();
        Self { url, client }
    }

    /// Host and port.
    fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.url));
        request.send().await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    /// What each command of a script of the probe came to.
    async fn run(&self, script: &str) -> Vec<String> {
        let request = self.client.post(format!("{}/script", self.url));
        let answer = request.body(script.to_owned()).send().await.unwrap();
        let text = answer.text().await.unwrap();
        text.lines().map(str::to_owned).collect()
    }

    async fn assert_still_serves(&self) {
        assert_eq!(self.text("/plain").await, "ok");
    }
}

/// Says past the test runner's capture why something was not run.
fn say_once(line: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let _ = writeln!(std::io::stderr(), "{line}");
    });
}

/// Runs a check against our host, then against Spin.
async fn on_both(check: impl AsyncFn(&Server)) {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let folder = TempDir::new().unwrap();
    std::fs::copy(components::probe(), folder.path().join("probe.wasm")).unwrap();
    let manifest = folder.path().join("spin.toml");
    let routes = ROUTES
        .map(|route| format!("[[trigger.http]]\nroute = \"{route}\"\ncomponent = \"probe\"\n"));
    let text = [MANIFEST, &routes.concat(), COMPONENT].concat();
    std::fs::write(&manifest, text).unwrap();

    if is_installed() {
        let url = database.url().expose().to_owned();
        let variables = [("DATABASE_URL", url), ("GIVEN", "from outside".to_owned())];
        let spin = SpinProcess::start(&manifest, free_address(), &variables).await;
        println!("under spin up");
        check(&Server::at(spin.url.clone())).await;
    } else {
        say_once("skipped under spin up: no spin on the path");
    }
    let family = HostFamily::in_folder(folder, &database).with_variable("GIVEN", "from outside");
    let host = family.start("tidemark", free_address()).await;
    println!("under tidemark up");
    check(&Server::at(host.url.clone())).await;
}

#[tokio::test]
async fn routes_are_found_and_told() {
    on_both(async |server| {
        assert_eq!(server.text("/plain").await, "ok");
        assert_eq!(server.text("/plain?a=b").await, "ok");
        for nowhere in ["/nowhere", "/plain/further", "/"] {
            let answer = server.get(nowhere).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{nowhere}");
        }
        assert_eq!(server.text("/.well-known/spin/health").await, "OK");

        let address = server.address();
        let told = server.text("/headers/42/and/more?a=b").await;
        let lines: Vec<&str> = told.lines().collect();
        for line in [
            &*format!("uri: http://{address}/headers/42/and/more?a=b"),
            &*format!("spin-full-url: http://{address}/headers/42/and/more?a=b"),
            "spin-path-info: /and/more",
            "spin-matched-route: /headers/:id/...",
            "spin-raw-component-route: /headers/:id/...",
            "spin-component-route: /headers/:id",
            "spin-base-path: /",
            "spin-path-match-id: 42",
        ] {
            assert!(lines.contains(&line), "{line} is not in {lines:#?}");
        }
        assert!(told.contains("spin-client-addr: 127.0.0.1:"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn headers_keep_their_values_and_lose_their_case() {
    on_both(async |server| {
        let request = server.client.get(format!("{}/headers", server.url));
        let request = request
            .header("X-Mixed-Case", "Kept As It Is")
            .header("cookie", "a=1")
            .header("cookie", "b=2")
            .header("x-empty", "");
        let told = request.send().await.unwrap().text().await.unwrap();
        let lines: Vec<&str> = told.lines().collect();
        for line in [
            "x-mixed-case: Kept As It Is",
            "cookie: a=1",
            "cookie: b=2",
            "x-empty: ",
        ] {
            assert!(lines.contains(&line), "{line} is not in {lines:#?}");
        }
        let head = server.client.head(format!("{}/plain", server.url));
        let head = head.send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(head.text().await.unwrap(), "");
        let other = Method::from_bytes(b"PURGE").unwrap();
        let request = server
            .client
            .request(other, format!("{}/plain", server.url));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn variables_and_environment_are_those_of_the_manifest() {
    on_both(async |server| {
        for (name, value) in [
            ("given", r#"Ok("from outside")"#),
            ("url", r#"Ok("http://base.test/api")"#),
            (
                "base",
                r#"Err(Error::Undefined("no variable for \"probe\".\"base\""))"#,
            ),
        ] {
            let read = server.text(&format!("/variable?{name}")).await;
            assert_eq!(read, value);
        }
        let malformed = server.text("/variable?Bad").await;
        assert!(
            malformed.starts_with("Err(Error::InvalidName("),
            "{malformed}"
        );
        assert_eq!(server.text("/environment").await, "A=1\nB=two words");
    })
    .await;
}

#[tokio::test]
async fn only_allowed_hosts_are_reached() {
    on_both(async |server| {
        let outbound = async |url: &str| server.text(&format!("/outbound?{url}")).await;
        let denied = "ErrorCode::HttpRequestDenied";
        assert_eq!(outbound("http://127.0.0.2:1/").await, denied);
        assert_eq!(outbound("https://127.0.0.1:1/").await, denied);
        let vacant = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = vacant.local_addr().unwrap();
        drop(vacant);
        let refused = outbound(&format!("http://{address}/")).await;
        assert_eq!(refused, "ErrorCode::ConnectionRefused");
        // Itself is a host like any other.
        assert_eq!(outbound(&format!("{}/plain", server.url)).await, "200 ok");

        let opened = server.run("open postgres://u:p@127.0.0.2:5432/d").await;
        assert_eq!(
            opened,
            ["error Error::ConnectionFailed(\"address postgres://127.0.0.2:5432 is not permitted\")"]
        );
    })
    .await;
}

#[tokio::test]
async fn types_go_through_postgres_and_errors_come_back() {
    on_both(async |server| {
        let types = server.text("/types").await;
        assert!(types.lines().count() > 20, "{types}");
        for line in types.lines() {
            assert!(line.ends_with(": same"), "{line}");
        }
        let refused = server.text("/bad-values").await;
        for part in [
            "BadParameter(\"invalid date y=2026, m=2, d=30\")",
            "ValueConversionFailed(\"invalid time 25:0:0:0\")",
            "BadParameter(\"invalid UUID no",
            "ValueConversionFailed(\"invalid JSON {",
            "QueryFailed(QueryError::Text(\"Error { kind: ToSql(0)",
        ] {
            assert!(refused.contains(part), "{refused} lacks {part}");
        }
        let lines = server
            .run(
                "execute create table parity_things (a int primary key)\n\
                 execute insert into parity_things values (1), (2)\n\
                 query select a, 'x'::text as b from parity_things order by a\n\
                 query select a from parity_things where false\n\
                 execute insert into parity_things values (1)\n\
                 query select * from nothing\n\
                 query select now()\n\
                 execute drop table parity_things",
            )
            .await;
        let whole = [
            (0, "changed 0"),
            (1, "changed 2"),
            (
                2,
                r#"a,b [DbValue::Int32(1),DbValue::Str("x");DbValue::Int32(2),DbValue::Str("x")]"#,
            ),
            (3, " []"),
            (
                4,
                "error 23505 ERROR \"duplicate key value violates unique constraint \
                 \\\"parity_things_pkey\\\"\" detail=Some(\"Key (a)=(1) already exists.\") \
                 extras=constraint,file,line,routine,schema,table",
            ),
            (7, "changed 0"),
        ];
        for (number, line) in whole {
            assert_eq!(lines[number], line);
        }
        assert!(lines[5].starts_with("error 42P01 ERROR"), "{}", lines[5]);
        let unreadable = "error Error::QueryFailed(QueryError::Text(";
        assert!(lines[6].starts_with(unreadable), "{}", lines[6]);
    })
    .await;
}

#[tokio::test]
async fn large_bodies_pass_whole() {
    on_both(async |server| {
        let body: Vec<u8> = (0..3_000_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let request = server.client.post(format!("{}/streams/echo", server.url));
        let answer = request.body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.bytes().await.unwrap() == body);
        let answer = server.get("/streams/chunks?100").await;
        assert_eq!(answer.bytes().await.unwrap().len(), 100 * 64 * 1024);
    })
    .await;
}

#[tokio::test]
async fn bodies_flow_both_ways_at_once() {
    on_both(async |server| {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let head = "POST /streams/echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        // Each part comes back before the next one is sent.
        for part in ["first part", "second one"] {
            let chunk = format!("{:x}\r\n{part}\r\n", part.len());
            stream.write_all(chunk.as_bytes()).await.unwrap();
            read_until(&mut stream, part).await;
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        read_until(&mut stream, "0\r\n\r\n").await;
    })
    .await;
}

/// Reads until the text has come, for ten seconds at most.
async fn read_until(stream: &mut TcpStream, text: &str) {
    let mut read = String::new();
    let reading = async {
        while !read.contains(text) {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "it ended after {read:?}");
            read += std::str::from_utf8(&buffer[..count]).unwrap();
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(10), reading).await;
    assert!(in_time.is_ok(), "{text:?} did not come");
}

#[tokio::test]
async fn a_component_that_fails_costs_one_request() {
    on_both(async |server| {
        for path in ["/trap", "/drop"] {
            let answer = server.get(path).await;
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            let body = answer.text().await.unwrap();
            for inside in ["wasm", "asked to", "0x"] {
                assert!(!body.contains(inside), "{path} tells {body}");
            }
        }
        // Half an answer is not taken for a whole one.
        let broken = server.client.get(format!("{}/streams/broken", server.url));
        let read = match broken.send().await {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        assert!(read.is_err(), "{read:?}");
        server.assert_still_serves().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_leaves_harms_nobody() {
    on_both(async |server| {
        for path in ["/streams/chunks?1000", "/wait?300"] {
            let mut stream = TcpStream::connect(server.address()).await.unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            drop(stream);
            server.assert_still_serves().await;
        }
        // In the midst of its own body.
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request = "POST /streams/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nhalf";
        stream.write_all(request.as_bytes()).await.unwrap();
        read_until(&mut stream, "half").await;
        drop(stream);
        server.assert_still_serves().await;
    })
    .await;
}
