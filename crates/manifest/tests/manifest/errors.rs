//! Every sentence that a faulty manifest can be answered with.

use std::fmt::Write as _;

use crate::{SMALLEST, parse};

fn sentences(texts: &[&str]) -> String {
    let mut sentences = String::new();
    for text in texts {
        let error = parse(text).expect_err(text);
        let sentence = error.to_string();
        assert!(!sentence.contains('\n'), "more than one line: {sentence}");
        assert!(!sentence.ends_with('.'), "a final stop: {sentence}");
        writeln!(sentences, "{sentence}").expect("strings take all text");
    }
    sentences
}

/// The sentences for lines that follow the smallest manifest.
fn after_smallest(lines: &[&str]) -> String {
    let texts: Vec<String> = lines
        .iter()
        .map(|line| format!("{SMALLEST}{line}\n"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    sentences(&texts)
}

#[test]
fn syntax_and_version() {
    insta::assert_snapshot!(sentences(&[
        "",
        "spin_manifest_version = ",
        "a = 1\na = 2",
        "spin_manifest_version = 1",
        "spin_manifest_version = \"1\"",
        "spin_version = \"1\"",
        "spin_manifest_version = 3",
        "spin_manifest_version = 2",
        "spin_manifest_version = 2\napplication = 1",
    ]), @r#"
    spin.toml: spin_manifest_version is missing; add spin_manifest_version = 2
    spin.toml:1: this is not valid TOML (string values must be quoted, expected literal string); correct the syntax here
    spin.toml:2: this is not valid TOML (duplicate key); correct the syntax here
    spin.toml:1: the manifest has version 1, but tidemark reads spin_manifest_version = 2 only; bring it to that version (`spin doctor` upgrades version 1)
    spin.toml:1: the manifest has version "1", but tidemark reads spin_manifest_version = 2 only; bring it to that version (`spin doctor` upgrades version 1)
    spin.toml:1: the manifest has version 1, but tidemark reads spin_manifest_version = 2 only; bring it to that version (`spin doctor` upgrades version 1)
    spin.toml:1: the manifest has version 3, but tidemark reads spin_manifest_version = 2 only; bring it to that version (`spin doctor` upgrades version 1)
    spin.toml: application is missing; add an [application] table with a name
    spin.toml:2: application must be a table, but is of type integer; correct the value
    "#);
}

#[test]
fn application() {
    let version = "spin_manifest_version = 2\n";
    let texts = [
        "[application]",
        "[application]\nname = \" \"",
        "[application]\nname = 1",
        "[application]\nname = \"a\"\nauthors = \"me\"",
        "[application]\nname = \"a\"\nauthors = [1]",
        "[application]\nname = \"a\"\ntargets = [\"spin-up:3.5\"]",
        "[application]\nname = \"a\"\n\"two words\\n\" = 1",
        "[application]\nname = \"a\"\n[application.trigger.http]\nbase = \"/api\"",
        "[application]\nname = \"a\"\n[application.trigger.redis]\naddress = \"redis://x\"",
        "[application]\nname = \"a\"\n[application.tool.tidemark]\nmemory = 1",
        "[application]\nname = \"a\"\n[application.tool.tidemark]\nmemory_limit_mb = 0",
        "[application]\nname = \"a\"\n[application.tool.tidemark]\nrequest_timeout_ms = \"1s\"",
        "[application]\nname = \"a\"\n[application.tool]\nlint = 1",
    ];
    let texts: Vec<String> = texts
        .iter()
        .map(|text| format!("{version}{text}"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(sentences(&texts), @r#"
    spin.toml:2: application.name is missing; add name = "my-application"
    spin.toml:3: application.name is empty; give it a value
    spin.toml:3: application.name must be a string, but is of type integer; correct the value
    spin.toml:4: application.authors must be an array, but is of type string; correct the value
    spin.toml:4: application.authors[0] must be a string, but is of type integer; correct the value
    spin.toml:4: application.targets is not supported by tidemark; remove it or run the application with spin
    spin.toml:4: application."two words\n" is not a manifest key; remove it or correct it to one of authors, description, name, tool, trigger, version
    spin.toml:5: application.trigger.http.base is no longer supported by spin; put it in front of the route of each http trigger
    spin.toml:4: application.trigger.redis is not supported by tidemark; remove it or run the application with spin
    spin.toml:5: application.tool.tidemark.memory is not a manifest key; remove it or correct it to one of memory_limit_mb, request_timeout_ms
    spin.toml:5: application.tool.tidemark.memory_limit_mb must be a whole number from 1 to 4096; correct the value
    spin.toml:5: application.tool.tidemark.request_timeout_ms must be a whole number from 1 to 86400000; correct the value
    spin.toml:5: application.tool.lint must be a table, but is of type integer; correct the value
    "#);
}

#[test]
fn variables() {
    insta::assert_snapshot!(after_smallest(&[
        "[variables]\nDatabase = { default = \"\" }",
        "[variables]\n\"database-url\" = { default = \"\" }",
        "[variables]\na__b = { default = \"\" }",
        "[variables]\na_1 = { default = \"\" }",
        "[variables]\n\"a+b\" = { default = \"\" }",
        "[variables]\n\"\" = { default = \"\" }",
        "[variables]\nurl = \"x\"",
        "[variables]\nurl = { default = 1 }",
        "[variables]\nurl = { default = \"x\", required = true }",
        "[variables]\nurl = { secret = true }",
        "[variables]\nurl = { required = \"yes\" }",
        "[variables]\nurl = { default = \"x\", type = \"string\" }",
        "variables = { url = \"{{ url }}\" }",
        "variables = { url = \"{{ url\" }",
        "variables = { url = \"{{ }}\" }",
        "variables = { url = 1 }",
        "variables = { URL = \"x\" }",
    ]), @r#"
    spin.toml:7: variables.Database is not a valid variable name: it must be in lower case; rename it, for example to `database_url`
    spin.toml:7: variables.database-url is not a valid variable name: its words must be joined by `_`, not `-`; rename it, for example to `database_url`
    spin.toml:7: variables.a__b is not a valid variable name: one of its words is empty; rename it, for example to `database_url`
    spin.toml:7: variables.a_1 is not a valid variable name: each of its words must start with a letter; rename it, for example to `database_url`
    spin.toml:7: variables."a+b" is not a valid variable name: its words may hold ASCII letters and digits only; rename it, for example to `database_url`
    spin.toml:7: variables."" is not a valid variable name: it is empty; rename it, for example to `database_url`
    spin.toml:7: variables.url must be a table, but is of type string; correct the value
    spin.toml:7: variables.url.default must be a string, but is of type integer; correct the value
    spin.toml:7: variables.url has both `default` and `required = true`; remove one of the two
    spin.toml:7: variables.url has neither `default` nor `required = true`; add one of the two
    spin.toml:7: variables.url.required must be true or false, but is of type string; correct the value
    spin.toml:7: variables.url.type is not a manifest key; remove it or correct it to one of default, description, required, secret
    spin.toml:6: component.web.variables.url uses the variable "url", which is not declared; add it to [variables] or correct the name
    spin.toml:6: component.web.variables.url has a `{{` that is never closed; add the `}}`
    spin.toml:6: component.web.variables.url has a `{{ }}` without a variable name; add the name
    spin.toml:6: component.web.variables.url must be a string, but is of type integer; correct the value
    spin.toml:6: component.web.variables.URL is not a valid variable name: it must be in lower case; rename it, for example to `database_url`
    "#);
}

#[test]
fn components() {
    insta::assert_snapshot!(after_smallest(&[
        "[component.web_app]\nsource = \"a.wasm\"",
        "[component.1st]\nsource = \"a.wasm\"",
        "[component.webApp]\nsource = \"a.wasm\"",
        "[component.api]",
        "[component.api]\nsource = \"\"",
        "[component.api]\nsource = { url = \"https://example.com/a.wasm\", digest = \"sha256:0\" }",
        "sqlite_databases = [\"default\"]",
        "key_value_stores = [\"default\"]",
        "allowed_http_hosts = []",
        "souce = \"typo.wasm\"",
        "allowed_outbound_hosts = \"https://example.com\"",
        "files = [1]",
        "files = [{ source = \"a\" }]",
        "files = [{ source = \"a\", destination = \"b\" }]",
        "files = [{ source = \"a\", destination = \"/b\", mode = 1 }]",
        "environment = { PORT = 1 }",
        "build = { workdir = \".\" }",
        "build = { command = [] }",
        "build = { command = 1 }",
        "build = { command = \"make\", watch = [\"src/[\"] }",
        "build = { command = \"make\", watch = [\"**/../x\"] }",
        "build = { command = \"make\", shell = \"sh\" }",
        "[component.web.tool.tidemark]\nrequest_timeout_ms = 0",
    ]), @r#"
    spin.toml:6: component.web_app is not a valid component name: its words must be joined by `-`, not `_`; rename it, for example to `transaction-sync`
    spin.toml:6: component.1st is not a valid component name: each of its words must start with a letter; rename it, for example to `transaction-sync`
    spin.toml:6: component.webApp is not a valid component name: each of its words must be in one case; rename it, for example to `transaction-sync`
    spin.toml:6: component.api.source is missing; add source = "path/to/component.wasm"
    spin.toml:7: component.api.source is empty; give it a value
    spin.toml:7: component.api.source is not a local file, and tidemark loads nothing else; download the component and give the path of the file
    spin.toml:6: component.web.sqlite_databases is not supported by tidemark; remove it or run the application with spin
    spin.toml:6: component.web.key_value_stores is not supported by tidemark; remove it or run the application with spin
    spin.toml:6: component.web.allowed_http_hosts is not supported by tidemark; remove it or run the application with spin
    spin.toml:6: component.web.souce is not a manifest key; remove it or correct it to one of allowed_outbound_hosts, build, description, environment, exclude_files, files, source, tool, variables
    spin.toml:6: component.web.allowed_outbound_hosts must be an array, but is of type string; correct the value
    spin.toml:6: component.web.files[0] must be a string or a table, but is of type integer; correct the value
    spin.toml:6: component.web.files[0].destination is missing; add destination = "/path/inside"
    spin.toml:6: component.web.files[0].destination is not an absolute path; start it with a slash
    spin.toml:6: component.web.files[0].mode is not a manifest key; remove it or correct it to one of destination, source
    spin.toml:6: component.web.environment.PORT must be a string, but is of type integer; correct the value
    spin.toml:6: component.web.build.command is missing; add command = "cargo build"
    spin.toml:6: component.web.build.command is empty; give it a value
    spin.toml:6: component.web.build.command must be a string or an array, but is of type integer; correct the value
    spin.toml:6: component.web.build.watch[0] "src/[" is not a path pattern (unclosed character class; missing ']'); correct it
    spin.toml:6: component.web.build.watch[0] "**/../x" is not a path pattern (`..` follows a wildcard); correct it
    spin.toml:6: component.web.build.shell is not a manifest key; remove it or correct it to one of command, watch, workdir
    spin.toml:7: component.web.tool.tidemark.request_timeout_ms must be a whole number from 1 to 86400000; correct the value
    "#);
}

#[test]
fn outbound_hosts() {
    let entries = [
        "",
        "example.com",
        "HTTP://example.com",
        "{http,https}://example.com",
        "https://example.com/v1",
        "https://example.com:443/v1",
        "https://a.*.example.com",
        "https://exa mple.com",
        "*://example.com",
        "https://example.com:https",
        "https://example.com:70000",
        "https://example.com:9000..9000",
        "https://*.127.0.0.1",
        "insecure:allow-all",
    ];
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| format!("allowed_outbound_hosts = [\"{entry}\"]"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(after_smallest(&lines), @r#"
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "", which has no scheme; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "example.com", which has no scheme; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "HTTP://example.com", which has a scheme that is neither a word in lower case nor `*`; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "{http,https}://example.com", which has a list in braces, which spin does not support either; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://example.com/v1", which has a path; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://example.com:443/v1", which has a path; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://a.*.example.com", which has a `*` in its host that is neither the whole host nor its first part; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://exa mple.com", which has a host that is no domain, address or network; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "*://example.com", which has no port, and its scheme has no port of its own; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://example.com:https", which has a port that is neither a number up to 65535, a range of such numbers nor `*`; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://example.com:70000", which has a port that is neither a number up to 65535, a range of such numbers nor `*`; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://example.com:9000..9000", which has a port range that is empty, as its end does not belong to it; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "https://*.127.0.0.1", which has a host that is no domain, address or network; write it as scheme://host:port, with * for any
    spin.toml:6: component.web.allowed_outbound_hosts[0] has the entry "insecure:allow-all", which has no scheme; write it as scheme://host:port, with * for any
    "#);
}

#[test]
fn http_triggers() {
    insta::assert_snapshot!(after_smallest(&[
        "[trigger.http]\nroute = \"/\"",
        "[trigger]\nhttp = [1]",
        "[[trigger.redis]]\nchannel = \"x\"",
        "[[trigger.smtp]]\nport = 25",
        "[[trigger.http]]\ncomponent = \"web\"",
        "[[trigger.http]]\nroute = \"/\"",
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"api\"",
        "[[trigger.http]]\nroute = \"/\"\ncomponent = { source = \"a.wasm\" }",
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"web\"\nexecutor = { type = \"wagi\" }",
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"web\"\npath = \"/\"",
        "[[trigger.http]]\nroute = { private = false }\ncomponent = \"web\"",
        "[[trigger.http]]\nroute = { public = true }\ncomponent = \"web\"",
        "[[trigger.http]]\nroute = 1\ncomponent = \"web\"",
        "[[trigger.http]]\nroute = \"/a\"\ncomponent = \"web\"\nid = \"x\"\n\
         [[trigger.cron]]\ncron_expression = \"0 0 0 1 1 *\"\ncomponent = \"web\"\nid = \"x\"",
    ]), @r#"
    spin.toml:6: trigger.http must be an array of tables, each headed [[trigger.KIND]], but is of type table; correct the value
    spin.toml:7: trigger.http[0] must be a table, but is of type integer; correct the value
    spin.toml:6: trigger.redis is not supported by tidemark; remove it or run the application with spin
    spin.toml:6: trigger.smtp is not a manifest key; remove it or correct it to one of cron, http
    spin.toml:6: trigger.http[0].route is missing; add route = "/..."
    spin.toml:6: trigger.http[0].component is missing; add component = "NAME"
    spin.toml:8: trigger.http[0].component names the component "api", which is not defined; add its [component.NAME] table or use one of web
    spin.toml:8: trigger.http[0].component defines a component in place, which is not supported by tidemark; move it to a [component.NAME] table and put NAME here
    spin.toml:9: trigger.http[0].executor is not supported by tidemark; remove it or run the application with spin
    spin.toml:9: trigger.http[0].path is not a manifest key; remove it or correct it to one of component, id, route
    spin.toml:7: trigger.http[0].route is a table without `private = true`; set that, or give a path such as "/api/..."
    spin.toml:7: trigger.http[0].route.public is not a manifest key; remove it or correct it to one of private
    spin.toml:7: trigger.http[0].route must be a string or a table, but is of type integer; correct the value
    spin.toml:9: trigger.http[0].id "x" belongs to another trigger too; give each trigger an id of its own
    "#);
}

#[test]
fn routes() {
    let routes = [
        "/a//b",
        "/.../b",
        "/a...",
        "/a/*.png",
        "/:",
        "/:file.json",
        "/:id/:id",
        "/a?b=c",
        "/.well-known/spin/health",
    ];
    let mut lines: Vec<String> = routes
        .iter()
        .map(|route| format!("[[trigger.http]]\ncomponent = \"web\"\nroute = \"{route}\""))
        .collect();
    lines.push(
        "[[trigger.http]]\ncomponent = \"web\"\nroute = \"/models/:id/\"\n\
         [[trigger.http]]\ncomponent = \"web\"\nroute = \"/models/:name\""
            .to_owned(),
    );
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(after_smallest(&lines), @r#"
    spin.toml:8: trigger.http[0].route: the route "/a//b" has the segment "", which is empty; correct it
    spin.toml:8: trigger.http[0].route: the route "/.../b" has the segment "...", which may only end a route; correct it
    spin.toml:8: trigger.http[0].route: the route "/a..." has the segment "a...", where a wildcard must be a whole segment; correct it
    spin.toml:8: trigger.http[0].route: the route "/a/*.png" has the segment "*.png", where a wildcard must be a whole segment; correct it
    spin.toml:8: trigger.http[0].route: the route "/:" has the segment ":", where a parameter name takes letters, digits, `_` and `-` only; correct it
    spin.toml:8: trigger.http[0].route: the route "/:file.json" has the segment ":file.json", where a parameter name takes letters, digits, `_` and `-` only; correct it
    spin.toml:8: trigger.http[0].route: the route "/:id/:id" has the segment ":id", whose name another parameter has already; correct it
    spin.toml:8: trigger.http[0].route: the route "/a?b=c" has the segment "a?b=c", which holds a character that no path has; correct it
    spin.toml:8: trigger.http[0].route: the route "/.well-known/spin/health" can never be reached, as /.well-known/spin/ is reserved; choose another
    spin.toml:11: trigger.http[1].route: the route "/models/:id/" of the component web (trigger "web-http-trigger") and the route "/models/:name" of the component web (trigger "http-trigger1") answer the same paths; change or remove one of them
    "#);
}

#[test]
fn cron_triggers() {
    let expressions = [
        "",
        "*/15 * * * *",
        "0 0 0 1 1 * 2030",
        "@daily",
        "60 * * * * *",
        "* * 24 * * *",
        "0 0 0 0 * *",
        "0 0 0 1 FOO *",
        "0 0 0 * * WEDNESDAY",
        "0 0 0 * * 8",
        "0 0 0 * * FRI-MON",
        "0 */0 * * * *",
        "0 */60 * * * *",
        "0 1,* * * * *",
        "0 1,,2 * * * *",
        "? * * * * *",
        "0 0 0 L * *",
        "0 0 0 * * 5#2",
        "0 0 0 31 2 *",
    ];
    let mut lines: Vec<String> = expressions
        .iter()
        .map(|text| format!("[[trigger.cron]]\ncomponent = \"web\"\ncron_expression = \"{text}\""))
        .collect();
    lines.push("[[trigger.cron]]\ncomponent = \"web\"".to_owned());
    lines.push("[[trigger.cron]]\ncomponent = \"web\"\nschedule = \"* * * * * *\"".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(after_smallest(&lines), @r#"
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "" must have exactly 6 fields (second, minute, hour, day of month, month, day of week), but has 0; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "*/15 * * * *" must have exactly 6 fields (second, minute, hour, day of month, month, day of week), but has 5; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 1 1 * 2030" must have exactly 6 fields (second, minute, hour, day of month, month, day of week), but has 7; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "@daily" must have exactly 6 fields (second, minute, hour, day of month, month, day of week), but has 1; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "60 * * * * *" is wrong in its second: "60" is not a number from 0 to 59; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "* * 24 * * *" is wrong in its hour: "24" is not a number from 0 to 23; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 0 * *" is wrong in its day of month: "0" is not a number from 1 to 31; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 1 FOO *" is wrong in its month: "FOO" is not a number from 1 to 12 or a name from JAN to DEC; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 * * WEDNESDAY" is wrong in its day of week: "WEDNESDAY" is not a number from 0 to 7 or a name from SUN to SAT; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 * * 8" is wrong in its day of week: "8" is not a number from 0 to 7 or a name from SUN to SAT; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 * * FRI-MON" is wrong in its day of week: the range "FRI-MON" ends before it starts; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 */0 * * * *" is wrong in its minute: the step "0" is not a number from 1 to 59; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 */60 * * * *" is wrong in its minute: the step "60" is not a number from 1 to 59; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 1,* * * * *" is wrong in its minute: `*` must stand alone; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 1,,2 * * * *" is wrong in its minute: "" is not a number from 0 to 59; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "? * * * * *" is wrong in its second: "?" is not a number from 0 to 59; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 L * *" is wrong in its day of month: `L`, `W` and `#` are not supported by tidemark; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 * * 5#2" is wrong in its day of week: `L`, `W` and `#` are not supported by tidemark; correct it
    spin.toml:8: trigger.cron[0].cron_expression of the trigger "web-cron-trigger": the cron expression "0 0 0 31 2 *" never fires, as no date has such a day; correct it
    spin.toml:6: trigger.cron[0].cron_expression is missing; add cron_expression = "0 */15 * * * *"
    spin.toml:8: trigger.cron[0].schedule is not a manifest key; remove it or correct it to one of component, cron_expression, id
    "#);
}
