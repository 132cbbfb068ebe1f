//! Grants, and the codes and tokens issued under them.
//!
//! A refresh answers a new refresh token and marks the old one used. A used one may be retried
//! for [`REUSE_GRACE`]; later reuse revokes the grant with every token under it.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::clock::Micros;
use crate::randomness::Randomness;

/// How long after its first use a refresh token may be sent again.
pub(crate) const REUSE_GRACE: Duration = Duration::from_secs(30);
/// How long an authorization code may be exchanged.
const CODE_LIFETIME: Duration = Duration::from_mins(10);
/// Without one of these scopes a grant has no refresh token.
const OFFLINE_SCOPES: [&str; 2] = ["offline_access", "offline"];

/// A user that granted access: the position of its account in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Principal(pub(crate) usize);

#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) principal: Principal,
    pub(crate) scopes: BTreeSet<String>,
    is_revoked: bool,
}

/// What the user agreed to, until the code is exchanged.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) principal: Principal,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: String,
}

#[derive(Debug)]
struct Code {
    consent: Consent,
    expires_at: Micros,
    exchanged_for: Option<GrantIndex>,
}

#[derive(Debug, Clone, Copy)]
struct GrantIndex(usize);

#[derive(Debug)]
struct AccessToken {
    grant: GrantIndex,
    expires_at: Micros,
}

#[derive(Debug)]
struct RefreshToken {
    grant: GrantIndex,
    used_at: Option<Micros>,
}

/// A freshly issued pair.
#[derive(Debug)]
pub(crate) struct IssuedTokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) expires_in_seconds: u64,
    pub(crate) scope: String,
}

/// Why a bearer token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenRefused {
    #[error("access token is unknown")]
    Unknown,
    #[error("access token expired")]
    Expired,
    #[error("access token was revoked")]
    Revoked,
}

/// Why a code or a refresh token is not accepted; all of them are `invalid_grant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantRefused {
    #[error("the authorization code is unknown")]
    UnknownCode,
    #[error("the authorization code expired")]
    ExpiredCode,
    #[error("the authorization code was already exchanged; its grant is revoked")]
    CodeReused,
    #[error("redirect_uri is not the one of the authorization request")]
    OtherRedirect,
    #[error("code_verifier does not match the code_challenge")]
    WrongVerifier,
    #[error("the refresh token is unknown")]
    UnknownRefreshToken,
    #[error("the refresh token was revoked")]
    Revoked,
    #[error("the refresh token was already used; its grant is revoked")]
    RefreshTokenReused,
}

#[derive(Debug)]
pub(crate) struct TokenStore {
    randomness: Randomness,
    access_lifetime: Duration,
    grants: Vec<Grant>,
    codes: HashMap<String, Code>,
    access_tokens: HashMap<String, AccessToken>,
    refresh_tokens: HashMap<String, RefreshToken>,
}

impl TokenStore {
    pub(crate) fn new(randomness: Randomness, access_lifetime: Duration) -> Self {
        Self {
            randomness,
            access_lifetime,
            grants: Vec::new(),
            codes: HashMap::new(),
            access_tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
        }
    }

    /// A new grant with its first tokens.
    pub(crate) fn grant(
        &mut self,
        principal: Principal,
        scopes: BTreeSet<String>,
        now: Micros,
    ) -> IssuedTokens {
        let grant = self.open_grant(principal, scopes);
        self.issue(grant, now)
    }

    /// The grant behind a bearer token.
    pub(crate) fn authenticate(&self, token: &str, now: Micros) -> Result<&Grant, TokenRefused> {
        let found = self.access_tokens.get(token).ok_or(TokenRefused::Unknown)?;
        let grant = &self.grants[found.grant.0];
        if grant.is_revoked {
            return Err(TokenRefused::Revoked);
        }
        if found.expires_at <= now {
            return Err(TokenRefused::Expired);
        }
        Ok(grant)
    }

    /// Ends the life of an access token early.
    pub(crate) fn expire(&mut self, token: &str, now: Micros) {
        if let Some(found) = self.access_tokens.get_mut(token) {
            found.expires_at = found.expires_at.min(now);
        }
    }

