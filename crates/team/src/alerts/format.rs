//! Alerts in the form that each channel takes: escaped, and split where they are too long. Pure.

use serde_json::{Value, json};

use super::destination::Channel;

/// A part of an alert, ready to send: the JSON body.
pub type Part = Value;

/// What stands between a character that formats and what would be formatted.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The bodies to send for an alert, in order.
pub fn parts(channel: &Channel, kind: &str, title: &str, detail: &str) -> Vec<Part> {
    let texts = split(channel, title, detail);
    texts
        .into_iter()
        .map(|text| match channel {
            Channel::Slack => json!({"text": text}),
            // Nobody is mentioned, whatever the text says.
            Channel::Discord => json!({"content": text, "allowed_mentions": {"parse": []}}),
            Channel::Telegram { chat_id } => json!({
                "chat_id": chat_id,
                "text": text,
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": true},
            }),
            Channel::Webhook => json!({
                "text": text,
                "content": text,
                "allowed_mentions": {"parse": []},
                "kind": kind,
            }),
        })
        .collect()
}

/// The longest text of one message, in UTF-16 code units as Telegram and Discord count.
const fn longest(channel: &Channel) -> usize {
    match channel {
        Channel::Telegram { .. } => 4_096,
        Channel::Discord => 2_000,
        Channel::Slack | Channel::Webhook => 30_000,
    }
}

/// What a channel would read as anything but text.
fn escaped(channel: &Channel, character: char) -> String {
    match (channel, character) {
        (Channel::Slack | Channel::Telegram { .. }, '&') => "&amp;".to_owned(),
        (Channel::Slack | Channel::Telegram { .. }, '<') => "&lt;".to_owned(),
        (Channel::Slack | Channel::Telegram { .. }, '>') => "&gt;".to_owned(),
        // Slack knows no escape for these; they format only beside a word.
        (Channel::Slack, '*' | '_' | '~' | '`') => format!("{character}{ZERO_WIDTH_SPACE}"),
        (Channel::Discord, '@') => format!("@{ZERO_WIDTH_SPACE}"),
        (
            Channel::Discord,
            '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '-' | '[' | ']' | '(' | ')'
            | ':',
        ) => format!("\\{character}"),
        (_, character) => character.to_string(),
    }
}

fn bold(channel: &Channel, escaped_title: &str) -> String {
    match channel {
        Channel::Slack => format!("*{escaped_title}*"),
        Channel::Discord => format!("**{escaped_title}**"),
        Channel::Telegram { .. } => format!("<b>{escaped_title}</b>"),
        Channel::Webhook => escaped_title.to_owned(),
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn split(channel: &Channel, title: &str, detail: &str) -> Vec<String> {
    let limit = longest(channel);
    let title_text: String = title
        .chars()
        .map(|character| escaped(channel, character))
        .collect();
    let headline = bold(channel, &title_text);
    // A headline that fills a message by itself is sent as plain text.
    let (mut part, rest) = if units(&headline) < limit {
        (format!("{headline}\n"), detail.to_owned())
    } else {
        (String::new(), format!("{title}\n{detail}"))
    };
    let mut parts = Vec::new();
    let mut length = units(&part);
    for word in rest.split_inclusive(char::is_whitespace) {
        let written: Vec<String> = word
            .chars()
            .map(|character| escaped(channel, character))
            .collect();
        let needed: usize = written.iter().map(|text| units(text)).sum();
        if length + needed > limit && needed <= limit {
            parts.push(std::mem::take(&mut part));
            length = 0;
        }
        // Only a word longer than a message is cut, and never within what one character became.
        for text in written {
            if length + units(&text) > limit {
                parts.push(std::mem::take(&mut part));
                length = 0;
            }
            length += units(&text);
            part.push_str(&text);
        }
    }
    parts.push(part);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "*Ana*_~` <!channel> @everyone & [x](https://evil.test)";

    fn telegram() -> Channel {
        Channel::Telegram {
            chat_id: "1".to_owned(),
        }
    }

    fn text(channel: &Channel, title: &str, detail: &str) -> String {
        let parts = parts(channel, "shift_late", title, detail);
        assert_eq!(parts.len(), 1);
        let text = parts[0]["text"].as_str().or(parts[0]["content"].as_str());
        text.unwrap().to_owned()
    }

    #[test]
    fn d111_names_format_nothing_and_mention_nobody() {
        let slack = text(&Channel::Slack, "t", NASTY);
        assert!(!slack.contains("<!channel>") && slack.contains("&lt;!channel&gt;"));
        assert!(!slack.contains("*Ana"));
        let discord = text(&Channel::Discord, "t", NASTY);
        assert!(discord.contains(r"\*Ana\*\_\~\`") && !discord.contains("@everyone"));
        assert!(discord.contains(r"\[x\]\("));
        let body = &parts(&Channel::Discord, "k", "t", NASTY)[0];
        assert_eq!(body["allowed_mentions"], json!({"parse": []}));
        let html = text(&telegram(), "<b>", NASTY);
        assert!(html.starts_with("<b>&lt;b&gt;</b>\n*Ana*"), "{html}");
        assert!(html.contains("&lt;!channel&gt;") && html.contains("&amp;"));
    }

    #[test]
    fn d111_a_long_text_is_split_and_nothing_of_it_is_lost() {
        let detail = "wörd & <x> ".repeat(1_500);
        for channel in [telegram(), Channel::Discord] {
            let parts = parts(&channel, "k", "title", &detail);
            assert!(parts.len() > 1);
            let texts: Vec<&str> = parts
                .iter()
                .map(|part| part["text"].as_str().or(part["content"].as_str()).unwrap())
                .collect();
            assert!(texts.iter().all(|text| units(text) <= longest(&channel)));
            let whole: String = texts.concat();
            assert_eq!(whole.matches("wörd").count(), 1_500);
        }
        let unbroken = "&".repeat(5_000);
        let parts = parts(&telegram(), "k", "t", &unbroken);
        let texts = parts.iter().map(|part| part["text"].as_str().unwrap());
        assert!(
            texts
                .clone()
                .all(|text| units(text) <= 4_096 && text.ends_with(';'))
        );
        assert_eq!(
            texts
                .map(|text| text.matches("&amp;").count())
                .sum::<usize>(),
            5_000
        );
    }
}
