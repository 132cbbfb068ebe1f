//! `[variables]`.

use super::document::{Field, Section};
use super::name;
use crate::error::{ManifestError, ManifestProblem};
use crate::variables::{Declarations, VariableDeclaration};

const KEYS: [&str; 4] = ["default", "description", "required", "secret"];

pub(super) fn parse(root: &Section<'_>) -> Result<Declarations, ManifestError> {
    let mut declarations = Declarations::new();
    if let Some(section) = root.optional_section("variables")? {
        for field in section.fields() {
            name::check(&field, name::Kind::Variable)?;
            declarations.insert(field.name.clone(), declaration(&field)?);
        }
    }
    Ok(declarations)
}

fn declaration(field: &Field<'_>) -> Result<VariableDeclaration, ManifestError> {
    let section = field.section()?;
    section.allow(&KEYS, &[])?;
    let default = section.optional_string("default")?;
    let key = || field.path.clone();
    match (&default, section.flag("required")?) {
        (Some(_), true) => Err(field.error(ManifestProblem::DefaultAndRequired { key: key() })),
        (None, false) => {
            Err(field.error(ManifestProblem::NeitherDefaultNorRequired { key: key() }))
        }
        _ => Ok(VariableDeclaration {
            description: section.optional_string("description")?,
            default,
            secret: section.flag("secret")?,
        }),
    }
}
