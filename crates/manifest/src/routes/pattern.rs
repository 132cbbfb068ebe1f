//! One route, read into segments.

use std::cmp::Ordering;

/// What can be wrong with a segment of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentFault {
    /// Two slashes follow each other.
    #[error("which is empty")]
    Empty,
    /// `...` or `*` stands before the end.
    #[error("which may only end a route")]
    WildcardInside,
    /// `*` or `...` is part of a longer segment.
    #[error("where a wildcard must be a whole segment")]
    PartialWildcard,
    /// A colon without a proper name.
    #[error("where a parameter name takes letters, digits, `_` and `-` only")]
    ParameterName,
    /// Two parameters have the same name.
    #[error("whose name another parameter has already")]
    RepeatedParameter,
    /// A character that no path holds.
    #[error("which holds a character that no path has")]
    NotInPath,
}

/// A route. Patterns of the same rank at every segment and the same text match the same paths.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
    /// Whether the route ends in `...`.
    takes_rest: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// What a path gave to the parameters and the wildcard of a pattern.
pub(super) struct Captures {
    pub(super) parameters: Vec<(String, String)>,
    pub(super) trailing: Option<String>,
}

impl Pattern {
    /// Reads a route; an error comes with the segment at fault.
    pub(super) fn parse(route: &str) -> Result<Self, (&str, SegmentFault)> {
        let mut pattern = Self {
            segments: Vec::new(),
            takes_rest: false,
        };
        let route = route.trim_matches('/');
        if route.is_empty() {
            return Ok(pattern);
        }
        let mut texts = route.split('/').peekable();
        while let Some(text) = texts.next() {
            if matches!(text, "..." | "*") {
                if texts.peek().is_some() {
                    return Err((text, SegmentFault::WildcardInside));
                }
                pattern.takes_rest = true;
                break;
            }
            let segment = Segment::parse(text).map_err(|fault| (text, fault))?;
            let is_parameter = matches!(segment, Segment::Parameter(_));
            if is_parameter && pattern.segments.contains(&segment) {
                return Err((text, SegmentFault::RepeatedParameter));
            }
            pattern.segments.push(segment);
        }
        Ok(pattern)
    }

    /// Orders patterns by which is to be tried first.
    pub(super) fn precedence(&self, other: &Self) -> Ordering {
        self.ranks()
            .cmp(other.ranks())
            // Such patterns match no common path; the text only makes the order definite.
            .then_with(|| self.literals().cmp(other.literals()))
    }

    /// Whether both match the very same paths.
    pub(super) fn matches_the_same_as(&self, other: &Self) -> bool {
        self.precedence(other) == Ordering::Equal
    }

    /// Literal before parameter before the end before the rest of the path.
    fn ranks(&self) -> impl Iterator<Item = u8> {
        let end = if self.takes_rest { 3 } else { 2 };
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Parameter(_) => 1,
        });
        segments.chain([end])
    }

    fn literals(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(text) => Some(text.as_str()),
            Segment::Parameter(_) => None,
        })
    }

    /// Matches a path.
    pub(super) fn captures(&self, path: &str) -> Option<Captures> {
        let mut parameters = Vec::new();
        // What is left of the path, from a slash on; `None` once all segments are used up.
        let trimmed = path.trim_matches('/');
        let mut rest = (!trimmed.is_empty()).then_some(trimmed);
        for segment in &self.segments {
            let (text, after) = match rest?.split_once('/') {
                Some((text, after)) => (text, Some(after)),
                None => (rest?, None),
            };
            match segment {
                Segment::Literal(literal) if literal == text => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(name) => parameters.push((name.clone(), text.to_owned())),
            }
            rest = after;
        }
        if rest.is_some() && !self.takes_rest {
            return None;
        }
        let trailing = self.takes_rest.then(|| trailing(rest, path));
        Some(Captures {
            parameters,
            trailing,
        })
    }
}

/// The rest of a path, with the one slash at its end that Spin keeps.
fn trailing(rest: Option<&str>, path: &str) -> String {
    let end = if path.ends_with('/') { "/" } else { "" };
    match rest {
        Some(rest) => format!("/{rest}{end}"),
        None => end.to_owned(),
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, SegmentFault> {
        if text.is_empty() {
            return Err(SegmentFault::Empty);
        }
        if text.contains(['?', '#']) || text.contains(char::is_whitespace) {
            return Err(SegmentFault::NotInPath);
        }
        if text.contains('*') || text.contains("...") {
            return Err(SegmentFault::PartialWildcard);
        }
        let Some(name) = text.strip_prefix(':') else {
            return Ok(Self::Literal(text.to_owned()));
        };
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if name.is_empty() || !name.bytes().all(is_name_byte) {
            return Err(SegmentFault::ParameterName);
        }
        Ok(Self::Parameter(name.to_owned()))
    }
}
