//! A rolling restart under load: two hosts behind a balancer that asks who is ready, each stopped and
//! started in turn while requests keep coming. None of them is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use tidemark_database::testing::TestDatabase;
use tidemark_tests::World;
use tidemark_tests::hosts::{HostFamily, free_address};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Clients that ask at the same time, each ten times a second: 200 requests a second.
const CLIENTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// How often the balancer asks.
const LOOK: Duration = Duration::from_millis(100);

/// How long a host goes on after it was asked to stop, and says so: many looks.
const ANNOUNCE: &str = "1500";

/// What a person's page asks for, over and over.
const ROUTES: [&str; 3] = ["/api/models", "/api/status", "/api/analytics/dashboard"];

/// Hosts by their readiness, the next request to the next of them.
struct Balancer {
    hosts: [String; 2],
    ready: [AtomicBool; 2],
    next: AtomicUsize,
    answered: AtomicUsize,
    client: Client,
    token: String,
}

impl Balancer {
    async fn look(&self) {
        for (host, ready) in self.hosts.iter().zip(&self.ready) {
            let url = format!("{host}/.well-known/tidemark/ready");
            let answer = self.client.get(url).send().await;
            let is_ready = answer.is_ok_and(|answer| answer.status() == StatusCode::OK);
            ready.store(is_ready, Ordering::Relaxed);
        }
    }

    async fn until_ready(&self, host: usize) {
        while !self.ready[host].load(Ordering::Relaxed) {
            sleep(LOOK).await;
        }
    }

    /// One request to one host, once; what went wrong.
    async fn ask(&self) -> Option<String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let turn = number % 2;
        let is_ready = |host: usize| self.ready[host].load(Ordering::Relaxed);
        let host = if is_ready(turn) { turn } else { 1 - turn };
        let url = format!("{}{}", self.hosts[host], ROUTES[number % ROUTES.len()]);
        let asked = self.client.get(&url).bearer_auth(&self.token).send().await;
        let answer = match asked {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{url}: {error:?}")),
        };
        let status = answer.status();
        match answer.bytes().await {
            Ok(body) if status == StatusCode::OK && !body.is_empty() => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                None
            }
            Ok(body) => Some(format!("{url}: {status} {body:?}")),
            Err(error) => Some(format!("{url}: {status} {error:?}")),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_loses_no_request() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let world = World::with_models(2).transactions(200).on(&database).await;
    world.sync(None).await;
    let family = HostFamily::of(&world, &database)
        .with_argument("--no-cron")
        .with_argument("--announce-ms")
        .with_argument(ANNOUNCE);
    let names = ["host-1", "host-2"];
    let addresses = [free_address(), free_address()];
    let first = family.start(names[0], addresses[0]).await;
    let second = family.start(names[1], addresses[1]).await;
    let balancer = Arc::new(Balancer {
        hosts: [first.url.clone(), second.url.clone()],
        ready: Default::default(),
        next: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
        client: Client::new(),
        token: world.owner.expose().to_owned(),
    });
    balancer.look().await;

    let mut background = JoinSet::new();
    let looking = Arc::clone(&balancer);
    background.spawn(async move {
        loop {
            sleep(LOOK).await;
            looking.look().await;
        }
    });
    let ended = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(ask_until(Arc::clone(&ended), Arc::clone(&balancer)));
    }

    let mut hosts = vec![first, second];
    for turn in 0..2 {
        sleep(Duration::from_secs(1)).await;
        let before = balancer.answered.load(Ordering::Relaxed);
        assert!(hosts.remove(0).stop().await.success());
        let meanwhile = balancer.answered.load(Ordering::Relaxed) - before;
        assert!(meanwhile > 0, "nothing was asked while a host stopped");
        hosts.push(family.start(names[turn], addresses[turn]).await);
        // Off until the balancer has seen it, as the other one is to go next.
        balancer.until_ready(turn).await;
    }
    sleep(Duration::from_secs(1)).await;
    ended.store(true, Ordering::Relaxed);

    let failures: Vec<String> = clients.join_all().await.into_iter().flatten().collect();
    let answered = balancer.answered.load(Ordering::Relaxed);
    println!("{answered} requests were answered");
    assert_eq!(failures, Vec::<String>::new(), "beside {answered} answers");
}

/// Asks at its pace until the end; returns what went wrong.
async fn ask_until(ended: Arc<AtomicBool>, balancer: Arc<Balancer>) -> Vec<String> {
    let mut pace = interval(PAUSE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failures = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        pace.tick().await;
        failures.extend(balancer.ask().await);
    }
    failures
}
