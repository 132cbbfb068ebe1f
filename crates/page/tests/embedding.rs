//! How the page is embedded: addresses, imports, size and the rules of its security policy.

use std::{fs, path::Path};

use tidemark_page::{ASSETS_HASH, Asset, CONTENT_SECURITY_POLICY, asset, index, login};

/// What a browser downloads for everything, compressed, must stay below.
const BUDGET_BYTES: usize = 60 * 1024;
const PAGES: [&str; 2] = ["index.html", "login.html"];
/// What `page.css` is made of.
const JOINED: [&str; 6] = [
    "theme.css",
    "controls.css",
    "dashboard.css",
    "chart.css",
    "team.css",
    "print.css",
];
const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// Names of all assets but the pages.
fn asset_names() -> Vec<String> {
    let assets_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let entries = fs::read_dir(assets_dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_separate = |name: &str| !PAGES.contains(&name) && !JOINED.contains(&name);
    names
        .filter(|name| is_separate(name))
        .chain(["page.css".to_owned()])
        .collect()
}

fn current(name: &str) -> Option<Asset> {
    asset(&format!("{ASSETS_HASH}/{name}"))
}

/// Names and texts of the scripts.
fn modules() -> impl Iterator<Item = (String, String)> {
    let scripts = everything()
        .into_iter()
        .filter(|(_, asset)| asset.content_type.starts_with("text/javascript"));
    scripts.map(|(name, asset)| (name, text(asset)))
}

/// Every file that can be served, with its name.
fn everything() -> Vec<(String, Asset)> {
    let assets = asset_names().into_iter().map(|name| {
        let found = current(&name).unwrap();
        (name, found)
    });
    let pages = [
        ("index.html".to_owned(), index()),
        ("login.html".to_owned(), login()),
    ];
    assets.chain(pages).collect()
}

fn text(asset: Asset) -> String {
    String::from_utf8(asset.plain()).unwrap()
}

/// The texts between `before` and the next `after`.
fn between<'text>(text: &'text str, before: &str, after: char) -> Vec<&'text str> {
    let pieces = text.split(before).skip(1);
    pieces
        .filter_map(|piece| Some(piece.split_once(after)?.0))
        .collect()
}

#[test]
fn an_asset_is_found_under_the_current_hash_only() {
    assert!(current("app.js").is_some());
    assert!(asset("0000000000000000/app.js").is_none());
    assert!(asset("app.js").is_none());
    assert!(current("missing.js").is_none());
    assert!(current("../src/lib.rs").is_none());
}

#[test]
fn assets_are_immutable_and_pages_are_not() {
    assert!(current("page.css").unwrap().immutable);
    assert!(!index().immutable);
    assert!(!login().immutable);
    assert!(current("index.html").is_none(), "a page has one address");
}

#[test]
fn content_types_follow_the_extension() {
    assert_eq!(
        current("app.js").unwrap().content_type,
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        current("page.css").unwrap().content_type,
        "text/css; charset=utf-8"
    );
    assert_eq!(current("icon.svg").unwrap().content_type, "image/svg+xml");
    assert_eq!(index().content_type, "text/html; charset=utf-8");
}

#[test]
fn everything_together_is_below_the_budget() {
    let total: usize = everything().iter().map(|(_, asset)| asset.gzip.len()).sum();
    assert!(total < BUDGET_BYTES, "{total} bytes compressed");
}

#[test]
fn scripts_and_styles_are_served_without_their_comments() {
    for (name, asset) in everything() {
        let comment = |line: &&str| {
            ["//", "/*"]
                .iter()
                .any(|mark| line.trim_start().starts_with(mark))
        };
        let text = text(asset);
        assert_eq!(text.lines().find(comment), None, "{name}");
    }
}

#[test]
fn compressed_bytes_are_gzip_and_smaller() {
    for (name, asset) in everything() {
        assert!(asset.gzip.starts_with(&[0x1f, 0x8b]), "{name} is not gzip");
        assert!(
            asset.gzip.len() < asset.plain().len(),
            "{name} did not shrink"
        );
    }
}

