//! One HTTP request, answered by one instance.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{Error, WasiHttpView};

use super::fault::GuestFault;
use super::limits::Metered;
use super::plugin::Plugin;

/// What a guest gives to `response-outparam.set`.
type Answer = Result<Response<HyperOutgoingBody>, ErrorCode>;

impl Plugin {
    /// Has the component answer a request, whose URI must have an authority.
    ///
    /// The guest may go on when its answer has begun. It is then one of `tasks`, and dropping
    /// the unfinished body stops it, as dropping the returned future does before. `held` is kept
    /// until the guest has ended.
    ///
    /// # Errors
    /// The guest gave no answer.
    pub async fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        tasks: &TaskTracker,
        held: impl Send + 'static,
    ) -> Result<Response<GuestBody>, GuestFault> {
        let limits = self.limits();
        let bodiless = *request.method() == Method::HEAD;
        let broken = Arc::new(AtomicBool::new(false));
        let (sender, mut receiver) = oneshot::channel();
        let running = Arc::clone(self).handle(request, sender, Unfinished::new(&broken), held);
        let mut guest = Metered::new(running, limits.processor_time);

        tokio::select! {
            // The guest first: most have written their whole answer when they are polled once,
            // and then neither a timer nor a task is needed.
            biased;
            outcome = &mut guest => {
                let Ok(answer) = receiver.try_recv() else {
                    return Err(without_answer(outcome));
                };
                self.log_fault(outcome);
                respond(answer, broken, None)
            }
            answer = &mut receiver => {
                let answer = answer.map_err(|_dropped| without_answer(Ok(())))?;
                let plugin = Arc::clone(self);
                let rest = tasks.spawn(async move { plugin.finish(guest).await }.in_current_span());
                respond(answer, broken, (!bodiless).then(|| rest.abort_handle()))
            }
            () = sleep(limits.answer_time) => Err(GuestFault::TimedOut(limits.answer_time)),
        }
    }

    async fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        sender: oneshot::Sender<Answer>,
        unfinished: Unfinished,
        _held: impl Send + 'static,
    ) -> Result<(), GuestFault> {
        let handler = self.incoming_handler()?;
        let mut store = self.store(&self.limits())?;
        // Declared after the store and so dropped before it, however this future ends: whoever
        // sees the body's channel closed by the store sees the mark, too.
        let unfinished = unfinished;
        let outcome = async {
            let instance = self.instance.instantiate_async(&mut store).await?;
            let proxy = handler.load(&mut store, &instance)?;
            let mut http = store.data_mut().http();
            let request = http.new_incoming_request(Scheme::Http, request)?;
            let outparam = http.new_response_outparam(sender)?;
            let handler = proxy.wasi_http_incoming_handler();
            handler.call_handle(&mut store, request, outparam).await
        };
        match outcome.await {
            Ok(()) => {
                unfinished.finish();
                Ok(())
            }
            Err(error) => Err(Self::fault(&store, &error)),
        }
    }

    /// Runs a guest to its end whose answer is on its way already.
    async fn finish(&self, mut guest: impl Future<Output = Result<(), GuestFault>> + Unpin) {
        let allowed = self.limits().stream_time;
        let outcome = tokio::select! {
            outcome = &mut guest => outcome,
            () = sleep(allowed) => Err(GuestFault::TimedOut(allowed)),
        };
        self.log_fault(outcome);
    }

    fn log_fault(&self, outcome: Result<(), GuestFault>) {
        if let Err(fault) = outcome {
            let component = self.name();
            let code = fault.code();
            tracing::error!(component, code, "after its answer had begun: {fault}");
        }
    }
}

fn without_answer(outcome: Result<(), GuestFault>) -> GuestFault {
    outcome
        .err()
        .unwrap_or_else(|| GuestFault::NoResponse("ended without setting a response".to_owned()))
}

fn respond(
    answer: Answer,
    broken: Arc<AtomicBool>,
    rest: Option<AbortHandle>,
) -> Result<Response<GuestBody>, GuestFault> {
    let response = answer.map_err(|code| GuestFault::NoResponse(format!("{code:?}")))?;
    let (parts, body) = response.into_parts();
    let length = parts.headers.get(header::CONTENT_LENGTH);
    let remaining = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let body = GuestBody {
        body,
        remaining,
        broken,
        rest,
    };
    Ok(Response::from_parts(parts, body))
}

/// Marks an answer as broken unless its guest returned.
struct Unfinished {
    broken: Arc<AtomicBool>,
    finished: bool,
}

impl Unfinished {
    fn new(broken: &Arc<AtomicBool>) -> Self {
        Self {
            broken: Arc::clone(broken),
            finished: false,
        }
    }

    fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            self.broken.store(true, Ordering::Release);
        }
    }
}

/// The body of a guest's answer.
///
/// It fails where its guest did not come to the end; otherwise a client could take half an
/// answer for the whole.
pub struct GuestBody {
    body: HyperOutgoingBody,
    /// Bytes to come, where the guest said how many.
    remaining: Option<u64>,
    broken: Arc<AtomicBool>,
    /// The guest, where it is still to be stopped if nobody wants the rest.
    rest: Option<AbortHandle>,
}

impl GuestBody {
    fn count(&mut self, frame: &Frame<Bytes>) {
        if let (Some(data), Some(remaining)) = (frame.data_ref(), self.remaining.as_mut()) {
            *remaining = remaining.saturating_sub(data.len() as u64);
        }
        if frame.is_trailers() || self.remaining == Some(0) {
            self.rest = None;
        }
    }
}

impl Body for GuestBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => this.count(frame),
            Some(Err(_)) => {}
            None if this.broken.load(Ordering::Acquire) => {
                return Poll::Ready(Some(Err(Error::HttpResponseIncomplete)));
            }
            None => this.rest = None,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for GuestBody {
    fn drop(&mut self) {
        if let Some(rest) = self.rest.take() {
            rest.abort();
        }
    }
}
