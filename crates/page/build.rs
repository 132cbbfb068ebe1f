//! Embeds the page: names the assets by one content hash, writes that hash into the HTML
//! files, compresses everything once and generates the table that the crate includes.

#[path = "build/lean.rs"]
mod lean;

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zopfli::{Format, Options};

/// Hex digits of the content hash: 64 bits tell any two builds apart.
const HASH_DIGITS: usize = 16;
/// In HTML: where the assets of this build are.
const ASSETS_PLACEHOLDER: &str = "{{assets}}";
/// In HTML: links that load all modules at once, where following the imports would load them level by level.
const MODULES_PLACEHOLDER: &str = "{{modulepreload}}";
/// Scripts that a page names itself; all others are modules of the overview.
const ENTRY_SCRIPTS: [&str; 3] = ["app.js", "login.js", "theme.js"];

/// The sheets that become `page.css`, in the order of their rules.
const STYLES: [&str; 6] = [
    "theme.css",
    "controls.css",
    "dashboard.css",
    "chart.css",
    "team.css",
    "print.css",
];

type BuildResult<T> = Result<T, Box<dyn Error>>;

/// An asset of `assets/`, as it is served.
struct Source {
    name: String,
    content: Vec<u8>,
}

fn main() -> BuildResult<()> {
    let assets_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", assets_dir.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/lean.rs");

    let sources = read_sources(&assets_dir)?;
    let hash = content_hash(&sources);
    let mut table = String::new();
    writeln!(
        table,
        "/// Content hash over all assets, {HASH_DIGITS} hex digits."
    )?;
    writeln!(table, "pub const ASSETS_HASH: &str = {hash:?};")?;
    writeln!(table, "const EMBEDDED: &[(&str, Asset)] = &[")?;
    for source in &sources {
        let is_page = extension(&source.name) == "html";
        let body = if is_page {
            fill_placeholders(&source.content, &sources, &hash)?
        } else {
            source.content.clone()
        };
        fs::write(
            out_dir.join(format!("{}.gz", source.name)),
            compress(&body)?,
        )?;
        writeln!(
            table,
            "    ({name:?}, Asset {{ content_type: {content_type:?}, immutable: {immutable}, \
             gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/\", {name:?}, \".gz\")) }}),",
            name = source.name,
            content_type = content_type(&source.name)?,
            immutable = !is_page,
        )?;
    }
    writeln!(table, "];")?;
    fs::write(out_dir.join("embedded.rs"), table)?;
    Ok(())
}

/// All files of `assets/`, sorted by name so that the hash does not depend on the file system.
fn read_sources(assets_dir: &Path) -> BuildResult<Vec<Source>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(assets_dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or("an asset's name is not UTF-8")?;
        sources.push(Source {
            name: name.to_owned(),
            content: lean(&fs::read_to_string(&path)?, extension(name)).into_bytes(),
        });
    }
    join_styles(&mut sources);
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sources)
}

/// A script or style without what only its readers need: prose and indentation are what compresses worst.
fn lean(source: &str, extension: &str) -> String {
    match extension {
        "js" => lean::script(source),
        "css" => lean::style(source),
        "html" => source.lines().map(str::trim).collect::<Vec<_>>().join("\n"),
        _ => source.to_owned(),
    }
}

/// Puts the sheets of the page together: one compresses better than six, and is asked for once.
fn join_styles(sources: &mut Vec<Source>) {
    let mut content = Vec::new();
    for name in STYLES {
        let at = sources.iter().position(|source| source.name == name);
        let at = at.unwrap_or_else(|| panic!("assets/{name} is missing"));
        content.extend(sources.remove(at).content);
    }
    sources.push(Source {
        name: "page.css".to_owned(),
        content,
    });
}

/// Hash over names, lengths and contents, so that no two sets of files collide by concatenation.
fn content_hash(sources: &[Source]) -> String {
    let mut hasher = Sha256::new();
    for source in sources {
        hasher.update(format!("{} {}\n", source.name, source.content.len()));
        hasher.update(&source.content);
    }
    let mut digits = format!("{:x}", hasher.finalize());
    digits.truncate(HASH_DIGITS);
    digits
}

fn fill_placeholders(page: &[u8], sources: &[Source], hash: &str) -> BuildResult<Vec<u8>> {
    let links: Vec<String> = sources
        .iter()
        .map(|source| source.name.as_str())
        .filter(|name| extension(name) == "js" && !ENTRY_SCRIPTS.contains(name))
        .map(|name| format!("<link rel=\"modulepreload\" href=\"{ASSETS_PLACEHOLDER}/{name}\">"))
        .collect();
    let page = str::from_utf8(page)?
        .replace(MODULES_PLACEHOLDER, &links.join("\n"))
        .replace(ASSETS_PLACEHOLDER, &format!("/assets/{hash}"));
    Ok(page.into_bytes())
}

/// As small as gzip gets, and without a time stamp: the same assets give the same bytes on every machine.
fn compress(body: &[u8]) -> BuildResult<Vec<u8>> {
    let mut gzip = Vec::new();
    zopfli::compress(Options::default(), Format::Gzip, body, &mut gzip)?;
    Ok(gzip)
}

fn content_type(name: &str) -> BuildResult<&'static str> {
    match extension(name) {
        "css" => Ok("text/css; charset=utf-8"),
        "html" => Ok("text/html; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "svg" => Ok("image/svg+xml"),
        _ => Err(format!("no content type is known for the asset {name}").into()),
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}
