//! What a client holds: its credentials and the tokens it was granted.

use std::fmt;

use serde::Serialize;

/// The OAuth client registered with the simulator.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
}

impl Default for ClientCredentials {
    fn default() -> Self {
        Self {
            id: "tidemark-simulated-client".to_owned(),
            secret: "tidemark-simulated-secret".to_owned(),
        }
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCredentials")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A fresh grant, as the token endpoint would have answered it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenGrant {
    /// Bearer token of the API.
    pub access_token: String,
    /// Single-use token for the next pair.
    pub refresh_token: String,
    /// Lifetime of the access token.
    pub expires_in_seconds: u64,
}

impl fmt::Debug for TokenGrant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenGrant")
            .field("expires_in_seconds", &self.expires_in_seconds)
            .finish_non_exhaustive()
    }
}
