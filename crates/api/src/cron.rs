//! The secret of the cron routes: in the header only, compared in constant time, closed when unset.

use http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tidemark_domain::Secret;

use crate::{ApiError, auth};

/// Shorter secrets are as good as none.
const SHORTEST_SECRET: usize = 16;

/// Lets a scheduler through.
///
/// # Errors
/// 503 while no sufficient secret is configured, 401 for any other than it.
pub fn require_secret(headers: &HeaderMap, secret: &Secret) -> Result<(), ApiError> {
    if secret.expose().len() < SHORTEST_SECRET {
        return Err(ApiError::not_configured(
            "set the variable cron_secret (at least 16 characters) to open this route",
        ));
    }
    let given = auth::bearer(headers).unwrap_or_default();
    // Equal lengths whatever was sent, so that the comparison tells nothing about the secret's.
    let (given, wanted) = (Sha256::digest(given), Sha256::digest(secret.expose()));
    if bool::from(given.ct_eq(&wanted)) {
        Ok(())
    } else {
        Err(ApiError::unauthorized())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::AUTHORIZATION;

    use super::*;

    fn status(authorization: Option<&'static str>, secret: &str) -> u16 {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        }
        require_secret(&headers, &Secret::new(secret))
            .map_or_else(|error| error.status().as_u16(), |()| 200)
    }

    #[test]
    fn d143_the_cron_routes_are_closed_while_the_secret_is_unset_or_short() {
        assert_eq!(status(Some("Bearer undefined"), ""), 503);
        assert_eq!(status(Some("Bearer short"), "short"), 503);
    }

    #[test]
    fn only_the_very_secret_opens_them() {
        assert_eq!(
            status(Some("Bearer 0123456789abcdef"), "0123456789abcdef"),
            200
        );
        assert_eq!(
            status(Some("Bearer 0123456789abcdee"), "0123456789abcdef"),
            401
        );
        assert_eq!(status(None, "0123456789abcdef"), 401);
    }
}
