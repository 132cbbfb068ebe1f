//! A private Postgres cluster for one test process, in a temporary folder.
//!
//! A shell keeps it: it makes the cluster, runs the server, and waits on its standard input, which
//! only the test process holds open. However that process ends, the input ends too; the shell then
//! stops the server and removes the folder. Should the shell itself be killed, the server gets a
//! signal from the kernel, where `setpriv` is there to ask for it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Arguments: the folder of the server's programs, the port. Prints `ready` when it serves.
const KEEPER: &str = r#"
trap '' INT TERM HUP PIPE
programs=$1
port=$2
folder=$(mktemp -d /tmp/tidemark-postgres-XXXXXX) || exit 1
trap 'rm -rf "$folder"' EXIT
fail() { tail -n 20 "$folder/log"; exit 1; }
"$programs/initdb" --pgdata="$folder/data" --username=tidemark --auth=trust --encoding=UTF8 \
    --locale=C --no-sync >"$folder/log" 2>&1 || fail
guard=
setpriv --pdeathsig QUIT true 2>/dev/null && guard='setpriv --pdeathsig QUIT'
$guard "$programs/postgres" -D "$folder/data" -h 127.0.0.1 -p "$port" -k "$folder" \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
    -c max_connections=200 -c shared_buffers=64MB >"$folder/log" 2>&1 </dev/null &
server=$!
until "$programs/pg_isready" -q -h "$folder" -p "$port"; do
    kill -0 "$server" 2>/dev/null || fail
    sleep 0.05
done
echo ready
cat >/dev/null
kill -QUIT "$server"
wait "$server"
"#;

/// The oldest version that Tidemark runs on.
const OLDEST: u32 = 15;

/// Attempts at a port that another program may take between the choice and the use.
const ATTEMPTS: u32 = 5;

/// A running cluster. Never dropped before the process ends: the pipe to the keeper is its life.
#[derive(Debug)]
pub(super) struct Cluster {
    pub url: String,
    _keeper: Child,
}

/// Starts a cluster of the newest Postgres on this machine.
///
/// Returns why there can be none. Panics when there could be one and it does not start.
pub(super) fn start() -> Result<Cluster, String> {
    let programs = find_programs()?;
    let user = unprivileged_user()?;
    let mut problem = String::new();
    for _ in 0..ATTEMPTS {
        let port = free_port();
        match launch(&programs, user.as_deref(), port) {
            Ok(keeper) => {
                return Ok(Cluster {
                    url: format!("postgres://tidemark@127.0.0.1:{port}/postgres"),
                    _keeper: keeper,
                });
            }
            Err(reason) => problem = reason,
        }
    }
    panic!(
        "the private Postgres of {} does not start: {problem}",
        programs.display()
    )
}

fn launch(programs: &Path, user: Option<&str>, port: u16) -> Result<Child, String> {
    let mut keeper = keeper_command(user);
    keeper
        .args(["-c", KEEPER, "keeper"])
        .arg(programs)
        .arg(port.to_string())
        .current_dir("/")
        // Not in the terminal's group: Ctrl-C must leave the keeper to clean up.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut keeper = keeper.spawn().map_err(|error| error.to_string())?;
    let output = keeper.stdout.take().expect("invariant: it is piped");
    let mut output = BufReader::new(output);
    let mut line = String::new();
    output
        .read_line(&mut line)
        .map_err(|error| error.to_string())?;
    if line.trim() == "ready" {
        return Ok(keeper);
    }
    let _ = output.read_to_string(&mut line);
    let _ = keeper.wait();
    Err(line)
}

/// A shell, as another user where this one is root: Postgres refuses to run as root.
fn keeper_command(user: Option<&str>) -> Command {
    let Some(user) = user else {
        return Command::new("sh");
    };
    if which("setpriv").is_some() {
        let mut command = Command::new("setpriv");
        let group = id(&["-g", user]).unwrap_or_else(|| user.to_owned());
        command.args([&format!("--reuid={user}"), &format!("--regid={group}")]);
        command.args(["--clear-groups", "sh"]);
        command
    } else if which("runuser").is_some() {
        let mut command = Command::new("runuser");
        command.args(["-u", user, "--", "sh"]);
        command
    } else {
        let mut command = Command::new("su");
        command.args(["-s", "/bin/sh", user, "--"]);
        command
    }
}

/// The folder of the newest server programs: those on the path, or Debian's and Red Hat's folders.
fn find_programs() -> Result<PathBuf, String> {
    let on_path = which("postgres").and_then(|path| fs::canonicalize(path).ok());
    let mut folders: Vec<PathBuf> = on_path
        .iter()
        .filter_map(|path| path.parent())
        .map(Into::into)
        .collect();
    if let Ok(entries) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(entries.flatten().map(|entry| entry.path().join("bin")));
    }
    let newest = folders
        .into_iter()
        .filter(|folder| {
            ["initdb", "postgres", "pg_isready"]
                .iter()
                .all(|name| folder.join(name).exists())
        })
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .max_by_key(|(version, _)| *version);
    match newest {
        Some((version, folder)) if version >= OLDEST => Ok(folder),
        Some((version, _)) => Err(format!(
            "Postgres {version} is here, {OLDEST} is the oldest that will do"
        )),
        None => Err(format!(
            "no server programs on the path or in /usr/lib/postgresql; install them or set {}",
            super::NATIVE_URL
        )),
    }
}

/// The major version: `postgres (PostgreSQL) 15.14 (Debian …)` is 15.
fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split_whitespace().nth(2)?;
    let major = number.split(|c: char| !c.is_ascii_digit()).next()?;
    major.parse().ok()
}

/// Whom to run the server as: `None` for the present user, who is not root.
fn unprivileged_user() -> Result<Option<String>, String> {
    if id(&["-u"]).as_deref() != Some("0") {
        return Ok(None);
    }
    let found = ["postgres", "nobody"]
        .into_iter()
        .find(|user| id(&["-u", user]).is_some());
    match found {
        Some(user) => Ok(Some(user.to_owned())),
        None => {
            Err("this is root, and there is no user postgres or nobody to run it as".to_owned())
        }
    }
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound port").port()
}
