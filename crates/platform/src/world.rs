//! The generated bindings of `wit/live.wit`: what a job component exports.
#![expect(missing_docs, reason = "generated")]
#![allow(clippy::pedantic, reason = "generated")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "job-component",
    pub_export_macro: true,
    default_bindings_module: "tidemark_platform::world",
    generate_all,
});
