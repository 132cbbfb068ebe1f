//! The yardstick: a native service that gives the same answers, with the same statement through a
//! pool of prepared statements.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tidemark_native::NativePlatform;
use tidemark_ports::Clock as _;
use tidemark_tenancy::token;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{ONE_QUERY, PLAIN};

/// A running service; it ends with this value.
pub struct NativeService {
    /// where it listens
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl NativeService {
    /// Serves what `host` serves at `plain`, and a look-up of the caller's token.
    pub async fn start(platform: NativePlatform, host: SocketAddr, plain: &str) -> Result<Self> {
        let page = reqwest::get(format!("http://{host}{plain}")).await?;
        let page = page.text().await?;
        let routes = Router::new()
            .route(PLAIN, get(move || std::future::ready(Html(page.clone()))))
            .route(ONE_QUERY, get(look_up))
            .with_state(platform);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr().context("a port")?;
        let task = tokio::spawn(async move {
            // Ends with the task alone.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, task })
    }
}

impl Drop for NativeService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn look_up(State(platform): State<NativePlatform>, headers: HeaderMap) -> Response {
    let bearer = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let now = platform.now();
    match token::authenticate(&platform, bearer.unwrap_or_default(), now).await {
        Ok(Some(_)) => StatusCode::OK.into_response(),
        Ok(None) => (
            StatusCode::UNAUTHORIZED,
            [("content-type", "application/json")],
            r#"{"error":{"code":"unauthorized","message":"no or bad credentials"}}"#,
        )
            .into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
