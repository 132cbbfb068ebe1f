//! `fermyon:spin/variables@2.0.0`: the variables that the manifest gives a component.

use super::bindings::imports::fermyon::spin::variables::{Error, Host};
use super::state::GuestState;

impl Host for GuestState {
    fn get(&mut self, name: String) -> Result<String, Error> {
        if let Err(reason) = check_name(&name) {
            return Err(Error::InvalidName(format!("{name:?}: {reason}")));
        }
        let component = self.component();
        component
            .variables
            .get(&name)
            .map(str::to_owned)
            .ok_or_else(|| {
                let component = &component.name;
                Error::Undefined(format!("no variable for {component:?}.{name:?}"))
            })
    }
}

/// The rule for names, and the words for breaking it, are those of Spin.
fn check_name(name: &str) -> Result<(), String> {
    let allowed = |character: &char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || *character == '_'
    };
    if name.is_empty() {
        Err("must not be empty".to_owned())
    } else if let Some(invalid) = name.chars().find(|character| !allowed(character)) {
        Err(format!(
            "invalid character {invalid:?}. Variable names may contain only lower-case letters, \
             numbers, and underscores."
        ))
    } else if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        Err("must start with a lowercase ASCII letter".to_owned())
    } else if !name.ends_with(|last: char| last.is_ascii_alphanumeric()) {
        Err("must end with a lowercase ASCII letter or digit".to_owned())
    } else if name.contains("__") {
        Err("must not contain multiple consecutive underscores".to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn names_follow_the_rule_of_spin() {
        for name in ["a", "database_url", "a1", "a_1_b"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "A", "1a", "_a", "a_", "a__b", "a-b", "ä"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
