//! The names that Spin allows.

use super::document::Field;
use crate::error::{ManifestError, ManifestProblem};

/// What a name names.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Words of one case, joined by `-`.
    Component,
    /// Words in lower case, joined by `_`.
    Variable,
}

/// Checks the key of a field.
pub(super) fn check(field: &Field<'_>, kind: Kind) -> Result<(), ManifestError> {
    let Some(reason) = fault(&field.name, kind) else {
        return Ok(());
    };
    let (kind, example) = match kind {
        Kind::Component => ("component", "transaction-sync"),
        Kind::Variable => ("variable", "database_url"),
    };
    let key = field.path.clone();
    Err(field.error_at_key(ManifestProblem::Name {
        key,
        kind,
        reason,
        example,
    }))
}

fn fault(name: &str, kind: Kind) -> Option<&'static str> {
    let (separator, wrong_separator) = match kind {
        Kind::Component => ('-', '_'),
        Kind::Variable => ('_', '-'),
    };
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.contains(wrong_separator) {
        return Some(match kind {
            Kind::Component => "its words must be joined by `-`, not `_`",
            Kind::Variable => "its words must be joined by `_`, not `-`",
        });
    }
    name.split(separator)
        .find_map(|word| word_fault(word, kind))
}

fn word_fault(word: &str, kind: Kind) -> Option<&'static str> {
    let Some(first) = word.bytes().next() else {
        return Some("one of its words is empty");
    };
    if !first.is_ascii_alphabetic() {
        return Some("each of its words must start with a letter");
    }
    if !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some("its words may hold ASCII letters and digits only");
    }
    let has_upper = word.bytes().any(|byte| byte.is_ascii_uppercase());
    let has_lower = word.bytes().any(|byte| byte.is_ascii_lowercase());
    match kind {
        Kind::Variable if has_upper => Some("it must be in lower case"),
        Kind::Component if has_upper && has_lower => Some("each of its words must be in one case"),
        _ => None,
    }
}
