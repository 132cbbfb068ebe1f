//! Where alerts go: an agency's own Slack, Discord or Telegram, or the one place that the operator
//! opened. A fixed list of hosts, https only, so that no address of ours can be reached through it.

use http::Uri;
use tidemark_domain::Secret;

/// The hosts of Slack's and Discord's webhooks and of Telegram's bots; `allowed_outbound_hosts` in
/// spin.toml lists the same.
pub const SLACK_HOST: &str = "hooks.slack.com";
/// Discord's hosts.
pub const DISCORD_HOSTS: [&str; 2] = ["discord.com", "discordapp.com"];
/// Telegram's host.
pub const TELEGRAM_HOST: &str = "api.telegram.org";

/// The longest URL that is kept.
const LONGEST_URL: usize = 2_000;

/// How a destination wants to be spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// an incoming webhook of Slack
    Slack,
    /// a webhook of Discord
    Discord,
    /// a chat that a bot of Telegram writes to
    Telegram {
        /// a number, or `@` and a name
        chat_id: String,
    },
    /// the place that the operator opened
    Webhook,
}

impl Channel {
    /// A channel by its word; `chat_id` is Telegram's.
    pub fn of(kind: &str, chat_id: Option<String>) -> Option<Self> {
        match (kind, chat_id) {
            ("slack", None) => Some(Self::Slack),
            ("discord", None) => Some(Self::Discord),
            ("telegram", Some(chat_id)) => Some(Self::Telegram { chat_id }),
            ("webhook", None) => Some(Self::Webhook),
            _ => None,
        }
    }

    /// The word in the table `alert_destinations`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Telegram { .. } => "telegram",
            Self::Webhook => "webhook",
        }
    }

    /// The URL that a message is sent to; `secret` is the webhook's URL or the bot's token.
    pub fn url(&self, secret: &Secret) -> String {
        match self {
            Self::Telegram { .. } => {
                format!("https://{TELEGRAM_HOST}/bot{}/sendMessage", secret.expose())
            }
            _ => secret.expose().to_owned(),
        }
    }
}

/// A destination that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DestinationError {
    /// the member that is wrong
    pub field: &'static str,
    /// a sentence for people
    pub message: String,
}

/// Checks the secret of a destination; returns the host that may be shown.
///
/// # Errors
/// [`DestinationError`] for anything but an address within the list.
pub fn check(
    channel: &Channel,
    secret: &str,
    alert_base_url: &str,
) -> Result<String, DestinationError> {
    match channel {
        Channel::Telegram { chat_id } => {
            check_chat(chat_id)?;
            check_bot_token(secret)?;
            Ok(TELEGRAM_HOST.to_owned())
        }
        Channel::Slack => check_url(secret, &[SLACK_HOST]),
        Channel::Discord => check_url(secret, &DISCORD_HOSTS),
        Channel::Webhook => check_operators(secret, alert_base_url),
    }
}

fn wrong(field: &'static str, message: impl Into<String>) -> DestinationError {
    let message = message.into();
    DestinationError { field, message }
}

/// https, one of the hosts exactly, no port, no user, a path.
fn check_url(url: &str, hosts: &[&str]) -> Result<String, DestinationError> {
    let refused = || {
        let hosts = hosts.join(" or ");
        wrong(
            "url",
            format!("url must be https://{hosts}/… as the service gave it"),
        )
    };
    let uri = parse(url).ok_or_else(refused)?;
    let host = uri.authority().map(http::uri::Authority::as_str);
    let known = hosts.iter().find(|known| Some(**known) == host);
    match (uri.scheme_str(), known, uri.path().len() > 1) {
        (Some("https"), Some(known), true) => Ok((*known).to_owned()),
        _ => Err(refused()),
    }
}

fn parse(url: &str) -> Option<Uri> {
    let plain = url.len() <= LONGEST_URL && url.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| url.parse().ok()).flatten()
}

