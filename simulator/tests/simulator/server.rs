use std::net::SocketAddr;
use std::time::Duration;

use tidemark_simulator::{
    API_VERSION, Clock, ManualClock, NewSale, Simulator, SimulatorError, Source,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{config, epoch};

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

async fn start() -> (Simulator, ManualClock) {
    let clock = ManualClock::new(epoch());
    let config = config().with_clock(Clock::Manual(clock.clone()));
    (Simulator::start(config, any_port()).await.unwrap(), clock)
}

/// The raw answer to a `GET` with a token.
async fn get(simulator: &Simulator, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: simulator\r\nAuthorization: Bearer {token}\r\n\
         X-Fanvue-API-Version: {API_VERSION}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_world_is_served_over_http() {
    let (simulator, _) = start().await;
    let token = simulator.agency_grant().access_token;
    let answer = get(&simulator, "/creators?size=1", &token).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-type: application/json\r\n"));
    assert!(answer.contains("x-ratelimit-limit: "));
    assert!(answer.contains(&simulator.models()[0].id.to_string()));
    assert_eq!(simulator.request_log().endpoint("GET /creators"), 1);
    assert_eq!(
        simulator.base_url(),
        format!("http://{}", simulator.address())
    );
    simulator.stop().await;
}

#[tokio::test]
async fn the_clock_of_the_server_can_be_moved() {
    let (simulator, clock) = start().await;
    let token = simulator.agency_grant().access_token;
    clock.advance(Duration::from_hours(1));
    let answer = get(&simulator, "/users/me", &token).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    simulator.stop().await;
}

#[tokio::test]
async fn the_library_shows_what_the_server_knows() {
    let (simulator, _) = start().await;
    let model = simulator.models()[0].id;
    let before = simulator.totals().all.gross_cents;
    let sale = NewSale::new(Source::Tip, 500);
    let row = simulator.append_sale(model, &sale).unwrap();
    assert_eq!(simulator.ledger(model).unwrap()[0], row);
    assert_eq!(simulator.totals().all.gross_cents, before + 500);
    simulator.switch(|switches| switches.v1_enabled = false);
    let token = simulator.creator_grant(model).unwrap().access_token;
    let answer = get(&simulator, "/v1/users/me", &token).await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    simulator.stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let (first, _) = start().await;
    let error = Simulator::start(config(), first.address())
        .await
        .unwrap_err();
    let expected = first.address();
    assert!(matches!(error, SimulatorError::Listen { address, .. } if address == expected));
    assert!(error.to_string().contains(&expected.to_string()));
    first.stop().await;
}

#[tokio::test]
async fn a_stopped_simulator_gives_its_address_back_even_with_an_idle_connection() {
    let (simulator, _) = start().await;
    let address = simulator.address();
    let idle = TcpStream::connect(address).await.unwrap();
    simulator.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}
