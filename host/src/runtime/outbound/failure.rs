//! Failed requests, in the words of `wasi:http`.

use std::error::Error as StdError;
use std::io;

use hyper_util::client::legacy;
use wasmtime_wasi_http::Error;

use super::connector::ConnectTimedOut;

/// How the resolver of the C library begins its messages; the error kind says nothing.
const LOOKUP_FAILED: &str = "failed to lookup address information";

/// What a guest is told of a request that got no response.
pub(crate) fn request_failure(error: &legacy::Error) -> Error {
    let failure = if error.is_connect() {
        connect_failure(error)
    } else {
        Error::HttpProtocolError
    };
    tracing::debug!("request of a guest failed: {failure}: {error:?}");
    failure
}

fn connect_failure(error: &legacy::Error) -> Error {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(failure) = known_failure(cause) {
            return failure;
        }
        next = cause.source();
    }
    Error::ConnectionRefused
}

fn known_failure(cause: &(dyn StdError + 'static)) -> Option<Error> {
    if cause.is::<ConnectTimedOut>() {
        return Some(Error::ConnectionTimeout);
    }
    let cause = cause.downcast_ref::<io::Error>()?;
    let unresolved = cause.to_string().starts_with(LOOKUP_FAILED);
    if is_tls_failure(cause) {
        Some(Error::TlsProtocolError)
    } else if unresolved || cause.kind() == io::ErrorKind::AddrNotAvailable {
        Some(Error::DnsError {
            rcode: Some("address not available".to_owned()),
            info_code: Some(0),
        })
    } else {
        None
    }
}

/// TLS errors come wrapped into an I/O error, and that into another, which `source` skips.
fn is_tls_failure(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| {
        inner.is::<rustls::Error>() || inner.downcast_ref().is_some_and(is_tls_failure)
    })
}
