//! A component that does whatever the host's tests ask of it, one path each.
#![cfg(target_arch = "wasm32")]

mod database;
mod exports;
mod outbound;
mod streams;
mod types;

use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};
use spin_sdk::http_component;

#[http_component]
async fn answer(request: IncomingRequest, outparam: ResponseOutparam) {
    let target = request.path_with_query().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let text = match path {
        "/plain" => "ok".to_owned(),
        _ if path.starts_with("/headers") => headers(&request),
        "/print" => print(),
        "/environment" => environment(),
        "/file" => file(query),
        "/variable" => variable(query),
        "/outbound" => outbound::get(query).await,
        "/clock" => clock(),
        "/wait" => wait(query),
        "/exhaust" => exhaust(),
        "/spin" => spin(),
        "/trap" => panic!("asked to"),
        "/drop" => return drop(outparam),
        "/types" => types::round_trips(),
        "/bad-values" => types::bad_values(),
        "/script" => {
            let script = request.into_body().await.expect("a readable body");
            database::run(&String::from_utf8(script).expect("a text"))
        }
        "/connections" => database::connections(query),
        "/echo" | "/streams/echo" => return streams::echo(request, outparam).await,
        "/chunks" | "/streams/chunks" => return streams::chunks(query, outparam).await,
        "/broken" | "/streams/broken" => return streams::broken(outparam).await,
        _ => format!("nothing at {path}"),
    };
    let response = OutgoingResponse::new(Fields::new());
    outparam
        .set_with_body(response, text.into_bytes())
        .await
        .expect("a response that is wanted");
}

/// Everything that the request says, a line each.
fn headers(request: &IncomingRequest) -> String {
    let mut lines = vec![format!("uri: {}", request.uri())];
    for (name, value) in request.headers().entries() {
        lines.push(format!("{name}: {}", String::from_utf8_lossy(&value)));
    }
    lines.join("\n")
}

fn print() -> String {
    println!("first line\nsecond");
    eprint!("unfinished");
    "printed".to_owned()
}

fn environment() -> String {
    let mut variables: Vec<String> = std::env::vars()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    variables.sort();
    variables.join("\n")
}

/// Reads a file, then tries to write it.
fn file(path: &str) -> String {
    let read = std::fs::read_to_string(path).map_err(|error| error.kind());
    let written = std::fs::write(path, "changed").is_ok();
    format!("{read:?} written={written}")
}

fn variable(name: &str) -> String {
    format!("{:?}", spin_sdk::variables::get(name))
}

/// Microseconds since 1970.
fn clock() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("a time after 1970").as_micros().to_string()
}

fn wait(milliseconds: &str) -> String {
    let milliseconds = milliseconds.parse().expect("a number");
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    "waited".to_owned()
}

fn exhaust() -> String {
    let mut blocks = Vec::new();
    loop {
        blocks.push(vec![blocks.len() as u8; 1 << 20]);
    }
}

fn spin() -> String {
    let mut number = 0_u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}
