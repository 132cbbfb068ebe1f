//! A request to somewhere else.

use spin_sdk::http::{Method, Request, Response, SendError, send};

pub async fn get(url: &str) -> String {
    let request = Request::builder().method(Method::Get).uri(url).build();
    match send::<_, Response>(request).await {
        Ok(response) => {
            let body = String::from_utf8_lossy(response.body()).into_owned();
            format!("{} {body}", response.status())
        }
        Err(SendError::Http(code)) => format!("{code:?}"),
        Err(error) => format!("failed: {error}"),
    }
}
