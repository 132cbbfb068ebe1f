//! Outbound HTTP through `wasi:http`.

use spin_sdk::http::{Method, Request, Response, SendError, send as spin_send};
use tidemark_ports::{HttpError, HttpMethod, HttpRequest, HttpResponse};

/// Sends a request and reads the whole response.
pub(crate) async fn send(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let method = match request.method {
        HttpMethod::Get => Method::Get,
        HttpMethod::Post => Method::Post,
    };
    let mut builder = Request::builder();
    builder.method(method).uri(&request.url);
    for (name, value) in &request.headers {
        builder.header(*name, value);
    }
    let outgoing = builder.body(request.body).build();
    let response: Response = spin_send(outgoing)
        .await
        .map_err(|error| error_of(&error, &request.url))?;
    let headers = response
        .headers()
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
        .collect();
    Ok(HttpResponse {
        status: *response.status(),
        headers,
        body: response.into_body(),
    })
}

fn error_of(error: &SendError, url: &str) -> HttpError {
    use spin_sdk::http::ErrorCode;
    match error {
        SendError::Http(ErrorCode::HttpRequestDenied) => {
            let origin: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
            HttpError::NotAllowed(origin)
        }
        SendError::Http(
            ErrorCode::DnsTimeout
            | ErrorCode::DnsError(_)
            | ErrorCode::DestinationNotFound
            | ErrorCode::DestinationUnavailable
            | ErrorCode::ConnectionRefused
            | ErrorCode::ConnectionTimeout
            | ErrorCode::TlsProtocolError
            | ErrorCode::TlsCertificateError,
        ) => HttpError::NotConnected(error.to_string()),
        error => HttpError::Broken(error.to_string()),
    }
}
