use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tidemark_simulator::{
    API_VERSION, Delivery, FaultKind, Faults, ScriptedFault, Simulator, SimulatorConfig,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Scene, config};

async fn start(config: SimulatorConfig) -> Simulator {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = config.with_access_token_lifetime(Duration::from_hours(1_000_000));
    Simulator::start(config, any_port).await.unwrap()
}

/// Every byte the server sends in answer to one request before the connection ends.
async fn bytes_of(simulator: &Simulator, path: &str) -> Vec<u8> {
    let token = simulator.agency_grant().access_token;
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: simulator\r\nAuthorization: Bearer {token}\r\n\
         X-Fanvue-API-Version: {API_VERSION}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset is the end as well.
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// The announced length, and how many bytes of the body came.
fn lengths(answer: &[u8]) -> (usize, usize) {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let announced = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    (announced.parse().unwrap(), body.len())
}

#[test]
fn a_truncated_body_is_shorter_than_the_true_one() {
    let mut scene = Scene::new();
    let path = scene.twin(0, "/posts");
    let whole = scene.get(&path);
    let truncated = scene.get_under(ScriptedFault::new(FaultKind::Truncated), &path);
    assert_eq!(truncated.body, whole.body);
    assert!(matches!(truncated.delivery, Delivery::Truncated { .. }));
    let arriving = truncated.arriving_body().unwrap();
    assert!(arriving.len() < whole.body.len() && whole.body.starts_with(arriving));
}

#[test]
fn a_slow_answer_says_how_late_it_is() {
    let mut scene = Scene::new();
    let slow = scene.get_under(ScriptedFault::new(FaultKind::Slow), "/users/me");
    assert_eq!(slow.delivery, Delivery::Delayed(Duration::from_millis(750)));
    assert_eq!(slow.status, 200);
}

#[test]
fn a_huge_body_is_valid_json_of_ten_mebibytes() {
    let mut scene = Scene::new();
    let path = scene.twin(0, "/insights/earnings");
    let honest = scene.read(&path);
    let huge = scene.get_under(ScriptedFault::new(FaultKind::Huge), &path);
    assert_eq!(huge.body.len(), 10 * 1_024 * 1_024);
    assert_eq!(huge.json_body().unwrap(), honest);
}

#[tokio::test]
async fn the_server_cuts_a_truncated_body_off() {
    let simulator = start(config()).await;
    for _ in 0..20 {
        simulator.script_fault(ScriptedFault::new(FaultKind::Truncated));
        let (announced, arrived) = lengths(&bytes_of(&simulator, "/creators").await);
        assert!(arrived < announced, "{arrived} of {announced}");
    }
    let (announced, arrived) = lengths(&bytes_of(&simulator, "/creators").await);
    assert_eq!(arrived, announced);
    simulator.stop().await;
}

#[tokio::test]
async fn a_large_body_is_cut_off_where_the_world_says() {
    let simulator = start(config()).await;
    simulator.set_faults(Faults {
        huge_bytes: 3_000_000,
        ..Faults::none()
    });
    let model = simulator.models()[0].id;
    let path = format!("/creators/{model}/insights/earnings");
    simulator.script_fault(ScriptedFault::new(FaultKind::Huge));
    let (announced, arrived) = lengths(&bytes_of(&simulator, &path).await);
    assert_eq!((announced, arrived), (3_000_000, 3_000_000));
    simulator.stop().await;
}

#[tokio::test]
async fn the_server_resets_a_connection_without_a_byte() {
    let simulator = start(config()).await;
    simulator.script_fault(ScriptedFault::new(FaultKind::Reset));
    assert!(bytes_of(&simulator, "/users/me").await.is_empty());
    assert!(!bytes_of(&simulator, "/users/me").await.is_empty());
    assert_eq!(simulator.request_log().fault(FaultKind::Reset), 1);
    simulator.stop().await;
}

#[tokio::test]
async fn the_server_waits_before_a_slow_answer() {
    let faults = Faults {
        delay_milliseconds: 150,
        ..Faults::none()
    };
    let simulator = start(config().with_faults(faults)).await;
    simulator.script_fault(ScriptedFault::new(FaultKind::Slow));
    let asked_at = Instant::now();
    let answer = bytes_of(&simulator, "/users/me").await;
    assert!(asked_at.elapsed() >= Duration::from_millis(150));
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
    simulator.stop().await;
}
