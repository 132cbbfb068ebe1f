//! Reading what a request says: its query, its JSON, and the values in both.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use tidemark_api::parameters::query_pairs;
use tidemark_api::{ApiError, Request};
use tidemark_domain::{Instant, LocalDay, Zone};
use uuid::Uuid;

/// The largest body: 1 MiB.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// Entries of a page unless asked otherwise.
const USUAL_PAGE: i64 = 100;
/// The most entries of a page.
pub const LONGEST_PAGE: i64 = 500;

/// 2015 to 2100: what a team plans lies within.
const RECKONED: std::ops::Range<i64> = 1_420_070_400_000_000..4_102_444_800_000_000;

/// An instant of the years 2015 to 2099: RFC 3339 in JSON, microseconds for the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Moment(pub Instant);

impl Moment {
    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Result<Self, String> {
        let instant = Instant::parse(text).map_err(|error| error.to_string())?;
        if RECKONED.contains(&instant.micros()) {
            return Ok(Self(instant));
        }
        Err(format!("{text:?} is not between 2015 and 2099"))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A member that may be left out, but not be null.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A member that may be left out, or be null.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// The body's bytes.
///
/// # Errors
/// 413 beyond [`LARGEST_BODY`].
pub fn bytes(request: &Request) -> Result<&[u8], ApiError> {
    if request.body().len() > LARGEST_BODY {
        return Err(ApiError::too_large("the body may have 1 MiB at most"));
    }
    Ok(request.body())
}

/// The body as JSON of that shape.
///
/// # Errors
/// 400, 413
pub fn body<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    serde_json::from_slice(bytes(request)?)
        .map_err(|error| ApiError::bad_body(format!("the body cannot be read: {error}")))
}

/// Text of a length in characters, without what Postgres cannot hold.
///
/// # Errors
/// 400 naming `field`.
pub fn text(
    field: &str,
    value: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<(), ApiError> {
    let length = value.chars().count();
    if !lengths.contains(&length) || value.contains('\0') {
        let (least, most) = (lengths.start(), lengths.end());
        let message = format!("{field} must have {least} to {most} characters");
        return Err(ApiError::bad_parameter(field, message));
    }
    Ok(())
}

/// The query of a request.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query that knows these names.
    ///
    /// # Errors
    /// 400 for another name, or one that comes twice.
    pub fn of(request: &Request, known: &[&str]) -> Result<Self, ApiError> {
        let pairs = query_pairs(request.uri());
        for (place, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let message = format!("there is no parameter {name:?} here");
                return Err(ApiError::bad_parameter(name, message));
            }
            if pairs[..place].iter().any(|(other, _)| other == name) {
                return Err(ApiError::bad_parameter(name, format!("{name} comes twice")));
            }
        }
        Ok(Self(pairs))
    }

    /// A parameter as it was written.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let pair = pairs.find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// A parameter read by `read`.
    ///
    /// # Errors
    /// 400 with what `read` says.
    pub fn read<T, E: fmt::Display>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ApiError> {
        self.value(name)
            .map(read)
            .transpose()
            .map_err(|error| ApiError::bad_parameter(name, error.to_string()))
    }

    /// A UUID.
    ///
    /// # Errors
    /// 400
    pub fn id(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.read(name, |text| {
            text.parse().map_err(|_| format!("{text:?} is not a UUID"))
        })
    }

    /// `true` or `false`; false where it is not given.
    ///
    /// # Errors
    /// 400
    pub fn flag(&self, name: &str) -> Result<bool, ApiError> {
        let flag = self.read(name, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        })?;
        Ok(flag.unwrap_or(false))
    }

    /// How many entries at most.
    ///
    /// # Errors
    /// 400
    pub fn limit(&self) -> Result<i64, ApiError> {
        let limit = self.read("limit", |text| {
            text.parse()
                .ok()
                .filter(|limit| (1..=LONGEST_PAGE).contains(limit))
                .ok_or_else(|| format!("must be between 1 and {LONGEST_PAGE}"))
        })?;
        Ok(limit.unwrap_or(USUAL_PAGE))
    }

    /// A bound: an instant, or a local day of the zone; a last day is included.
    ///
    /// # Errors
    /// 400
    pub fn bound(
        &self,
        name: &str,
        zone: &Zone,
        is_last: bool,
    ) -> Result<Option<Instant>, ApiError> {
        self.read(name, |text| match LocalDay::parse(text) {
            Ok(day) => {
                let start = zone.start_of(day.plus_days(i32::from(is_last)));
                let known = RECKONED.contains(&start.micros());
                known
                    .then_some(start)
                    .ok_or_else(|| format!("{text:?} is not between 2015 and 2099"))
            }
            Err(_) => Moment::parse(text).map(|moment| moment.0),
        })
    }

    /// Where the page before ended: an instant and a key.
    ///
    /// # Errors
    /// 400
    pub fn cursor(&self) -> Result<Option<(Instant, String)>, ApiError> {
        self.read("cursor", |text| {
            cursor_of(text).ok_or("must be the nextCursor of the page before")
        })
    }
}

fn cursor_of(text: &str) -> Option<(Instant, String)> {
    if text.len() > 500 {
        return None;
    }
    let decoded = String::from_utf8(hex::decode(text).ok()?).ok()?;
    let (at, key) = decoded.split_once(' ')?;
    let micros: i64 = at.parse().ok().filter(|micros| RECKONED.contains(micros))?;
    (!key.contains('\0')).then(|| (Instant::from_micros(micros), key.to_owned()))
}

/// The cursor after an entry.
pub fn cursor_after(at: Instant, key: impl fmt::Display) -> String {
    hex::encode(format!("{} {key}", at.micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let at = Instant::parse("2026-11-22T00:00:00Z").unwrap();
        let cursor = cursor_after(at, "key");
        assert_eq!(cursor_of(&cursor), Some((at, "key".to_owned())));
        for text in ["", "zz", "00", &hex::encode("0 key"), &hex::encode("x y")] {
            assert_eq!(cursor_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_member_may_be_absent_but_not_null_unless_it_says_so() {
        #[expect(clippy::option_option, reason = "absent and null differ in a change")]
        #[derive(Debug, Deserialize)]
        struct Change {
            #[serde(default, deserialize_with = "present")]
            name: Option<String>,
            #[serde(default, deserialize_with = "given")]
            zone: Option<Option<String>>,
        }
        let change: Change = serde_json::from_str(r#"{"zone":null}"#).unwrap();
        assert_eq!((change.name, change.zone), (None, Some(None)));
        assert!(serde_json::from_str::<Change>(r#"{"name":null}"#).is_err());
    }
}
