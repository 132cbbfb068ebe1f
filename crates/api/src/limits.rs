//! How large a request may be. The host has limits of its own; under plain Spin these are the only
//! ones.

use http::{HeaderMap, Uri};

use crate::ApiError;

/// Bytes of a path.
pub const LONGEST_PATH: usize = 1_024;
/// Bytes of a query string.
pub const LONGEST_QUERY: usize = 4_096;
/// Header fields.
pub const MOST_HEADERS: usize = 100;
/// Bytes of all header fields.
pub const LARGEST_HEADERS: usize = 32 * 1_024;
/// Bytes of a body, as the largest that any route takes: a webhook's, a table to import.
pub const LARGEST_BODY: usize = 1_024 * 1_024;

/// Refuses what is larger than anything that a caller of these routes sends.
///
/// # Errors
/// 413 for a body that is announced to be too large, 414, 431
pub fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    if uri.path().len() > LONGEST_PATH || uri.query().unwrap_or_default().len() > LONGEST_QUERY {
        return Err(ApiError::uri_too_long());
    }
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if headers.len() > MOST_HEADERS || bytes > LARGEST_HEADERS {
        return Err(ApiError::headers_too_large());
    }
    let announced = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match announced {
        Some(length) if length > LARGEST_BODY as u64 => Err(ApiError::too_large(LARGEST_BODY)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn status(uri: &str, headers: &HeaderMap) -> u16 {
        let uri: Uri = uri.parse().unwrap();
        check(&uri, headers).map_or_else(|error| error.status().as_u16(), |()| 200)
    }

    #[test]
    fn what_is_too_large_is_refused_by_its_name() {
        let none = HeaderMap::new();
        assert_eq!(status("/", &none), 200);
        assert_eq!(
            status(&format!("/{}", "a".repeat(LONGEST_PATH)), &none),
            414
        );
        assert_eq!(
            status(&format!("/?{}", "a".repeat(LONGEST_QUERY + 1)), &none),
            414
        );
        let mut long = HeaderMap::new();
        long.insert(
            "cookie",
            HeaderValue::from_str(&"a".repeat(LARGEST_HEADERS)).unwrap(),
        );
        assert_eq!(status("/", &long), 431);
        let mut many = HeaderMap::new();
        for number in 0..=MOST_HEADERS {
            let name: HeaderName = format!("x-{number}").parse().unwrap();
            many.insert(name, HeaderValue::from_static("1"));
        }
        assert_eq!(status("/", &many), 431);
        let mut announced = HeaderMap::new();
        announced.insert("content-length", HeaderValue::from(LARGEST_BODY as u64 + 1));
        assert_eq!(status("/", &announced), 413);
    }
}
