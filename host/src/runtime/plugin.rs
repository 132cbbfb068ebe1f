//! One component, compiled and linked, ready to be instantiated.

use std::sync::Arc;

use wasmtime::component::{Component, HasSelf, InstancePre, Linker, types::ComponentItem};
use wasmtime::{Engine, Store};
use wasmtime_wasi_http::p2::bindings::ProxyIndices;

use super::bindings::cron::SpinCronIndices;
use super::bindings::imports::Host_;
use super::bindings::job::JobExportsIndices;
use super::fault::GuestFault;
use super::limits::Limits;
use super::state::{ComponentContext, GuestState};

/// Functions that a component may export for the host to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// `wasi:http/incoming-handler@0.2`: answers HTTP requests.
    IncomingHandler,
    /// `handle-cron-event` of `fermyon:spin-cron@2.0.0`: runs when a schedule fires.
    CronEvent,
    /// `tidemark:live/job@1.0.0`: bounded steps of named jobs.
    Job,
}

impl Export {
    /// The name under which a component exports it.
    pub fn name(self) -> &'static str {
        match self {
            Self::IncomingHandler => "wasi:http/incoming-handler",
            Self::CronEvent => "handle-cron-event",
            Self::Job => "tidemark:live/job",
        }
    }
}

/// A component of the application.
///
/// Every call gets an instance of its own, which nothing outlives.
pub struct Plugin {
    pub(super) context: Arc<ComponentContext>,
    pub(super) instance: InstancePre<GuestState>,
    limits: Limits,
    incoming_handler: Option<ProxyIndices>,
    cron_event: Option<SpinCronIndices>,
    job: Option<JobExportsIndices>,
}

impl Plugin {
    /// Links a compiled component with what the host provides.
    pub(super) fn new(
        linker: &Linker<GuestState>,
        component: &Component,
        context: ComponentContext,
        limits: Limits,
    ) -> wasmtime::Result<Self> {
        let instance = linker.instantiate_pre(component)?;
        let exports = |export| component_exports(component, linker.engine(), export);
        Ok(Self {
            incoming_handler: exports(Export::IncomingHandler)
                .then(|| ProxyIndices::new(&instance))
                .transpose()?,
            cron_event: exports(Export::CronEvent)
                .then(|| SpinCronIndices::new(&instance))
                .transpose()?,
            job: exports(Export::Job)
                .then(|| JobExportsIndices::new(&instance))
                .transpose()?,
            context: Arc::new(context),
            instance,
            limits,
        })
    }

    /// The component's name in the manifest.
    pub fn name(&self) -> &str {
        &self.context.name
    }

    /// The bounds of one call.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether the component exports something.
    pub fn exports(&self, export: Export) -> bool {
        match export {
            Export::IncomingHandler => self.incoming_handler.is_some(),
            Export::CronEvent => self.cron_event.is_some(),
            Export::Job => self.job.is_some(),
        }
    }

    pub(super) fn incoming_handler(&self) -> Result<&ProxyIndices, GuestFault> {
        required(self.incoming_handler.as_ref(), Export::IncomingHandler)
    }

    pub(super) fn cron_event(&self) -> Result<&SpinCronIndices, GuestFault> {
        required(self.cron_event.as_ref(), Export::CronEvent)
    }

    pub(super) fn job(&self) -> Result<&JobExportsIndices, GuestFault> {
        required(self.job.as_ref(), Export::Job)
    }

    /// A place for one instance to live in.
    pub(super) fn store(&self, limits: &Limits) -> Result<Store<GuestState>, GuestFault> {
        let state = GuestState::new(&self.context, limits)
            .map_err(|error| GuestFault::from_error(&error, None))?;
        let mut store = Store::new(self.instance.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        Ok(store)
    }

    /// What a call into a guest ended with, read with the help of what its store knows.
    pub(super) fn fault(store: &Store<GuestState>, error: &wasmtime::Error) -> GuestFault {
        let memory = &store.data().memory;
        let out_of_memory = memory.refused().then(|| memory.maximum_bytes());
        GuestFault::from_error(error, out_of_memory)
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Plugin")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// What the host provides to every component: WASI 0.2, `wasi:http`, Postgres and variables.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Host_::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    Ok(linker)
}

fn required<T>(indices: Option<&T>, export: Export) -> Result<&T, GuestFault> {
    indices.ok_or_else(|| GuestFault::NoResponse(format!("does not export {}", export.name())))
}

fn component_exports(component: &Component, engine: &Engine, export: Export) -> bool {
    component
        .component_type()
        .exports(engine)
        .any(|(name, item)| match export {
            Export::CronEvent => {
                name == export.name() && matches!(item.ty, ComponentItem::ComponentFunc(_))
            }
            Export::IncomingHandler | Export::Job => is_version_of(name, export.name()),
        })
}

/// Whether an export's name is that interface, in a version that the generated bindings find by
/// themselves or refuse with a clear message.
fn is_version_of(name: &str, interface: &str) -> bool {
    name.strip_prefix(interface)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
}
