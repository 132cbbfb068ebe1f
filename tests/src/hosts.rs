//! `tidemark up` as processes of their own, which can be asked to stop and can be killed.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use tidemark_database::testing::TestDatabase;

use crate::world::CRON_SECRET;
use crate::{World, components};

/// What the hosts of a world have in common.
pub struct HostFamily {
    folder: TempDir,
    database_url: String,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// A running host; killed with this value.
pub struct HostProcess {
    child: Child,
    /// where it serves
    pub url: String,
}

impl HostFamily {
    /// Hosts of an application that lies in that folder, on that database.
    pub fn in_folder(folder: TempDir, database: &TestDatabase) -> Self {
        Self {
            folder,
            database_url: database.url().expose().to_owned(),
            variables: Vec::new(),
            arguments: Vec::new(),
        }
    }

    /// Hosts of the world's application, on its database and its Fanvue.
    ///
    /// # Panics
    /// When the manifest cannot be written.
    pub fn of(world: &World, database: &TestDatabase) -> Self {
        let client = world.simulator.client();
        let mut family = Self::in_folder(TempDir::new().expect("a folder"), database);
        for (name, value) in [
            ("FANVUE_API_URL", world.simulator.base_url()),
            ("FANVUE_AUTH_URL", world.simulator.base_url()),
            ("FANVUE_CLIENT_ID", client.id),
            ("FANVUE_CLIENT_SECRET", client.secret),
            ("CRON_SECRET", CRON_SECRET.to_owned()),
            ("TOKEN_KEY", world.token_key.expose().to_owned()),
        ] {
            family = family.with_variable(name, &value);
        }
        family.write_manifest(&[]);
        family
    }

    /// Sets a variable of the application, by its upper-case name.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        let name = format!("SPIN_VARIABLE_{name}");
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Adds an argument of `tidemark up`.
    #[must_use]
    pub fn with_argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Gives components other schedules than the manifest's.
    #[must_use]
    pub fn with_schedules(self, schedules: &[(&str, &str)]) -> Self {
        self.write_manifest(schedules);
        self
    }

    fn write_manifest(&self, schedules: &[(&str, &str)]) {
        // Built, if they are not.
        components::manifest("spin.toml");
        let root = components::root();
        let text = fs::read_to_string(root.join("spin.toml")).expect("the manifest");
        let mut manifest: toml::Table = text.parse().expect("TOML");
        let parts = manifest["component"].as_table_mut().expect("components");
        for (_, part) in parts.iter_mut() {
            let source = root.join(part["source"].as_str().expect("a path"));
            part["source"] = toml::Value::String(source.display().to_string());
        }
        let triggers = manifest["trigger"]["cron"].as_array_mut();
        for trigger in triggers.expect("schedules") {
            let other = schedules
                .iter()
                .find(|(component, _)| trigger["component"].as_str() == Some(component));
            if let Some((_, expression)) = other {
                trigger["cron_expression"] = toml::Value::String((*expression).to_owned());
            }
        }
        fs::write(self.manifest(), manifest.to_string()).expect("a manifest");
    }

    fn manifest(&self) -> PathBuf {
        self.folder.path().join("spin.toml")
    }

    /// Runs another command of the program beside the hosts, to its end.
    ///
    /// # Panics
    /// When the program cannot be run.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = tokio::process::Command::new(program());
        command
            .args(arguments)
            .args(["--database-url", &self.database_url])
            .arg("--manifest")
            .arg(self.manifest())
            .arg("--data-dir")
            .arg(self.folder.path().join("operator"))
            .envs(self.variables.iter().cloned());
        command.output().await.expect("the program runs")
    }

    /// Starts a host and waits until it serves. The database knows its connections by that name.
    ///
    /// # Panics
    /// With the host's log, when it does not serve within a minute.
    pub async fn start(&self, name: &str, listen: SocketAddr) -> HostProcess {
        let data_dir = self.folder.path().join(name);
        if !data_dir.exists() {
            fs::create_dir(&data_dir).expect("a data directory");
            // Compiled once for all hosts and worlds of all tests.
            let cache = components::root().join("target/test-code-cache");
            fs::create_dir_all(&cache).expect("a code cache");
            symlink(cache, data_dir.join("code-cache")).expect("a link");
        }
        let address = self.database_url.trim_end_matches('?');
        let separator = if address.contains('?') { "&" } else { "?" };
        let database_url = format!("{address}{separator}application_name={name}");
        let output = |kind: &str| File::create(data_dir.join(kind)).expect("a file");
        let child = Command::new(program())
            .args(["up", "--no-build", "--listen", &listen.to_string()])
            .args(["--database-url", &database_url])
            .arg("--manifest")
            .arg(self.manifest())
            .arg("--data-dir")
            .arg(&data_dir)
            .args(&self.arguments)
            .envs(self.variables.iter().cloned())
            .env("RUST_LOG", "info")
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn()
            .expect("the program starts");
        let mut host = HostProcess {
            child,
            url: String::new(),
        };
        host.url = host.serving(&data_dir).await;
        host
    }
}

impl HostProcess {
    async fn serving(&mut self, data_dir: &Path) -> String {
        for _ in 0..1200 {
            let text = fs::read_to_string(data_dir.join("stdout")).expect("its output");
            if let Some(rest) = text.split_once("Serving ").map(|(_, rest)| rest)
                && let Some((url, _)) = rest.split_once('\n')
            {
                return url.to_owned();
            }
            let ended = self.child.try_wait().expect("its state");
            assert!(ended.is_none(), "{}", log_of(data_dir));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{}", log_of(data_dir));
    }

    /// Kills the process, whatever it does.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it has ended");
    }

    /// Asks the process to stop, as a service manager would, and waits for its end.
    ///
    /// # Panics
    /// When it goes on for a minute.
    pub async fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(asked.expect("kill runs").success());
        for _ in 0..1200 {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the host does not stop");
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_of(data_dir: &Path) -> String {
    fs::read_to_string(data_dir.join("stderr")).unwrap_or_default()
}

/// An address of this machine that nobody listens on.
///
/// # Panics
/// When there is none.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

/// The program, built from the present sources.
///
/// # Panics
/// When it cannot be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // Cargo gives a program to the tests of its own package. Asking for one of those builds it
        // with the very features that the whole workspace's tests have.
        let mut build = Command::new(cargo);
        build
            .args(["test", "--quiet", "--workspace", "--no-run"])
            .args(["--test", "bad_input"])
            .current_dir(components::root());
        // What cargo tells this test of its package would make it build some dependencies anew.
        for (name, _) in std::env::vars_os() {
            let told = name.to_string_lossy();
            if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
                build.env_remove(&name);
            }
        }
        let status = build.status().expect("cargo can be run");
        assert!(status.success(), "the program cannot be built");
        // The test's own executable lies in `TARGET/PROFILE/deps`.
        let test = std::env::current_exe().expect("an executable");
        let folder = test.ancestors().nth(2).expect("a target directory");
        folder.join("tidemark")
    })
}
