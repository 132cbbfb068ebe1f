//! Which component answers which path.

use std::fmt::Write as _;

use tidemark_manifest::{Manifest, RouteTable};

use crate::parse_valid;

/// A manifest with one component and trigger per route; the component of `routes[0]` is `c0`.
pub fn manifest_text(routes: &[&str]) -> String {
    let mut text = "spin_manifest_version = 2\n[application]\nname = \"routes\"\n".to_owned();
    for (index, route) in routes.iter().enumerate() {
        write!(
            text,
            "[[trigger.http]]\nroute = {route:?}\ncomponent = \"c{index}\"\n\
             [component.c{index}]\nsource = \"c.wasm\"\n"
        )
        .expect("strings take all text");
    }
    text
}

fn table(routes: &[&str]) -> RouteTable {
    let manifest: Manifest = parse_valid(&manifest_text(routes));
    RouteTable::new(&manifest).expect("no conflict")
}

#[test]
fn the_most_specific_route_answers() {
    let table = table(&[
        "/...",
        "/",
        "/api/...",
        "/api/models",
        "/api/:kind",
        "/api/:kind/latest",
        "/api/models/...",
        "/.well-known/...",
        "/:page/about",
        "relative",
    ]);
    for (path, expected) in [
        ("/", "/"),
        ("", "/"),
        ("/index.html", "/..."),
        ("/api", "/api/..."),
        ("/api/", "/api/..."),
        ("/api/models", "/api/models"),
        ("/api/models/", "/api/models"),
        ("/api/fans", "/api/:kind"),
        ("/api/fans/latest", "/api/:kind/latest"),
        ("/api/fans/oldest", "/api/..."),
        // The first segment that differs decides, although the other route has no wildcard.
        ("/api/models/latest", "/api/models/..."),
        ("/api/about", "/api/:kind"),
        ("/team/about", "/:page/about"),
        ("/.well-known/about", "/.well-known/..."),
        ("/relative", "relative"),
        ("/apis", "/..."),
    ] {
        let found = table.find(path).expect("the last resort is /...");
        assert_eq!(found.route, expected, "{path}");
    }
}

#[test]
fn a_path_without_a_route_is_not_found() {
    let table = table(&["/a", "/b/:id", "/c/..."]);
    for path in [
        "/", "", "/b", "/b/", "/a/b", "/b/1/2", "/A", "/%61", "/cc", "/a//",
    ] {
        let found = table.find(path).map(|found| found.route);
        // Slashes at the end do not count, however many there are.
        assert_eq!(found, (path == "/a//").then_some("/a"), "{path}");
    }
}

#[test]
fn parameters_and_the_rest_of_the_path_are_captured() {
    let table = table(&["/:first/with/:last-one/...", "/plain"]);
    let found = table.find("/a/with/b%20c/d//e/").expect("a match");
    assert_eq!(found.component, "c0");
    assert_eq!(found.trigger, "c0-http-trigger");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        found.parameters,
        [pair("first", "a"), pair("last-one", "b%20c")]
    );
    assert_eq!(found.trailing.as_deref(), Some("/d//e/"));
    assert_eq!(table.find("/plain").expect("a match").trailing, None);
}

#[test]
fn the_rest_of_the_path_keeps_its_slashes_as_in_spin() {
    let shop = table(&["/shop/..."]);
    let root = table(&["/*"]);
    for (table, path, expected) in [
        (&shop, "/shop", ""),
        (&shop, "/shop/", "/"),
        (&shop, "/shop/a", "/a"),
        (&shop, "/shop/a/", "/a/"),
        (&shop, "/shop//a", "//a"),
        (&root, "/", "/"),
        (&root, "/1/2/3", "/1/2/3"),
    ] {
        let found = table.find(path).expect("a match");
        assert_eq!(found.trailing.as_deref(), Some(expected), "{path}");
    }
}

#[test]
fn private_triggers_have_no_route() {
    let mut text = manifest_text(&["/a"]);
    text.push_str("[[trigger.http]]\nroute = { private = true }\ncomponent = \"c0\"\n");
    let table = RouteTable::new(&parse_valid(&text)).expect("no conflict");
    assert_eq!(table.routes().count(), 1);
}

#[test]
fn one_component_may_answer_several_routes() {
    let mut text = manifest_text(&["/a"]);
    text.push_str("[[trigger.http]]\nroute = \"/b\"\ncomponent = \"c0\"\n");
    let table = RouteTable::new(&parse_valid(&text)).expect("no conflict");
    for path in ["/a", "/b"] {
        assert_eq!(table.find(path).expect("a match").component, "c0");
    }
}
