//! Application variables: declared in `[variables]`, given by the environment.
//!
//! Under Spin and under Tidemark alike a variable `database_url` comes from the environment
//! variable `SPIN_VARIABLE_DATABASE_URL`, else from its default. Values of secret variables, and
//! everything made from them, are kept out of `Debug` output and of error messages.

use std::collections::BTreeMap;
use std::fmt;

/// What the name of every environment variable that sets a Spin variable starts with.
pub const ENVIRONMENT_PREFIX: &str = "SPIN_VARIABLE_";

const REDACTED: &str = "[secret]";

/// The variables of an application, by name.
pub type Declarations = BTreeMap<String, VariableDeclaration>;

/// `[variables] NAME = { … }`.
#[derive(Clone, PartialEq, Eq)]
pub struct VariableDeclaration {
    /// What it is for.
    pub description: Option<String>,
    /// Its value when none is given; `None` makes it required.
    pub default: Option<String>,
    /// Whether its value must not be shown.
    pub secret: bool,
}

impl VariableDeclaration {
    /// Whether a value must be given.
    pub fn is_required(&self) -> bool {
        self.default.is_none()
    }
}

impl fmt::Debug for VariableDeclaration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = self.default.as_deref();
        formatter
            .debug_struct("VariableDeclaration")
            .field("description", &self.description)
            .field("default", &default.map(|text| shown(text, self.secret)))
            .field("secret", &self.secret)
            .finish()
    }
}

/// Why the variables of an application have no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// Required variables without a value.
    #[error("{}; set them in the environment", missing_list(names))]
    Missing {
        /// Their names.
        names: Vec<String>,
    },
    /// A value was given for a variable that the manifest does not declare.
    #[error("the variable {name:?} is not declared; add it to [variables] or correct the name")]
    Undeclared {
        /// The name.
        name: String,
    },
}

fn missing_list(names: &[String]) -> String {
    let items: Vec<String> = names
        .iter()
        .map(|name| format!("{name} ({})", environment_key(name)))
        .collect();
    format!("required variables have no value: {}", items.join(", "))
}

/// The environment variable that sets a Spin variable.
pub fn environment_key(name: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", name.to_ascii_uppercase())
}

/// The values of an application's variables.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, Value>,
}

#[derive(Clone, PartialEq, Eq)]
struct Value {
    text: String,
    secret: bool,
}

impl Variables {
    /// Gives each declared variable its value: from `overrides`, else from `environment`, else
    /// its default. Entries of `environment` that set no declared variable are ignored.
    ///
    /// # Errors
    /// Required variables have no value, or `overrides` sets an undeclared one.
    pub fn from_environment(
        declared: &Declarations,
        environment: impl IntoIterator<Item = (String, String)>,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self, VariableError> {
        if let Some(name) = overrides.keys().find(|name| !declared.contains_key(*name)) {
            return Err(VariableError::Undeclared { name: name.clone() });
        }
        let given: BTreeMap<String, String> = environment
            .into_iter()
            .filter(|(key, _)| key.starts_with(ENVIRONMENT_PREFIX))
            .collect();

        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, declaration) in declared {
            let text = overrides
                .get(name)
                .or_else(|| given.get(&environment_key(name)))
                .or(declaration.default.as_ref());
            match text {
                Some(text) => {
                    let value = Value {
                        text: text.clone(),
                        secret: declaration.secret,
                    };
                    values.insert(name.clone(), value);
                }
                None => missing.push(name.clone()),
            }
        }
        if missing.is_empty() {
            Ok(Self { values })
        } else {
            Err(VariableError::Missing { names: missing })
        }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.text.as_str())
    }

    /// Whether a variable's value must not be shown; an unknown one's neither.
    pub fn is_secret(&self, name: &str) -> bool {
        self.values.get(name).is_none_or(|value| value.secret)
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.values.iter();
        formatter
            .debug_map()
            .entries(entries.map(|(name, value)| (name, shown(&value.text, value.secret))))
            .finish()
    }
}

/// A template with its variables filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolved {
    pub(crate) text: String,
    /// The template as written, when it used a variable.
    pub(crate) template: Option<String>,
    pub(crate) secret: bool,
}

impl Resolved {
    /// The text, secret or not.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a secret variable went into the text.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether any variable went into the text.
    pub fn is_templated(&self) -> bool {
        self.template.is_some()
    }

    /// What may be shown: the text, or the template that a secret went into.
    pub fn label(&self) -> &str {
        match &self.template {
            Some(template) if self.secret => template,
            _ => &self.text,
        }
    }
}

impl From<&str> for Resolved {
    /// A text that no variable went into.
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            template: None,
            secret: false,
        }
    }
}

impl fmt::Debug for Resolved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.label(), formatter)
    }
}

/// The values of one component's variables, by the component's own names for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentVariables {
    values: BTreeMap<String, Resolved>,
}

impl ComponentVariables {
    pub(crate) fn insert(&mut self, name: &str, value: Resolved) {
        self.values.insert(name.to_owned(), value);
    }

    /// The value of a variable; `None` when the component was not given it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(Resolved::as_str)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Resolved)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }
}

fn shown(text: &str, secret: bool) -> &str {
    if secret { REDACTED } else { text }
}
