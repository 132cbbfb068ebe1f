//! More than one host on one database: killed in turn, they do each other's work and never the same
//! work twice.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tidemark_database::testing::TestDatabase;
use tidemark_ports::Clock as _;
use tidemark_simulator::{FaultKind, Faults, NewSale, Source};
use tidemark_tests::World;
use tidemark_tests::hosts::{HostFamily, HostProcess, free_address};

const HOSTS: [&str; 3] = ["host-1", "host-2", "host-3"];

/// Schedules of hours, compressed to seconds: component, expression.
const SCHEDULES: [(&str, &str); 3] = [
    ("transaction-sync", "*/2 * * * * *"),
    ("stats-refresh", "*/3 * * * * *"),
    ("gamification-checks", "*/4 * * * * *"),
];

/// The jobs of those schedules and the seconds between two firings.
const JOBS: [(&str, i64); 4] = [
    ("sync-transactions", 2),
    ("daily-refresh", 3),
    ("check-late-shifts", 4),
    ("check-missed-posts", 4),
];

/// For so long hosts die, one after the other; the slowest schedule fires thirty times in it.
const SPAN: Duration = Duration::from_mins(2);

/// Each host dies three times at least.
const FEWEST_KILLS: usize = 9;

/// How long a killed host is away.
const AWAY: Duration = Duration::from_millis(1500);

/// Notes every change of the state of models, with the host that made it. A change that raises the
/// token has taken the lease.
const WATCH: &str = "
    create table lease_log (
        entry bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        host text not null default current_setting('application_name'),
        model_id uuid not null,
        stream text not null,
        token bigint not null,
        taken boolean not null,
        earlier_until timestamptz,
        lease_until timestamptz
    );
    create function log_lease() returns trigger language plpgsql security definer as $$
    begin
        insert into lease_log (model_id, stream, token, taken, earlier_until, lease_until)
        values (new.model_id, new.stream, new.lease_token,
            tg_op = 'INSERT' or new.lease_token <> old.lease_token,
            case when tg_op = 'UPDATE' then old.lease_until end, new.lease_until);
        return null;
    end $$;
    create trigger log_lease after insert or update on sync_state
        for each row execute function log_lease();";

/// Each lease from its taking until it was given back or ran out.
const LEASES: &str = "
    with leases as (
        select model_id, stream, token,
            max(host) filter (where taken) as holder,
            min(at) filter (where taken) as taken_at,
            coalesce(min(at) filter (where lease_until is null), max(lease_until)) as ended_at
        from lease_log
        group by model_id, stream, token
    )";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hosts_that_are_killed_in_turn_miss_nothing_and_do_nothing_twice() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let world = World::with_models(4)
        .transactions(1_200)
        .on(&database)
        .await;
    slow_down(&world);
    watch(&world).await;
    let family = HostFamily::of(&world, &database)
        .with_schedules(&SCHEDULES)
        .with_variable("STEP_BUDGET_MS", "2000");
    let mut hosts = BTreeMap::new();
    for name in HOSTS {
        hosts.insert(name, family.start(name, free_address()).await);
    }

    let began_at = world.platform.now().micros();
    kill_in_turn(&world, &family, &mut hosts).await;
    // By the schedules alone.
    until_read(&world, world.platform.now().micros()).await;
    let ended_at = world.platform.now().micros();
    for host in hosts.into_values() {
        assert!(host.stop().await.success());
    }

    world.assert_ledger_is_true().await;
    assert_no_two_hold_a_lease(&world).await;
    for job in JOBS {
        assert_no_firing_is_missed(&world, job, (began_at, ended_at)).await;
    }
}

/// Every answer of Fanvue takes a while, so that a host dies in the midst of its work.
fn slow_down(world: &World) {
    let mut faults = Faults::none().with(FaultKind::Slow, 1_000);
    faults.delay_milliseconds = 60;
    world
        .simulator
        .with_world(|fanvue, _| fanvue.set_faults(faults));
}

async fn watch(world: &World) {
    // Tables are made by the database's owner, as no statement of the application runs.
    let client = world.platform.sql.pool().get().await.unwrap();
    client.batch_execute(WATCH).await.unwrap();
}

/// A sale of each model, now.
fn sell(world: &World) {
    for model in world.simulator.models() {
        world.simulator.with_world(|fanvue, now| {
            let sale = NewSale::new(Source::Tip, 1_500);
            fanvue.append_sale(model.id, &sale, now).unwrap();
        });
    }
}

/// Kills one host after the other, and starts each again.
async fn kill_in_turn(
    world: &World,
    family: &HostFamily,
    hosts: &mut BTreeMap<&'static str, HostProcess>,
) {
    let began = Instant::now();
    let mut kills = 0;
    for name in HOSTS.iter().cycle() {
        sell(world);
        kill_at_work(world, name, hosts).await;
        kills += 1;
        tokio::time::sleep(AWAY).await;
        sell(world);
        hosts.insert(name, family.start(name, free_address()).await);
        if began.elapsed() >= SPAN {
            break;
        }
    }
    assert!(kills >= FEWEST_KILLS, "only {kills} hosts were killed");
}

/// Kills a host while it holds a lease.
async fn kill_at_work(world: &World, name: &str, hosts: &mut BTreeMap<&str, HostProcess>) {
    let holds = format!(
        "{LEASES} select count(*) from leases where holder = '{name}' and ended_at > clock_timestamp()"
    );
    for _ in 0..2_000 {
        if world.count(&holds).await > 0 {
            hosts.remove(name).expect("it runs").kill();
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{name} does nothing");
}

/// Waits until every model is read up to that instant.
async fn until_read(world: &World, micros: i64) {
    let behind = format!(
        "select count(*) from models left join sync_state on sync_state.model_id = models.model_id \
         and stream = 'transactions' where coalesce(micros_of(proven_until), 0) < {micros}"
    );
    for _ in 0..600 {
        if world.count(&behind).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the schedules read nothing for a minute");
}

async fn assert_no_two_hold_a_lease(world: &World) {
    let overlaps = format!(
        "{LEASES} select count(*) from leases join leases as later using (model_id, stream)
         where later.token > leases.token and later.taken_at < leases.ended_at"
    );
    assert_eq!(world.count(&overlaps).await, 0, "leases overlap");
    let intrusions = format!(
        "{LEASES} select count(*) from lease_log join leases using (model_id, stream, token)
         where host <> holder"
    );
    let intruders = world.count(&intrusions).await;
    assert_eq!(intruders, 0, "a host wrote under another's lease");
    let holders = format!("{LEASES} select count(distinct holder) from leases");
    assert_eq!(world.count(&holders).await, 3, "every host has worked");
    let taken_over = "select count(*) from lease_log where taken and earlier_until is not null";
    let taken_over = world.count(taken_over).await;
    assert!(taken_over > 0, "no lease of a killed host was taken over");
}

/// Some host took and recorded a step at every instant that the schedule fired in between.
async fn assert_no_firing_is_missed(world: &World, (job, seconds): (&str, i64), span: (i64, i64)) {
    let length = seconds * 1_000_000;
    let first = span.0.div_euclid(length) + 1;
    let last = span.1.div_euclid(length) - 1;
    assert!(last - first >= 3, "{job}: {} firings", last - first);
    let missed = format!(
        "select count(*) from generate_series({first}::bigint, {last}::bigint) as firing
         where not exists (
             select from job_steps
             where job = '{job}' and micros_of(started_at) >= firing * {length}
                 and micros_of(started_at) < (firing + 1) * {length}
         )"
    );
    assert_eq!(world.count(&missed).await, 0, "missed firings of {job}");
}
