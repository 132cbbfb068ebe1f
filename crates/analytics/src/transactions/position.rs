//! Where a page ended.

use std::fmt;

use tidemark_domain::{Instant, ModelId};

/// The longest cursor that is read, in characters.
const LONGEST: usize = 2_000;

/// Instants of the years 1 to 9999: Postgres reckons with all of them.
const RECKONED: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// The last row of a page. Rows that come in later never move the pages after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// when it occurred
    pub at: Instant,
    /// whose it is
    pub model: ModelId,
    /// its key
    pub row_key: String,
}

impl Position {
    /// Reads a cursor; `None` for anything but what a page gave.
    pub fn parse(cursor: &str) -> Option<Self> {
        if cursor.len() > LONGEST {
            return None;
        }
        let text = String::from_utf8(hex::decode(cursor).ok()?).ok()?;
        let (at, rest) = text.split_once(' ')?;
        let (model, row_key) = rest.split_once(' ')?;
        // Postgres text holds no NUL.
        if row_key.contains('\0') {
            return None;
        }
        let micros = at.parse().ok().filter(|micros| RECKONED.contains(micros))?;
        let position = Self {
            at: Instant::from_micros(micros),
            model: model.parse().ok()?,
            row_key: row_key.to_owned(),
        };
        (position.to_string() == cursor).then_some(position)
    }
}

/// The cursor: opaque to callers, safe in a URL.
impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{} {} {}", self.at.micros(), self.model, self.row_key);
        formatter.write_str(&hex::encode(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let position = Position {
            at: Instant::from_micros(-5),
            model: ModelId::new(uuid::Uuid::from_u128(7)),
            row_key: "order:a b".to_owned(),
        };
        let cursor = position.to_string();
        assert_eq!(Position::parse(&cursor), Some(position));
        for wrong in [
            "",
            "zz",
            "00",
            &cursor[6..],
            &cursor.to_uppercase(),
            &"61".repeat(1_001),
        ] {
            assert_eq!(Position::parse(wrong), None, "{wrong}");
        }
    }
}
