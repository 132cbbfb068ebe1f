//! A body that ends before it should, which ends the connection with it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use http_body::Frame;

/// Some bytes, and then a failure.
///
/// hyper closes a connection whose body fails. What it has not sent by then is lost, so the failure
/// waits for one turn when something is to arrive, and comes at once when nothing is.
#[derive(Debug)]
pub(super) struct BrokenBody {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Sends(Bytes),
    Flushes,
    Fails,
}

impl BrokenBody {
    /// Head and bytes arrive, the rest does not.
    pub(super) fn after(bytes: Vec<u8>) -> Self {
        let stage = if bytes.is_empty() {
            Stage::Flushes
        } else {
            Stage::Sends(Bytes::from(bytes))
        };
        Self { stage }
    }

    /// Not even the head arrives.
    pub(super) fn without_answer() -> Self {
        Self {
            stage: Stage::Fails,
        }
    }
}

impl HttpBody for BrokenBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match std::mem::replace(&mut self.stage, Stage::Fails) {
            Stage::Sends(bytes) => {
                self.stage = Stage::Flushes;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Stage::Flushes => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Stage::Fails => {
                let failure = io::Error::new(io::ErrorKind::ConnectionReset, "simulated fault");
                Poll::Ready(Some(Err(failure)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::response::Response;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// What a client receives of a response that announces four million bytes.
    async fn received(body: fn() -> BrokenBody) -> Vec<u8> {
        let respond = move || async move {
            let builder = Response::builder().header("content-length", 4_000_000);
            builder.body(Body::new(body())).unwrap()
        };
        let service = Router::new().fallback(respond);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await });
        let request = b"GET / HTTP/1.1\r\nHost: simulator\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        serving.abort();
        answer
    }

    fn body_length(answer: &[u8]) -> usize {
        let end_of_head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        answer.len() - end_of_head.unwrap() - 4
    }

    #[tokio::test]
    async fn head_and_bytes_arrive_before_the_end() {
        let answer = received(|| BrokenBody::after(vec![b'x'; 3_000_000])).await;
        assert_eq!(body_length(&answer), 3_000_000);
    }

    #[tokio::test]
    async fn the_head_arrives_even_without_any_bytes() {
        let answer = received(|| BrokenBody::after(Vec::new())).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
        assert_eq!(body_length(&answer), 0);
    }

    #[tokio::test]
    async fn without_an_answer_nothing_arrives() {
        assert!(received(BrokenBody::without_answer).await.is_empty());
    }
}
