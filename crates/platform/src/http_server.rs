//! Inbound HTTP through `wasi:http`: the request is read whole, within limits; the answer is sent whole
//! or part by part, with the headers that every answer bears.

use futures::{SinkExt as _, TryStreamExt as _};
use http::{HeaderName, HeaderValue, Method};
use spin_sdk::http::{Headers, IncomingRequest, OutgoingResponse, ResponseOutparam};
use tidemark_api::hardening::harden;
use tidemark_api::{ApiError, Request, Response, limits};

use crate::settings;

/// Reads a request, has it answered, and sends the answer.
pub async fn serve(
    incoming: IncomingRequest,
    outparam: ResponseOutparam,
    route: impl AsyncFnOnce(&Request) -> Result<Response, ApiError>,
) {
    let answered = match read(incoming).await {
        Ok(request) => route(&request).await,
        Err(error) => Err(error),
    };
    send(outparam, answered.unwrap_or_else(ApiError::into_response)).await;
}

/// The whole request, if it is no larger than any route takes.
///
/// # Errors
/// 400 when it cannot be read, 413, 414, 431
pub async fn read(incoming: IncomingRequest) -> Result<Request, ApiError> {
    let unreadable = || ApiError::bad_body("the request cannot be read");
    let mut request = Request::new(Vec::new());
    *request.method_mut() = incoming.method().into();
    *request.uri_mut() = incoming.uri().parse().map_err(|_| unreadable())?;
    for (name, value) in incoming.headers().entries() {
        let name: HeaderName = name.parse().map_err(|_| unreadable())?;
        let value = HeaderValue::from_bytes(&value).map_err(|_| unreadable())?;
        request.headers_mut().append(name, value);
    }
    limits::check(request.uri(), request.headers())?;
    // Nothing that only reads takes a body, and each look at one is a call of the host.
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(request);
    }
    let mut parts = std::pin::pin!(incoming.into_body_stream());
    while let Some(part) = parts.try_next().await.map_err(|_| unreadable())? {
        request.body_mut().extend(part);
        if request.body().len() > limits::LARGEST_BODY {
            return Err(ApiError::too_large(limits::LARGEST_BODY));
        }
    }
    Ok(request)
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

fn split(mut response: Response) -> (OutgoingResponse, Vec<u8>) {
    harden(&mut response, settings::text("public_url").ok().as_deref());
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