fn check_operators(url: &str, base: &str) -> Result<String, DestinationError> {
    let base = base.trim_end_matches('/');
    if base.is_empty() {
        let message = "the operator has opened no place for other webhooks (alert_base_url)";
        return Err(wrong("kind", message));
    }
    let refused = || wrong("url", format!("url must begin with {base}/"));
    // The base is the operator's word; what follows must not lead elsewhere.
    let path = url
        .strip_prefix(base)
        .filter(|path| path.starts_with('/') && !path.contains(".."))
        .ok_or_else(refused)?;
    let uri = parse(url).ok_or_else(refused)?;
    let operators = parse(base).ok_or_else(refused)?;
    if uri.authority() != operators.authority() || path.len() < 2 {
        return Err(refused());
    }
    Ok(uri.host().unwrap_or_default().to_owned())
}

fn check_chat(chat_id: &str) -> Result<(), DestinationError> {
    let number = chat_id.strip_prefix('-').unwrap_or(chat_id);
    let is_number =
        (1..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let name = chat_id.strip_prefix('@').unwrap_or_default();
    let is_name = (5..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_number || is_name {
        return Ok(());
    }
    Err(wrong(
        "chatId",
        "chatId must be a number, or @ and the name of a channel",
    ))
}

fn check_bot_token(token: &str) -> Result<(), DestinationError> {
    let known = token.split_once(':').is_some_and(|(bot, key)| {
        (3..=20).contains(&bot.len())
            && bot.bytes().all(|byte| byte.is_ascii_digit())
            && (20..=100).contains(&key.len())
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    });
    if known {
        return Ok(());
    }
    Err(wrong(
        "botToken",
        "botToken must be a token such as 123456:ABC…, as @BotFather gave it",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_own_addresses_are_taken() {
        let slack = "https://hooks.slack.com/services/T0/B0/x";
        assert_eq!(check(&Channel::Slack, slack, "").unwrap(), SLACK_HOST);
        for url in [
            "http://hooks.slack.com/services/x",
            "https://hooks.slack.com",
            "https://hooks.slack.com:8443/services/x",
            "https://user@hooks.slack.com/services/x",
            "https://hooks.slack.com.evil.test/services/x",
            "https://evil.test/hooks.slack.com/x",
            "https://127.0.0.1/services/x",
            "https://[::1]/services/x",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/x",
            "https://localhost/x",
            "https://2130706433/x",
            "https://hooks.slack.com/services/x y",
            "file:///etc/passwd",
            "",
        ] {
            let error = check(&Channel::Slack, url, "").unwrap_err();
            assert_eq!(error.field, "url", "{url}");
            assert!(check(&Channel::Discord, url, "").is_err(), "{url}");
            assert!(check(&Channel::Webhook, url, "").is_err(), "{url}");
        }
        let discord = "https://discord.com/api/webhooks/1/x";
        assert!(check(&Channel::Discord, discord, "").is_ok());
        assert!(check(&Channel::Slack, discord, "").is_err());
    }

    #[test]
    fn the_operators_place_is_open_below_its_base_only() {
        let base = "https://relay.example.com";
        let check = |url: &str| check(&Channel::Webhook, url, base);
        assert_eq!(
            check("https://relay.example.com/hook").unwrap(),
            "relay.example.com"
        );
        for url in [
            "https://relay.example.com.evil.test/hook",
            "https://relay.example.com@evil.test/hook",
            "https://relay.example.com:444/hook",
            "https://relay.example.com/",
            "https://relay.example.com/../hook",
            "https://other.example.com/hook",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_telegram_destination_is_a_bot_and_a_chat() {
        let token = "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ_-12345";
        let chat = |chat_id: &str| Channel::Telegram {
            chat_id: chat_id.to_owned(),
        };
        assert!(check(&chat("-1001234"), token, "").is_ok());
        assert!(check(&chat("@channel_name"), token, "").is_ok());
        assert_eq!(check(&chat("x"), token, "").unwrap_err().field, "chatId");
        let error = check(&chat("1"), "123456:../../x", "").unwrap_err();
        assert_eq!(error.field, "botToken");
        let url = chat("1").url(&Secret::new(token));
        assert_eq!(
            url,
            format!("https://api.telegram.org/bot{token}/sendMessage")
        );
    }
}
