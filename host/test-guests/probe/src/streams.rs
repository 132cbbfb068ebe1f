//! Bodies that come and go in parts.

use futures::{SinkExt, StreamExt};
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};

/// Sends the request's body back as it arrives.
pub async fn echo(request: IncomingRequest, outparam: ResponseOutparam) {
    let response = OutgoingResponse::new(Fields::new());
    let mut answer = response.take_body();
    outparam.set(response);
    let mut body = request.into_body_stream();
    while let Some(part) = body.next().await {
        let part = part.expect("a readable body");
        if answer.send(part).await.is_err() {
            return;
        }
    }
}

/// Sends parts of 64 KiB, as many as the query says.
pub async fn chunks(query: &str, outparam: ResponseOutparam) {
    let count: usize = query.parse().expect("a number");
    let response = OutgoingResponse::new(Fields::new());
    let mut answer = response.take_body();
    outparam.set(response);
    for index in 0..count {
        let part = vec![u8::try_from(index % 251).expect("small"); 64 << 10];
        if answer.send(part).await.is_err() {
            return;
        }
    }
}

/// Begins an answer and fails.
pub async fn broken(outparam: ResponseOutparam) {
    let response = OutgoingResponse::new(Fields::new());
    let mut answer = response.take_body();
    outparam.set(response);
    answer.send(b"half of ".to_vec()).await.expect("a reader");
    panic!("asked to");
}
