//! Inbound HTTP through `wasi:http` for components that stream: the request is read whole, the
//! answer sent whole or part by part.

use futures::SinkExt as _;
use spin_sdk::http::conversions::TryFromIncomingRequest as _;
use spin_sdk::http::{Headers, IncomingRequest, OutgoingResponse, ResponseOutparam};
use tidemark_api::{ApiError, Request, Response};

/// The whole request.
///
/// # Errors
/// 400 when its body cannot be read.
pub async fn read(incoming: IncomingRequest) -> Result<Request, ApiError> {
    Request::try_from_incoming_request(incoming)
        .await
        .map_err(|_| ApiError::bad_body("the request cannot be read"))
}

/// Sends a whole response. A caller who went away is no error of ours.
pub async fn send(outparam: ResponseOutparam, response: Response) {
    let (outgoing, body) = split(response);
    let _ = outparam.set_with_body(outgoing, body).await;
}

/// Sends a response whose body is its own and the parts after it; `next_part` gives them until
/// `None`. Each part is handed on before the next is asked for. A file that cannot be finished is
/// broken off, never ended as if it were whole.
pub async fn stream<E: std::fmt::Display>(
    outparam: ResponseOutparam,
    head: Response,
    mut next_part: impl AsyncFnMut() -> Result<Option<String>, E>,
) {
    let (outgoing, first) = split(head);
    let mut body = outgoing.take_body();
    outparam.set(outgoing);
    if body.send(first).await.is_err() {
        return;
    }
    loop {
        match next_part().await {
            Ok(Some(part)) => {
                if body.send(part.into_bytes()).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => {
                // Dropping the body would end it properly; only a trap breaks it off.
                eprintln!("stream broken off: {error}");
                std::process::abort();
            }
        }
    }
}

fn split(response: Response) -> (OutgoingResponse, Vec<u8>) {
    let (parts, body) = response.into_parts();
    let fields: Vec<(String, Vec<u8>)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let fields = Headers::from_list(&fields).unwrap_or_else(|_| Headers::new());
    let outgoing = OutgoingResponse::new(fields);
    outgoing
        .set_status_code(parts.status.as_u16())
        .expect("invariant: statuses come from the http crate");
    (outgoing, body)
}