    pub(crate) fn issue_code(&mut self, consent: Consent, now: Micros) -> String {
        let code = self.randomness.bearer("sim_code_");
        let entry = Code {
            consent,
            expires_at: now.plus(CODE_LIFETIME),
            exchanged_for: None,
        };
        self.codes.insert(code.clone(), entry);
        code
    }

    /// Exchanges a code; `is_expected` says whether the challenge belongs to the verifier sent.
    pub(crate) fn exchange_code(
        &mut self,
        code: &str,
        redirect_uri: &str,
        is_expected: impl Fn(&str) -> bool,
        now: Micros,
    ) -> Result<IssuedTokens, GrantRefused> {
        let entry = self.codes.get(code).ok_or(GrantRefused::UnknownCode)?;
        if let Some(grant) = entry.exchanged_for {
            self.grants[grant.0].is_revoked = true;
            return Err(GrantRefused::CodeReused);
        }
        if entry.expires_at <= now {
            return Err(GrantRefused::ExpiredCode);
        }
        if entry.consent.redirect_uri != redirect_uri {
            return Err(GrantRefused::OtherRedirect);
        }
        if !is_expected(&entry.consent.code_challenge) {
            return Err(GrantRefused::WrongVerifier);
        }
        let (principal, scopes) = (entry.consent.principal, entry.consent.scopes.clone());
        let grant = self.open_grant(principal, scopes);
        if let Some(exchanged) = self.codes.get_mut(code) {
            exchanged.exchanged_for = Some(grant);
        }
        Ok(self.issue(grant, now))
    }

    /// Exchanges a refresh token for a new pair.
    pub(crate) fn refresh(
        &mut self,
        refresh_token: &str,
        now: Micros,
    ) -> Result<IssuedTokens, GrantRefused> {
        let token = self
            .refresh_tokens
            .get_mut(refresh_token)
            .ok_or(GrantRefused::UnknownRefreshToken)?;
        let grant = token.grant;
        if self.grants[grant.0].is_revoked {
            return Err(GrantRefused::Revoked);
        }
        let first_used_at = *token.used_at.get_or_insert(now);
        if now > first_used_at.plus(REUSE_GRACE) {
            self.grants[grant.0].is_revoked = true;
            return Err(GrantRefused::RefreshTokenReused);
        }
        Ok(self.issue(grant, now))
    }

    /// Revokes the grants of one user, or of all; answers how many there were.
    pub(crate) fn revoke(&mut self, principal: Option<Principal>) -> usize {
        let mut revoked = 0;
        for grant in &mut self.grants {
            let is_meant = principal.is_none_or(|wanted| wanted == grant.principal);
            if is_meant && !grant.is_revoked {
                grant.is_revoked = true;
                revoked += 1;
            }
        }
        revoked
    }

    fn open_grant(&mut self, principal: Principal, scopes: BTreeSet<String>) -> GrantIndex {
        self.grants.push(Grant {
            principal,
            scopes,
            is_revoked: false,
        });
        GrantIndex(self.grants.len() - 1)
    }

    fn issue(&mut self, grant: GrantIndex, now: Micros) -> IssuedTokens {
        let access_token = self.randomness.bearer("sim_access_");
        let entry = AccessToken {
            grant,
            expires_at: now.plus(self.access_lifetime),
        };
        self.access_tokens.insert(access_token.clone(), entry);
        let scopes = &self.grants[grant.0].scopes;
        let is_offline = OFFLINE_SCOPES.iter().any(|scope| scopes.contains(*scope));
        let scope = scopes.iter().cloned().collect::<Vec<_>>().join(" ");
        let refresh_token = is_offline.then(|| {
            let token = self.randomness.bearer("sim_refresh_");
            let unused = RefreshToken {
                grant,
                used_at: None,
            };
            self.refresh_tokens.insert(token.clone(), unused);
            token
        });
        IssuedTokens {
            access_token,
            refresh_token,
            expires_in_seconds: self.access_lifetime.as_secs(),
            scope,
        }
    }
}
