//! An application and its server, and a client of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tempfile::TempDir;
use tidemark::runtime::{Application, DatabasePools, LoadError, PoolsByAddress, Settings};
use tidemark::serve::{HttpOptions, HttpServer, Occupancy, ServerEnd};
use tidemark_manifest::{Manifest, Variables};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::probe;

/// The parts of an application, to be changed by a test before it is loaded.
pub struct Setup {
    directory: TempDir,
    manifest: String,
    variables: BTreeMap<String, String>,
    pub databases: Arc<dyn DatabasePools>,
    pub instances: u32,
    pub options: HttpOptions,
}

impl Setup {
    /// An application without components.
    pub fn new() -> Self {
        let manifest = "spin_manifest_version = 2\n[application]\nname = \"test\"\n";
        Self {
            directory: TempDir::new().unwrap(),
            manifest: manifest.to_owned(),
            variables: BTreeMap::new(),
            databases: Arc::new(PoolsByAddress::new(|_| Err("no database".to_owned()))),
            instances: 16,
            options: HttpOptions {
                requests: 12,
                drain_time: Duration::from_secs(10),
                ..HttpOptions::default()
            },
        }
    }

    /// The probe alone, at every path, with further keys of its `[component.probe]`.
    pub fn probe(keys: &str) -> Self {
        Self::new().with_probe(keys)
    }

    pub fn with_probe(self, keys: &str) -> Self {
        std::fs::copy(probe::path(), self.root().join("probe.wasm")).unwrap();
        self.with_lines(&format!(
            "[[trigger.http]]\nroute = \"/...\"\ncomponent = \"probe\"\n\
             [component.probe]\nsource = \"probe.wasm\"\n{keys}"
        ))
    }

    /// A component in the text format at `/NAME/...`, with further keys.
    pub fn with_text(self, name: &str, text: &str, keys: &str) -> Self {
        let wasm = wat::parse_str(text).unwrap();
        std::fs::write(self.root().join(format!("{name}.wasm")), wasm).unwrap();
        self.with_lines(&format!(
            "[[trigger.http]]\nroute = \"/{name}/...\"\ncomponent = \"{name}\"\n\
             [component.{name}]\nsource = \"{name}.wasm\"\n{keys}"
        ))
    }

    /// Further lines of the manifest.
    pub fn with_lines(mut self, lines: &str) -> Self {
        self.manifest += lines;
        self.manifest.push('\n');
        self
    }

    /// Gives a declared variable a value.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn with_databases(mut self, databases: Arc<dyn DatabasePools>) -> Self {
        self.databases = databases;
        self
    }

    /// The manifest's directory.
    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    /// What the host does with a manifest, up to the loading.
    pub async fn load(&self) -> Result<Application, LoadError> {
        let origin = self.root().join("spin.toml");
        let manifest = Manifest::parse(&self.manifest, &origin)?;
        let none = std::iter::empty();
        let variables =
            Variables::from_environment(&manifest.variables, none, &self.variables).unwrap();
        let settings = Settings {
            instances: self.instances,
            // The probe takes seconds to compile; once is enough.
            code_cache: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("code-cache")),
            ..Settings::new(self.root())
        };
        Application::load(&manifest, &variables, Arc::clone(&self.databases), settings).await
    }

    /// Loads the application and serves it at a free port.
    pub async fn start(self) -> Host {
        let application = Arc::new(self.load().await.expect("the application loads"));
        let any_port = ([127, 0, 0, 1], 0).into();
        let server = HttpServer::bind(Arc::clone(&application), any_port, self.options).unwrap();
        let address = server.address().to_string();
        let occupancy = server.occupancy();
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(server.run(shutdown.clone()));
        Host {
            application,
            address,
            occupancy,
            shutdown,
            running,
            client: Client::builder(TokioExecutor::new()).build_http(),
            _directory: self.directory,
        }
    }
}

/// A running host.
pub struct Host {
    pub application: Arc<Application>,
    /// The host and port that it listens on.
    pub address: String,
    pub occupancy: Occupancy,
    pub shutdown: CancellationToken,
    pub running: JoinHandle<ServerEnd>,
    client: Client<HttpConnector, Full<Bytes>>,
    _directory: TempDir,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Host {
    /// Waits until so many requests are under way.
    pub async fn until_under_way(&self, requests: usize) {
        let reached = async {
            while self.occupancy.requests_under_way() != requests {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let limit = Duration::from_secs(30);
        if tokio::time::timeout(limit, reached).await.is_err() {
            let under_way = self.occupancy.requests_under_way();
            panic!("{under_way} requests are under way, not {requests}, after {limit:?}");
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(self.url(path)), "").await.unwrap()
    }

    pub async fn post(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        self.send(Request::post(self.url(path)), body)
            .await
            .unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request and reads the answer; an error where it breaks off.
    pub async fn send(
        &self,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        let request = request.body(Full::new(body.into()))?;
        let response = self.client.request(request).await?;
        let (parts, body) = response.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}
