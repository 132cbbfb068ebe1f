//! Bodies of responses that must not stall.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::Error;

/// A body that fails when its next part takes too long.
pub(crate) struct TimedBody {
    /// Gone once the time is up, and with it the connection.
    body: Option<Incoming>,
    time: Duration,
    waiting: Pin<Box<Sleep>>,
    timing: bool,
}

impl TimedBody {
    pub(crate) fn new(body: Incoming, time: Duration) -> Self {
        Self {
            body: Some(body),
            time,
            waiting: Box::pin(sleep(time)),
            timing: false,
        }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let Some(body) = this.body.as_mut() else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            this.timing = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        if !this.timing {
            this.waiting.as_mut().reset(Instant::now() + this.time);
            this.timing = true;
        }
        ready!(this.waiting.as_mut().poll(context));
        this.body = None;
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}