#[test]
fn every_import_names_an_embedded_module() {
    for (name, source) in modules() {
        let imports = between(&source, "from\"", '"');
        assert_eq!(
            imports.len(),
            source.matches("import{").count() + source.matches("import*").count(),
            "{name} has an import this test does not see"
        );
        for import in imports {
            let file = import
                .strip_prefix("./")
                .unwrap_or_else(|| panic!("{name} imports {import} by no relative path"));
            assert!(
                current(file).is_some(),
                "{name} imports {import}, which is not embedded"
            );
        }
    }
}

#[test]
fn every_address_in_a_page_is_embedded() {
    for page in [index(), login()] {
        let page = text(page);
        assert!(!page.contains("{{"), "a placeholder was not filled");
        let addresses = between(&page, "\"/assets/", '"');
        assert!(addresses.len() >= 4);
        for address in addresses {
            assert!(asset(address).is_some(), "{address} is not embedded");
        }
    }
}

#[test]
fn every_module_is_reached_from_a_page() {
    let pages = [text(index()), text(login())].concat();
    for name in asset_names() {
        assert!(
            pages.contains(&format!("/{name}\"")),
            "{name} is not used by any page"
        );
    }
}

#[test]
fn nothing_names_another_host() {
    for (name, asset) in everything() {
        let local = text(asset).replace(SVG_NAMESPACE, "");
        assert!(
            !local.contains("http://") && !local.contains("https://"),
            "{name} names another host"
        );
        assert!(
            !local.contains("\"//") && !local.contains("url(//"),
            "{name} names another host"
        );
    }
}

#[test]
fn no_page_has_inline_script_or_style() {
    for page in [index(), login()].map(text) {
        assert!(
            !page.contains("<style") && !page.contains("style=") && !page.contains("javascript:")
        );
        for tag in between(&page, "<script", '>') {
            assert!(tag.contains(" src=\""), "a script is inline");
        }
        for tag in between(&page, "<", '>') {
            let handler = tag
                .split_whitespace()
                .skip(1)
                .find(|attribute| attribute.starts_with("on"));
            assert_eq!(handler, None, "a tag has an inline event handler");
        }
    }
}

#[test]
fn no_module_parses_text_as_markup_or_code() {
    let forbidden = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "\"style\"",
    ];
    for (name, source) in modules() {
        for word in forbidden {
            assert!(!source.contains(word), "{name} contains {word}");
        }
    }
}

#[test]
fn every_element_a_module_looks_up_is_in_its_page() {
    for (name, source) in modules() {
        let page = text(if name == "login.js" { login() } else { index() });
        let wanted = [
            between(&source, "find(\"", '"'),
            between(&source, "getElementById(\"", '"'),
        ]
        .concat();
        for id in wanted {
            assert!(
                page.contains(&format!("id=\"{id}\"")),
                "{name} looks up {id}, which its page lacks"
            );
        }
    }
}

/// Keys of the figures that a tab's cards name: the words in quotes of its lists.
fn keys_of_cards(tabs: &str) -> Vec<&str> {
    let lists = ["headline([", "gross:[", "net:["].map(|before| between(tabs, before, ']'));
    let quoted = |list| str::split(list, '"').skip(1).step_by(2);
    lists.concat().into_iter().flat_map(quoted).collect()
}

#[test]
fn every_card_has_a_definition() {
    let definitions = text(current("definitions.js").unwrap());
    let tabs = text(current("figurestab.js").unwrap());
    let shown = keys_of_cards(&tabs);
    assert!(shown.len() > 20);
    for key in shown {
        let card = between(&definitions, &format!("key:\"{key}\""), '}').concat();
        assert!(card.contains("definition:\""), "{key} has no definition");
    }
}

#[test]
fn the_policy_allows_nothing_inline_and_nothing_foreign() {
    assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'self';"));
    assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
    assert!(!CONTENT_SECURITY_POLICY.contains('*'));
}
