//! Templates: text with `{{ name }}` where the value of an application variable goes.

use std::fmt;

use crate::variables::{Declarations, Resolved, Variables};

const OPENING: &str = "{{";
const CLOSING: &str = "}}";

/// Text in which variables may be named, checked against the declarations.
///
/// As in Spin: blanks around the name do not count, a closing `}}` without an opening one is
/// plain text, and there is no way to write a literal `{{`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
}

/// What can be wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// An opening `{{` without its `}}`.
    #[error("has a `{{{{` that is never closed; add the `}}}}`")]
    Unclosed,
    /// Braces with nothing between them.
    #[error("has a `{{{{ }}}}` without a variable name; add the name")]
    Nameless,
    /// A name that `[variables]` does not have.
    #[error(
        "uses the variable {name:?}, which is not declared; add it to [variables] or correct the name"
    )]
    Undeclared {
        /// The name.
        name: String,
    },
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Braces are left open or empty, or a variable is not declared.
    pub fn parse(text: &str, declared: &Declarations) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after_opening)) = rest.split_once(OPENING) {
            let (name, after_closing) = after_opening
                .split_once(CLOSING)
                .ok_or(TemplateError::Unclosed)?;
            let name = name.trim();
            if name.is_empty() {
                return Err(TemplateError::Nameless);
            }
            if !declared.contains_key(name) {
                let name = name.to_owned();
                return Err(TemplateError::Undeclared { name });
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Variable(name.to_owned()));
            rest = after_closing;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// Whether no variable is used.
    pub fn is_literal(&self) -> bool {
        self.parts
            .iter()
            .all(|part| matches!(part, Part::Literal(_)))
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Fills the variables in.
    ///
    /// # Errors
    /// `variables` lacks one; impossible when they come from the declarations that the template
    /// was checked against.
    pub fn resolve(&self, variables: &Variables) -> Result<Resolved, TemplateError> {
        let mut text = String::new();
        let mut secret = false;
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Variable(name) => {
                    let value = variables
                        .get(name)
                        .ok_or_else(|| TemplateError::Undeclared { name: name.clone() })?;
                    text.push_str(value);
                    secret |= variables.is_secret(name);
                }
            }
        }
        let template = (!self.is_literal()).then(|| self.text.clone());
        Ok(Resolved {
            text,
            template,
            secret,
        })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
