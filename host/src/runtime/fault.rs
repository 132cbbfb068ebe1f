//! How a guest can fail the one who called it.

use std::time::Duration;

use wasmtime::PoolConcurrencyLimitError;

/// Why a run of a guest gave no answer, or only a part of one. It costs that one caller its
/// answer and nothing else: the instance is thrown away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuestFault {
    /// The guest trapped; the text has the reason and the Wasm stack, for the log only.
    #[error("trapped: {0}")]
    Trapped(String),
    /// The guest ran or waited longer than it may.
    #[error("took longer than {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The guest wanted more memory than it may have, in bytes.
    #[error("needed more than {} MiB of memory; raise memory_limit_mb if that is right", .0 >> 20)]
    OutOfMemory(usize),
    /// The guest ended without an answer, or answered with an error code of `wasi:http`.
    #[error("gave no answer: {0}")]
    NoResponse(String),
    /// As many instances run as the host allows.
    #[error("not started: as many instances run as the host allows")]
    Overloaded,
}

impl GuestFault {
    /// Reads the error with which a call into a guest ended.
    pub(crate) fn from_error(error: &wasmtime::Error, out_of_memory: Option<usize>) -> Self {
        if error.is::<PoolConcurrencyLimitError>() {
            Self::Overloaded
        } else if let Some(maximum_bytes) = out_of_memory {
            Self::OutOfMemory(maximum_bytes)
        } else {
            Self::Trapped(format!("{error:#}"))
        }
    }

    /// A stable machine code of the kind of fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trapped(_) => "component_failed",
            Self::TimedOut(_) => "component_timed_out",
            Self::OutOfMemory(_) => "component_out_of_memory",
            Self::NoResponse(_) => "component_gave_no_answer",
            Self::Overloaded => "overloaded",
        }
    }
}
