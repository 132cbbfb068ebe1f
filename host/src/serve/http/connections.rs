//! The connections of clients: taken, served, and at the end drained.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::ServerEnd;
use super::dispatch::Dispatch;

/// A client must send the head of a request within this time, and an idle connection is closed
/// after it.
const HEAD_TIME: Duration = Duration::from_secs(75);

/// Header fields of a request; one with more is answered 431.
const MOST_HEADERS: usize = 128;

/// Bytes of a request's head; a larger one is answered 431, or 414 where its target alone is too long.
const LARGEST_HEAD: u32 = 64 * 1024;

/// Requests at once on one connection of HTTP/2.
const MOST_STREAMS: u32 = 100;

/// A pause before the next attempt when the system has no more room for connections.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Connections {
    builder: Builder<TokioExecutor>,
    dispatch: Arc<Dispatch>,
    graceful: GracefulShutdown,
    cut_off: CancellationToken,
}

impl Connections {
    pub(super) fn new(dispatch: Arc<Dispatch>) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LARGEST_HEAD as usize)
            .pipeline_flush(true);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HEAD_TIME)
            .max_header_list_size(LARGEST_HEAD)
            .max_concurrent_streams(MOST_STREAMS);
        Self {
            builder,
            dispatch,
            graceful: GracefulShutdown::new(),
            cut_off: CancellationToken::new(),
        }
    }

    /// Takes connections for as long as it is polled.
    pub(super) async fn accept_from(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, client)) => self.serve(stream, client),
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    sleep(EXHAUSTED_PAUSE).await;
                }
            }
        }
    }

    /// Takes the connections that wait already, and no more.
    pub(super) fn accept_waiting(&self, listener: &TcpListener) {
        while let Some(Ok((stream, client))) = listener.accept().now_or_never() {
            self.serve(stream, client);
        }
    }

    fn serve(&self, stream: TcpStream, client: SocketAddr) {
        // Without it, the last part of an answer waits for the client to confirm the one before.
        let _ = stream.set_nodelay(true);
        let dispatch = Arc::clone(&self.dispatch);
        let service = service_fn(move |request: Request<Incoming>| {
            Arc::clone(&dispatch).respond(request, client)
        });
        let connection = self
            .builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = self.graceful.watch(connection);
        let cut_off = self.cut_off.clone();
        tokio::spawn(async move {
            if let Some(Err(error)) = cut_off.run_until_cancelled(connection).await {
                tracing::debug!("the connection of {client} failed: {error}");
            }
        });
    }

    /// Lets the requests under way end, and the guests that go on after their answer.
    pub(super) async fn drain(self, time: Duration) -> ServerEnd {
        let tasks = self.dispatch.tasks();
        tasks.close();
        let ended = async {
            self.graceful.shutdown().await;
            tasks.wait().await;
        };
        let drained = timeout(time, ended).await.is_ok();
        self.cut_off.cancel();
        if drained {
            ServerEnd::Drained
        } else {
            ServerEnd::CutOff
        }
    }
}
