//! Rust types generated from `wit/`: what guests import beside WASI, and what they export.

#![expect(
    missing_docs,
    reason = "generated; the documentation is that of the WIT files"
)]

/// The imports of the world `tidemark:live/host`.
pub(crate) mod imports {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "tidemark:live/host",
        imports: {
            "spin:postgres/postgres": async,
        },
        with: {
            "spin:postgres/postgres.connection": crate::runtime::postgres::Connection,
        },
    });
}

/// The export of a component with a cron trigger.
pub(crate) mod cron {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "fermyon:spin-cron/spin-cron",
        exports: { default: async },
    });
}

/// The export of a component with jobs.
pub(crate) mod job {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "
            package tidemark:host;
            world job-exports {
                export tidemark:live/job@1.0.0;
            }
        ",
        world: "tidemark:host/job-exports",
        exports: { default: async },
        additional_derives: [PartialEq],
    });
}
