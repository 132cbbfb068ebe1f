//! Variables, templates and their secrecy.

use std::collections::BTreeMap;

use tidemark_manifest::template::TemplateError;
use tidemark_manifest::{Manifest, Template, Variables};

use crate::{SMALLEST, parse_valid};

const PASSWORD: &str = "hunter2";

fn manifest() -> Manifest {
    parse_valid(&format!(
        r#"{SMALLEST}
variables = {{ url = "postgres://{{{{ user }}}}:{{{{password}}}}@db", plain = "{{{{ user }}}}" }}
allowed_outbound_hosts = ["{{{{ password }}}}", "{{{{ optional }}}}", "https://{{{{ optional }}}}"]
[variables]
user = {{ default = "sync" }}
password = {{ required = true, secret = true }}
optional = {{ default = "" }}
"#
    ))
}

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn overrides(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    environment(pairs).into_iter().collect()
}

#[test]
fn an_override_beats_the_environment_which_beats_the_default() {
    let declared = manifest().variables;
    let given = environment(&[
        ("SPIN_VARIABLE_USER", "from-environment"),
        ("SPIN_VARIABLE_PASSWORD", "from-environment"),
        ("SPIN_VARIABLE_UNDECLARED", "ignored"),
        ("USER", "ignored"),
    ]);
    let variables = Variables::from_environment(
        &declared,
        given,
        &overrides(&[("password", "from-override")]),
    )
    .expect("all have values");
    assert_eq!(variables.get("user"), Some("from-environment"));
    assert_eq!(variables.get("password"), Some("from-override"));
    assert_eq!(variables.get("optional"), Some(""));
    assert_eq!(variables.get("undeclared"), None);
}

#[test]
fn a_required_variable_without_a_value_names_its_environment_variable() {
    let declared = manifest().variables;
    let error =
        Variables::from_environment(&declared, [], &BTreeMap::new()).expect_err("no password");
    insta::assert_snapshot!(error, @r#"required variables have no value: password (SPIN_VARIABLE_PASSWORD); set them in the environment"#);
}

#[test]
fn an_override_of_an_undeclared_variable_is_refused() {
    let declared = manifest().variables;
    let error = Variables::from_environment(&declared, [], &overrides(&[("pasword", PASSWORD)]))
        .expect_err("a typing error");
    insta::assert_snapshot!(error, @r#"the variable "pasword" is not declared; add it to [variables] or correct the name"#);
}

#[test]
fn a_secret_shows_neither_in_debug_output_nor_in_errors() {
    let manifest = manifest();
    let given = environment(&[("SPIN_VARIABLE_PASSWORD", PASSWORD)]);
    let variables = Variables::from_environment(&manifest.variables, given, &BTreeMap::new())
        .expect("all have values");
    let web = &manifest.components["web"];
    let resolved = manifest
        .component_variables(web, &variables)
        .expect("all are declared");
    assert_eq!(resolved.get("url"), Some("postgres://sync:hunter2@db"));
    assert_eq!(resolved.get("plain"), Some("sync"));
    assert_eq!(resolved.get("user"), None);

    let error = manifest
        .allowed_hosts(web, &variables)
        .expect_err("a password is no host");
    insta::assert_snapshot!(error, @r#"spin.toml: component.web.allowed_outbound_hosts has the entry "{{ password }}", which has no scheme; write it as scheme://host:port, with * for any"#);
    insta::assert_snapshot!(format!("{variables:?}\n{resolved:?}"), @r#"
    {"optional": "", "password": "[secret]", "user": "sync"}
    ComponentVariables { values: {"plain": "sync", "url": "postgres://{{ user }}:{{password}}@db"} }
    "#);
    for shown in [
        format!("{variables:?} {resolved:?} {error} {error:?}"),
        format!("{:?}", resolved.iter().collect::<Vec<_>>()),
    ] {
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

#[test]
fn the_default_of_a_secret_variable_does_not_show() {
    let text =
        format!("{SMALLEST}[variables]\nkey = {{ default = \"{PASSWORD}\", secret = true }}\n");
    let shown = format!("{:?}", parse_valid(&text));
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[test]
fn an_entry_that_an_empty_variable_emptied_grants_nothing() {
    let manifest = manifest();
    let given = environment(&[("SPIN_VARIABLE_PASSWORD", "https://api.example.com")]);
    let variables = Variables::from_environment(&manifest.variables, given, &BTreeMap::new())
        .expect("all have values");
    let allowed = manifest
        .allowed_hosts(&manifest.components["web"], &variables)
        .expect("the other two entries are empty");
    assert!(allowed.permits("https", "api.example.com", None));
    assert!(!allowed.permits("https", "example.com", None));
    assert!(!format!("{allowed:?}").contains("api.example.com"));
}

#[test]
fn templates_fill_in_values_and_keep_all_other_text() {
    let declared = manifest().variables;
    let given = environment(&[("SPIN_VARIABLE_PASSWORD", "p")]);
    let variables =
        Variables::from_environment(&declared, given, &BTreeMap::new()).expect("all have values");
    for (template, expected) in [
        ("", ""),
        ("plain }} text { }", "plain }} text { }"),
        ("{{user}}", "sync"),
        ("{{ user }}{{  password  }}", "syncp"),
        ("a {{ user }} b {{ optional }} c", "a sync b  c"),
        ("{{{ user }}", ""),
    ] {
        let parsed = Template::parse(template, &declared);
        if template == "{{{ user }}" {
            let name = "{ user".to_owned();
            assert_eq!(parsed, Err(TemplateError::Undeclared { name }));
            continue;
        }
        let parsed = parsed.expect(template);
        let resolved = parsed.resolve(&variables).expect(template);
        assert_eq!(resolved.as_str(), expected);
        assert_eq!(resolved.is_secret(), template.contains("password"));
        assert_eq!(resolved.is_templated(), !parsed.is_literal());
    }
}

#[test]
fn a_template_refuses_the_variables_of_another_manifest() {
    let template = Template::parse("{{ user }}", &manifest().variables).expect("declared");
    let name = "user".to_owned();
    assert_eq!(
        template.resolve(&Variables::default()),
        Err(TemplateError::Undeclared { name })
    );
}
