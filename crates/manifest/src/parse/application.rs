//! `[application]` and the limits in `tool.tidemark`.

use super::document::Section;
use crate::error::{ManifestError, ManifestProblem};
use crate::model::{Application, Limits};

const KEYS: [&str; 6] = [
    "authors",
    "description",
    "name",
    "tool",
    "trigger",
    "version",
];
const UNSUPPORTED_KEYS: [&str; 1] = ["targets"];

const LIMIT_KEYS: [&str; 2] = ["memory_limit_mb", "request_timeout_ms"];
/// What a 32-bit memory can hold, in mebibytes.
const LARGEST_MEMORY_MB: u32 = 4096;
/// One day, in milliseconds.
const LONGEST_TIMEOUT_MS: u64 = 86_400_000;

pub(super) fn parse(section: &Section<'_>) -> Result<Application, ManifestError> {
    section.allow(&KEYS, &UNSUPPORTED_KEYS)?;
    check_trigger_settings(section)?;
    Ok(Application {
        name: section
            .required("name", "name = \"my-application\"")?
            .text()?,
        version: section.optional_string("version")?,
        description: section.optional_string("description")?,
        authors: section.strings("authors")?,
        limits: limits(section)?,
    })
}

/// `[application.trigger.http] base` is all there is to it, and Spin takes no value but "/".
fn check_trigger_settings(section: &Section<'_>) -> Result<(), ManifestError> {
    let Some(triggers) = section.optional_section("trigger")? else {
        return Ok(());
    };
    triggers.allow(&["http"], &["redis", "mqtt", "sqs", "command"])?;
    let Some(http) = triggers.optional_section("http")? else {
        return Ok(());
    };
    http.allow(&["base"], &[])?;
    match http.field("base") {
        Some(base) if base.string()? != "/" => {
            let key = base.path.clone();
            Err(base.error(ManifestProblem::BasePath { key }))
        }
        _ => Ok(()),
    }
}

/// `tool.tidemark` of a table. The `tool` tables of others are theirs, whatever they hold.
pub(super) fn limits(section: &Section<'_>) -> Result<Limits, ManifestError> {
    let Some(tools) = section.optional_section("tool")? else {
        return Ok(Limits::default());
    };
    for tool in tools.fields() {
        tool.section()?;
    }
    let Some(tidemark) = tools.optional_section("tidemark")? else {
        return Ok(Limits::default());
    };
    tidemark.allow(&LIMIT_KEYS, &[])?;

    let mut limits = Limits::default();
    if let Some(field) = tidemark.field("memory_limit_mb") {
        let megabytes = field.number_in(1..=u64::from(LARGEST_MEMORY_MB))?;
        let megabytes = u32::try_from(megabytes).expect("invariant: at most LARGEST_MEMORY_MB");
        limits.memory_limit_mb = Some(megabytes);
    }
    if let Some(field) = tidemark.field("request_timeout_ms") {
        limits.request_timeout_ms = Some(field.number_in(1..=LONGEST_TIMEOUT_MS)?);
    }
    Ok(limits)
}
