//! HTTP requests that guests send.

mod connector;
mod failure;
mod response;

use std::sync::Arc;
use std::time::Duration;

use http::uri::Scheme;
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tidemark_manifest::AllowedHosts;
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use self::connector::{TimedConnector, connecting_within};
use self::failure::request_failure;
use self::response::TimedBody;

/// Time for each part of a request unless the guest sets one, as in Spin.
const DEFAULT_TIME: Duration = Duration::from_mins(10);

/// Idle connections are kept this long for the next request to the same host.
const IDLE_TIME: Duration = Duration::from_mins(1);

/// Idle connections kept per host.
const IDLE_CONNECTIONS: usize = 16;

/// The connections that all guests of a process share.
#[derive(Clone)]
pub(crate) struct OutboundClient {
    client: Client<TimedConnector, WasiBody>,
}

impl OutboundClient {
    pub(crate) fn new() -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(TimedConnector::new());
        Self { client }
    }

    async fn send(
        &self,
        request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let connect_time = options.connect_timeout.unwrap_or(DEFAULT_TIME);
        let first_byte_time = options.first_byte_timeout.unwrap_or(DEFAULT_TIME);
        let between_bytes_time = options.between_bytes_timeout.unwrap_or(DEFAULT_TIME);

        let sending = connecting_within(connect_time, self.client.request(request));
        let response = timeout(first_byte_time, sending)
            .await
            .map_err(|_elapsed| Error::ConnectionReadTimeout)?
            .map_err(|error| request_failure(&error))?;
        Ok(response.map(|body| TimedBody::new(body, between_bytes_time).boxed_unsync()))
    }
}

/// The requests of one instance: held against the manifest, then sent.
pub(crate) struct OutboundRequests {
    component: Arc<str>,
    allowed_hosts: Arc<AllowedHosts>,
    client: OutboundClient,
}

impl OutboundRequests {
    pub(crate) fn new(
        component: Arc<str>,
        allowed_hosts: Arc<AllowedHosts>,
        client: OutboundClient,
    ) -> Self {
        Self {
            component,
            allowed_hosts,
            client,
        }
    }

    fn permits(&self, uri: &Uri) -> bool {
        let scheme = uri.scheme().unwrap_or(&Scheme::HTTPS);
        match uri.host() {
            Some(host) if !host.is_empty() => {
                self.allowed_hosts
                    .permits(scheme.as_str(), host, uri.port_u16())
            }
            _ => false,
        }
    }
}

/// What `wasi:http` wants of a request that is under way: the response, and what becomes of the
/// connection, which the shared client looks after by itself.
type Sent = Result<
    (
        Response<WasiBody>,
        Box<dyn Future<Output = Result<(), Error>> + Send>,
    ),
    Error,
>;

impl WasiHttpHooks for OutboundRequests {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _response_outcome: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        if !self.permits(request.uri()) {
            let component = &*self.component;
            let host = request
                .uri()
                .authority()
                .map_or("self", |host| host.as_str());
            tracing::warn!(
                component,
                "refused a request to {host}; add it to allowed_outbound_hosts if that is right"
            );
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        let client = self.client.clone();
        let span = outbound_span(&request);
        let sending = async move {
            let response = client.send(request, options.unwrap_or_default()).await?;
            Span::current().record("http.response.status_code", response.status().as_u16());
            let connection: Box<dyn Future<Output = Result<(), Error>> + Send> =
                Box::new(async { Ok(()) });
            Ok((response, connection))
        };
        Box::new(sending.instrument(span))
    }
}

/// Without the query and the headers, which may hold secrets.
fn outbound_span<B>(request: &Request<B>) -> Span {
    tracing::debug_span!(
        "outbound",
        otel.kind = "client",
        http.request.method = %request.method(),
        server.address = request.uri().host().unwrap_or_default(),
        url.path = request.uri().path(),
        http.response.status_code = Empty,
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Empty;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const SHORT: Duration = Duration::from_millis(100);

    /// A server that answers everyone's first words with `answer`, and then says nothing more.
    async fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut streams = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let read = stream.read(&mut [0; 1024]).await.unwrap();
                assert!(read > 0);
                stream.write_all(answer.as_bytes()).await.unwrap();
                streams.push(stream);
            }
        });
        address.to_string()
    }

    async fn get(url: String, options: RequestOptions) -> Result<Response<WasiBody>, Error> {
        let body = Empty::<Bytes>::new().map_err(Error::from).boxed_unsync();
        let request = Request::get(url).body(body).unwrap();
        OutboundClient::new().send(request, options).await
    }

    #[tokio::test]
    async fn a_connection_must_stand_in_time() {
        let silent = server("").await;
        let options = RequestOptions {
            connect_timeout: Some(SHORT),
            ..RequestOptions::default()
        };
        // It takes the connection, but does not answer the TLS handshake.
        let outcome = get(format!("https://{silent}"), options).await;
        assert!(
            matches!(outcome, Err(Error::ConnectionTimeout)),
            "{outcome:?}"
        );
    }

    #[tokio::test]
    async fn the_first_byte_must_come_in_time() {
        let silent = server("").await;
        let options = RequestOptions {
            first_byte_timeout: Some(SHORT),
            ..RequestOptions::default()
        };
        let outcome = get(format!("http://{silent}"), options).await;
        assert!(
            matches!(outcome, Err(Error::ConnectionReadTimeout)),
            "{outcome:?}"
        );
    }

    #[tokio::test]
    async fn a_body_must_not_stall() {
        let stalling = server("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
        let options = RequestOptions {
            between_bytes_timeout: Some(SHORT),
            ..RequestOptions::default()
        };
        let response = get(format!("http://{stalling}"), options).await.unwrap();
        let mut body = response.into_body();
        let part = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(part, "half");
        let outcome = body.frame().await.unwrap();
        assert!(
            matches!(outcome, Err(Error::ConnectionReadTimeout)),
            "{outcome:?}"
        );
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn what_does_not_speak_tls_or_http_is_told_apart() {
        let strange = server("strange\r\n\r\n").await;
        let options = RequestOptions::default();
        let outcome = get(format!("https://{strange}"), options).await;
        assert!(
            matches!(outcome, Err(Error::TlsProtocolError)),
            "{outcome:?}"
        );
        let outcome = get(format!("http://{strange}"), options).await;
        assert!(
            matches!(outcome, Err(Error::HttpProtocolError)),
            "{outcome:?}"
        );
    }
}
