//! The pages that a person sees when connecting ends otherwise than hoped. Each says what to do.

use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use tidemark_api::{Response, respond};
use tidemark_page::ASSETS_HASH;
use tidemark_tenancy::Role;

use crate::START;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The person at Fanvue said no.
    Denied,
    /// Fanvue refused for another reason, which it names.
    Refused(String),
    /// The state is not one of this session.
    WrongState,
    /// The browser stayed away for more than ten minutes.
    Expired,
    /// Fanvue did not take the code.
    CodeRefused,
    /// Fanvue did not take our client id and secret.
    ClientRefused,
    /// Fanvue is away.
    NoAnswer,
    /// The grant lacks scopes without which nothing can be read.
    LacksScopes(Vec<&'static str>),
    /// The grant is stored, and shows no creators.
    NoCreators,
    /// No OAuth client is configured.
    NoClient,
    /// Only owners connect accounts.
    NotOwner(Role),
}

/// Where to go from here.
enum Next {
    Again,
    Overview,
}

impl Notice {
    /// What Fanvue's `error` parameter says.
    pub(crate) fn of_refusal(error: &str) -> Self {
        let is_word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        match error {
            "access_denied" => Self::Denied,
            "invalid_scope" => Self::Refused("invalid_scope".to_owned()),
            other if other.len() <= 50 && other.chars().all(is_word) => {
                Self::Refused(other.to_owned())
            }
            _ => Self::Refused("an unknown error".to_owned()),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Denied | Self::Refused(_) | Self::WrongState | Self::Expired => {
                StatusCode::BAD_REQUEST
            }
            Self::LacksScopes(_) | Self::NotOwner(_) => StatusCode::FORBIDDEN,
            Self::CodeRefused | Self::ClientRefused | Self::NoAnswer => StatusCode::BAD_GATEWAY,
            Self::NoCreators => StatusCode::OK,
            Self::NoClient => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Title, sentences, and where to go.
    fn words(&self) -> (&'static str, String, Next) {
        let text = |sentences: &str| sentences.to_owned();
        match self {
            Self::Denied => (
                "Fanvue was not connected",
                text("Access was denied on Fanvue's page. Connect again and choose to allow it."),
                Next::Again,
            ),
            Self::Refused(error) => (
                "Fanvue refused to connect",
                format!(
                    "Fanvue answered {error}. Check in Fanvue's Developer Area that the \
                     application has all scopes that Tidemark asks for and its exact redirect \
                     address, then connect again."
                ),
                Next::Again,
            ),
            Self::WrongState => (
                "This way back is not valid",
                text(
                    "It was used already, or begun in another browser or sign-in. Connect again \
                     from here.",
                ),
                Next::Again,
            ),
            Self::Expired => (
                "That took too long",
                text("Fanvue's answer came after more than ten minutes. Connect again."),
                Next::Again,
            ),
            Self::CodeRefused => (
                "Fanvue did not accept the code",
                text("It may have run out, or been used before. Connect again."),
                Next::Again,
            ),
            Self::ClientRefused => (
                "Fanvue does not know this application",
                text(
                    "Whoever runs Tidemark must check fanvue_client_id, fanvue_client_secret and \
                     public_url against Fanvue's Developer Area.",
                ),
                Next::Overview,
            ),
            Self::NoAnswer => (
                "Fanvue does not answer",
                text("Nothing was connected. Wait a minute and connect again."),
                Next::Again,
            ),
            Self::LacksScopes(scopes) => (
                "A permission is missing",
                format!(
                    "Fanvue did not grant {}. Open fanvue.com/settings/account/third-party-apps, \
                     revoke this application there, then connect again and allow everything that \
                     is asked for.",
                    scopes.join(", ")
                ),
                Next::Again,
            ),
            Self::NoCreators => (
                "Connected, but there are no creators",
                text(
                    "This Fanvue account is no creator and manages none. Sign in at Fanvue with \
                     the agency's or a creator's account, then connect again.",
                ),
                Next::Again,
            ),
            Self::NoClient => (
                "Tidemark is not registered with Fanvue",
                text(
                    "Whoever runs Tidemark must set fanvue_client_id and fanvue_client_secret, \
                     which Fanvue's Developer Area shows.",
                ),
                Next::Overview,
            ),
            Self::NotOwner(role) => (
                "Only an owner can connect accounts",
                format!("Your role is {role}. Ask an owner of the agency to connect Fanvue."),
                Next::Overview,
            ),
        }
    }

    /// The page.
    pub fn into_response(self) -> Response {
        let (title, sentences, next) = self.words();
        let (address, label) = match next {
            Next::Again => (START, "Connect again"),
            Next::Overview => ("/", "Back to the overview"),
        };
        let assets = format!("/assets/{ASSETS_HASH}");
        let page = format!(
            r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="dark light">
  <title>{title} · Tidemark</title>
  <link rel="icon" href="{assets}/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="{assets}/page.css">
  <link rel="stylesheet" href="{assets}/login.css">
</head>
<body>
  <main class="login">
    <p class="brand"><img src="{assets}/icon.svg" alt="" width="28" height="28"> Tidemark</p>
    <h1>{title}</h1>
    <p role="alert">{sentences}</p>
    <p><a class="button primary" href="{address}">{label}</a></p>
    <p><a href="/">Back to the overview</a></p>
  </main>
</body>
</html>
"#
        );
        let content_type = "text/html; charset=utf-8";
        let mut response = respond::with_body(self.status(), content_type, page.into_bytes());
        let policy = tidemark_page::CONTENT_SECURITY_POLICY;
        for (name, value) in [
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, policy),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
        ] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fanvue_says_is_shown_only_where_it_is_a_plain_word() {
        assert_eq!(Notice::of_refusal("access_denied"), Notice::Denied);
        let long = "a".repeat(51);
        for strange in ["<script>", "Error", &long, "a b"] {
            let page = Notice::of_refusal(strange).into_response();
            let page = String::from_utf8(page.into_body()).unwrap();
            assert!(
                page.contains("an unknown error") && !page.contains("<script"),
                "{page}"
            );
        }
    }

    #[test]
    fn every_page_says_what_to_do_and_allows_nothing_inline() {
        for notice in [
            Notice::Denied,
            Notice::WrongState,
            Notice::Expired,
            Notice::CodeRefused,
            Notice::ClientRefused,
            Notice::NoAnswer,
            Notice::LacksScopes(vec!["read:insights"]),
            Notice::NoCreators,
            Notice::NoClient,
            Notice::NotOwner(Role::Viewer),
        ] {
            let response = notice.clone().into_response();
            let policy = response.headers()[CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert!(!policy.contains("unsafe"));
            let page = String::from_utf8(response.into_body()).unwrap();
            let (_, sentences, _) = notice.words();
            assert!(page.contains(&sentences), "{page}");
            assert!(!page.contains("<style") && !page.contains("<script"));
            for linked in page.split("href=\"/assets/").skip(1) {
                let address = linked.split('"').next().unwrap();
                assert!(tidemark_page::asset(address).is_some(), "{address}");
            }
        }
    }
}
