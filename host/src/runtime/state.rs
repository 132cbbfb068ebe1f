//! What an instance of a component has on the host's side.

use std::sync::{Arc, OnceLock};

use tidemark_manifest::{AllowedHosts, ComponentVariables};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::clock::{Clock, GuestClock};
use super::files::MountedFiles;
use super::limits::{Limits, MemoryLimiter};
use super::outbound::{OutboundClient, OutboundRequests};
use super::output::{Channel, LineLog};
use super::postgres::pools::DatabasePools;

/// What all instances of one component share.
pub(crate) struct ComponentContext {
    pub(crate) name: Arc<str>,
    pub(crate) variables: ComponentVariables,
    pub(crate) allowed_hosts: Arc<AllowedHosts>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) files: Option<MountedFiles>,
    pub(crate) databases: Arc<dyn DatabasePools>,
    /// The first address of a database that was seen to be among the allowed ones.
    pub(crate) permitted_database: OnceLock<String>,
    pub(crate) outbound: OutboundClient,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What one instance has.
pub(crate) struct GuestState {
    pub(crate) table: ResourceTable,
    /// How many database connections it has open.
    pub(crate) connections: usize,
    /// Whether the log knows for which agency it acts.
    pub(crate) agency_noted: bool,
    pub(crate) memory: MemoryLimiter,
    component: Arc<ComponentContext>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    requests: OutboundRequests,
}

impl GuestState {
    pub(crate) fn new(
        component: &Arc<ComponentContext>,
        limits: &Limits,
    ) -> wasmtime::Result<Self> {
        Ok(Self {
            table: ResourceTable::new(),
            connections: 0,
            agency_noted: false,
            memory: MemoryLimiter::new(limits.memory_bytes),
            wasi: wasi_context(component)?,
            http: WasiHttpCtx::new(),
            requests: OutboundRequests::new(
                Arc::clone(&component.name),
                Arc::clone(&component.allowed_hosts),
                component.outbound.clone(),
            ),
            component: Arc::clone(component),
        })
    }

    pub(crate) fn component(&self) -> &ComponentContext {
        &self.component
    }
}

/// No sockets, no arguments, no standard input; files only where the manifest mounts them.
fn wasi_context(component: &ComponentContext) -> wasmtime::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(LineLog::new(Arc::clone(&component.name), Channel::Output))
        .stderr(LineLog::new(Arc::clone(&component.name), Channel::Error))
        .envs(&component.environment)
        .wall_clock(GuestClock(Arc::clone(&component.clock)));
    if let Some(files) = &component.files {
        builder.preopened_dir(files.root(), "/", FsPerms::ReadOnly)?;
    }
    Ok(builder.build())
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.requests,
        }
    }
}
