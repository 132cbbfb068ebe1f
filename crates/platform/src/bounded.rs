//! Request bodies of a bounded size, for routes that anybody may call.

use futures::StreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use spin_sdk::http::IncomingRequest;

/// Bytes that are read and thrown away after the limit, so that a caller who is only a little over it
/// is still listening when the answer comes.
const PATIENCE: usize = 3 * 1024 * 1024;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBody {
    /// It is larger than the limit.
    #[error("the body is larger than the limit")]
    TooLarge,
    /// It broke off.
    #[error("the body broke off")]
    Broken,
}

/// A request without its body.
pub struct Head {
    /// the verb
    pub method: Method,
    /// the path, without the query
    pub path: String,
    /// the query, still encoded
    pub query: String,
    /// the headers
    pub headers: HeaderMap,
}

/// What comes before the body. A header that the `http` crate does not take is left out.
pub fn head_of(incoming: &IncomingRequest) -> Head {
    let target = incoming.path_with_query().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let entries = incoming.headers().entries();
    let headers = entries.into_iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(&value).ok()?))
    });
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name, value);
    }
    Head {
        method: Method::from_bytes(incoming.method().to_string().as_bytes()).unwrap_or_default(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: map,
    }
}

/// Reads a body of at most `limit` bytes; a larger one is never held in memory.
///
/// # Errors
/// [`NoBody`]
pub async fn read(incoming: IncomingRequest, limit: usize) -> Result<Vec<u8>, NoBody> {
    let mut stream = incoming.into_body_stream();
    let mut body = Vec::new();
    let mut seen = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| NoBody::Broken)?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            body.extend_from_slice(&chunk);
        } else if seen > limit.saturating_add(PATIENCE) {
            break;
        } else {
            body = Vec::new();
        }
    }
    if seen > limit {
        return Err(NoBody::TooLarge);
    }
    Ok(body)
}
