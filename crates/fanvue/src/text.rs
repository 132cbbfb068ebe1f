//! Text that a database can hold.

use std::borrow::Cow;

/// What stands for a character that cannot be stored.
const REPLACEMENT: &[u8] = br"\ufffd";

/// A JSON body without the two escapes that JSON allows and Postgres refuses: `\u0000`, and one half
/// of a surrogate pair. A single fan's name would otherwise keep every row of its page out of the
/// ledger.
pub(crate) fn storable(body: &[u8]) -> Cow<'_, [u8]> {
    if !has_escape(body) {
        return Cow::Borrowed(body);
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        clean.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let length = match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0 | 0xD800..=0xDFFF), _) => {
                clean.extend_from_slice(REPLACEMENT);
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // Another escape, such as of a backslash.
            (None, _) => 2.min(rest.len()),
        };
        clean.extend_from_slice(&rest[..length]);
        rest = &rest[length..];
    }
    clean.extend_from_slice(rest);
    Cow::Owned(clean)
}

fn has_escape(body: &[u8]) -> bool {
    body.windows(2).any(|pair| pair == br"\u")
}

/// The code unit of a text that begins with `\uXXXX`.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        String::from_utf8(storable(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn what_postgres_cannot_hold_is_replaced() {
        assert_eq!(clean(r"a\u0000b"), r"a\ufffdb");
        assert_eq!(clean(r"\ud83d!"), r"\ufffd!");
        assert_eq!(clean(r"\udE00\ud83d"), r"\ufffd\ufffd");
        assert_eq!(clean(r"\ud83d\ud83d\ude00"), r"\ufffd\ud83d\ude00");
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in [
            r"\ud83d\ude00",
            r"\\u0000",
            r#"\"\u00e9\n"#,
            "plain",
            r"\u00",
            r"\u",
            "\\",
        ] {
            assert_eq!(clean(text), text);
        }
    }
}
