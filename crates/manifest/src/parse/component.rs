//! `[component.NAME]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::application::limits;
use super::document::{Field, Section};
use super::name;
use crate::error::{ManifestError, ManifestProblem};
use crate::freshness::WatchPattern;
use crate::model::{Build, Component, FileMount};
use crate::outbound::AllowedHosts;
use crate::template::Template;
use crate::variables::{Declarations, Resolved};

const KEYS: [&str; 9] = [
    "allowed_outbound_hosts",
    "build",
    "description",
    "environment",
    "exclude_files",
    "files",
    "source",
    "tool",
    "variables",
];
const UNSUPPORTED_KEYS: [&str; 8] = [
    "ai_models",
    "allowed_http_hosts",
    "dependencies",
    "dependencies_inherit_configuration",
    "key_value_stores",
    "profile",
    "sqlite_databases",
    "targets",
];
const BUILD_KEYS: [&str; 3] = ["command", "watch", "workdir"];
const MOUNT_KEYS: [&str; 2] = ["destination", "source"];

pub(super) fn parse(
    root: &Section<'_>,
    declared: &Declarations,
) -> Result<BTreeMap<String, Component>, ManifestError> {
    let mut components = BTreeMap::new();
    if let Some(section) = root.optional_section("component")? {
        for field in section.fields() {
            name::check(&field, name::Kind::Component)?;
            components.insert(field.name.clone(), component(&field, declared)?);
        }
    }
    Ok(components)
}

fn component(field: &Field<'_>, declared: &Declarations) -> Result<Component, ManifestError> {
    let section = field.section()?;
    section.allow(&KEYS, &UNSUPPORTED_KEYS)?;
    Ok(Component {
        name: field.name.clone(),
        source: source(&section)?,
        description: section.optional_string("description")?,
        variables: variables(&section, declared)?,
        allowed_outbound_hosts: allowed_outbound_hosts(&section, declared)?,
        files: files(&section)?,
        exclude_files: texts(&section.items("exclude_files")?)?,
        environment: environment(&section)?,
        build: build(&section)?,
        limits: limits(&section)?,
    })
}

fn source(section: &Section<'_>) -> Result<PathBuf, ManifestError> {
    let field = section.required("source", "source = \"path/to/component.wasm\"")?;
    if field.is_table() {
        let key = field.path.clone();
        return Err(field.error(ManifestProblem::RemoteSource { key }));
    }
    Ok(PathBuf::from(field.text()?))
}

fn variables(
    section: &Section<'_>,
    declared: &Declarations,
) -> Result<BTreeMap<String, Template>, ManifestError> {
    let mut variables = BTreeMap::new();
    if let Some(section) = section.optional_section("variables")? {
        for field in section.fields() {
            name::check(&field, name::Kind::Variable)?;
            variables.insert(field.name.clone(), template(&field, declared)?);
        }
    }
    Ok(variables)
}

fn allowed_outbound_hosts(
    section: &Section<'_>,
    declared: &Declarations,
) -> Result<Vec<Template>, ManifestError> {
    let mut templates = Vec::new();
    for field in section.items("allowed_outbound_hosts")? {
        let template = template(&field, declared)?;
        // One with variables can only be judged when they have values.
        if template.is_literal() {
            AllowedHosts::parse(&[Resolved::from(template.as_str())]).map_err(|source| {
                let key = field.path.clone();
                field.error(ManifestProblem::OutboundHost { key, source })
            })?;
        }
        templates.push(template);
    }
    Ok(templates)
}

fn template(field: &Field<'_>, declared: &Declarations) -> Result<Template, ManifestError> {
    Template::parse(&field.string()?, declared).map_err(|source| {
        let key = field.path.clone();
        field.error(ManifestProblem::Template { key, source })
    })
}

fn files(section: &Section<'_>) -> Result<Vec<FileMount>, ManifestError> {
    section.items("files")?.iter().map(mount).collect()
}

fn mount(field: &Field<'_>) -> Result<FileMount, ManifestError> {
    if field.is_string() {
        return Ok(FileMount::Pattern(field.text()?));
    }
    if !field.is_table() {
        return Err(field.wrong_type("a string or a table"));
    }
    let section = field.section()?;
    section.allow(&MOUNT_KEYS, &[])?;
    let source = section.required("source", "source = \"path/on/this/machine\"")?;
    let destination_field = section.required("destination", "destination = \"/path/inside\"")?;
    let destination = destination_field.text()?;
    if !destination.starts_with('/') {
        let key = destination_field.path.clone();
        return Err(destination_field.error(ManifestProblem::RelativeDestination { key }));
    }
    Ok(FileMount::Placement {
        source: PathBuf::from(source.text()?),
        destination,
    })
}

fn environment(section: &Section<'_>) -> Result<BTreeMap<String, String>, ManifestError> {
    let mut environment = BTreeMap::new();
    if let Some(section) = section.optional_section("environment")? {
        for field in section.fields() {
            environment.insert(field.name.clone(), field.string()?);
        }
    }
    Ok(environment)
}

fn build(section: &Section<'_>) -> Result<Option<Build>, ManifestError> {
    let Some(section) = section.optional_section("build")? else {
        return Ok(None);
    };
    section.allow(&BUILD_KEYS, &[])?;
    let workdir = section
        .field("workdir")
        .map(|field| field.text())
        .transpose()?;
    let mut watch = Vec::new();
    for field in section.items("watch")? {
        watch.push(watch_pattern(&field)?);
    }
    Ok(Some(Build {
        commands: commands(&section)?,
        workdir: workdir.map(PathBuf::from),
        watch,
    }))
}

fn commands(section: &Section<'_>) -> Result<Vec<String>, ManifestError> {
    let field = section.required("command", "command = \"cargo build\"")?;
    if field.is_string() {
        return Ok(vec![field.text()?]);
    }
    if !field.is_array() {
        return Err(field.wrong_type("a string or an array"));
    }
    let commands = texts(&field.items()?)?;
    if commands.is_empty() {
        let key = field.path.clone();
        return Err(field.error(ManifestProblem::Empty { key }));
    }
    Ok(commands)
}

fn watch_pattern(field: &Field<'_>) -> Result<WatchPattern, ManifestError> {
    let pattern = field.text()?;
    WatchPattern::parse(&pattern).map_err(|reason| {
        let key = field.path.clone();
        field.error(ManifestProblem::WatchPattern {
            key,
            pattern: pattern.clone(),
            reason,
        })
    })
}

fn texts(fields: &[Field<'_>]) -> Result<Vec<String>, ManifestError> {
    fields.iter().map(Field::text).collect()
}
