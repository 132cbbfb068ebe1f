//! The web dashboard: HTML, CSS and plain ES modules, embedded at build time.
//!
//! Assets live under `/assets/<hash>/<name>`, where the hash covers all of them: relative
//! imports between modules keep working, a page never mixes two builds, and a browser may keep
//! every asset for ever. The two HTML pages carry the hash and must be revalidated
//! ([`ASSETS_HASH`] serves as their entity tag). Nothing is read at run time, and only the
//! compressed bytes are embedded: nearly every browser takes them as they are.

use std::io::Read as _;

use flate2::read::GzDecoder;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The policy to send with both pages: everything from this server, nothing inline, no framing.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// One file of the page, ready to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The bytes for `Content-Encoding: gzip`.
    pub gzip: &'static [u8],
    /// Whether the address names this very content, so that it may be cached for ever.
    pub immutable: bool,
}

impl Asset {
    /// The bytes for who does not take gzip.
    pub fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(self.gzip)
            .read_to_end(&mut plain)
            .expect("invariant: the build compressed these bytes");
        plain
    }
}

/// The overview page.
pub fn index() -> Asset {
    embedded("index.html").expect("invariant: assets/index.html is embedded")
}

/// The sign-in page: shows an error on `?error=1` and passes on `?next=`.
pub fn login() -> Asset {
    embedded("login.html").expect("invariant: assets/login.html is embedded")
}

/// The asset at `path`, the part of the address after `/assets/`. `None` for an unknown name,
/// for the hash of another build, and for the pages, which have addresses of their own.
pub fn asset(path: &str) -> Option<Asset> {
    let (hash, name) = path.split_once('/')?;
    let found = embedded(name).filter(|asset| asset.immutable);
    found.filter(|_| hash == ASSETS_HASH)
}

fn embedded(name: &str) -> Option<Asset> {
    let index = EMBEDDED
        .binary_search_by(|(candidate, _)| (*candidate).cmp(name))
        .ok()?;
    Some(EMBEDDED[index].1)
}
