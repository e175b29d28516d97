//! The operator's machine: settings, secrets, a data folder, and the commands that are run there.

use crate::agent::Running;
use crate::checkout::root;
use crate::engine;
use crate::github_model::GithubModel;
use crate::report::Build;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use tempfile::TempDir;

/// What deliveries are signed with.
const WEBHOOK_SECRET: &str = "webhook-secret-of-these-tests";
/// What the operator signs in with.
pub(crate) const OPERATOR: &str = "operators-token-of-these-tests";

pub(crate) struct Machine {
    folder: TempDir,
    /// Where the agent listens, as `http://ADDRESS:PORT`.
    pub(crate) url: String,
    /// What must never be seen outside of a job.
    secrets: Vec<String>,
}

impl Machine {
    /// A machine whose `agent.yml` leads to the model and ends with these lines.
    pub(crate) fn new(model: &GithubModel, more: &str) -> Self {
        let token = model.token();
        let address = address();
        let machine = Self {
            folder: tempfile::tempdir().unwrap(),
            url: format!("http://{address}"),
            secrets: vec![
                token.clone(),
                WEBHOOK_SECRET.to_owned(),
                OPERATOR.to_owned(),
            ],
        };
        machine.write("token", &token);
        machine.write("webhook-secret", WEBHOOK_SECRET);
        machine.write("operator-token", OPERATOR);
        let text = format!(
            "data: DIR/data
server: {{public_url: \"http://{address}\", listen: \"{address}\"}}
github:
  web_url: \"{}\"
  token_file: DIR/token
  webhook_secret_file: DIR/webhook-secret
operator: {{token_file: DIR/operator-token}}
{more}",
            model.web_url()
        );
        let folder = machine.folder.path().display().to_string();
        machine.write("agent.yml", &text.replace("DIR", &folder));
        machine
    }

    /// A file that only its owner reads.
    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The name by which the engine's objects of this data folder are known.
    pub(crate) fn identity(&self) -> String {
        let text = std::fs::read_to_string(self.data().join("identity"));
        text.map_or_else(|_| "none".to_owned(), |text| text.trim().to_owned())
    }

    /// Secrets of the operator: tokens and what deliveries are signed with.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// An `agent` command, with nothing of this process's environment but the engine.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agent"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .stdout(Stdio::piped());
        for name in ["PATH", "DOCKER_HOST"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.folder.path())
            .env("AGENT_CONFIG", self.folder.path().join("agent.yml"))
            .env("AGENT_DATA", self.data())
            .env("AGENT_TOOLBOX", toolbox());
        command
    }

    /// The same, to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Build {
        let said = Running::start(&mut self.command(args)).end();
        for secret in &self.secrets {
            said.expect_nothing_of(secret);
        }
        said
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            engine::remove_all_of(&self.identity());
        }
    }
}

/// A loopback address of this test's own, so that no port has to be found free and an agent that
/// starts again is where GitHub delivers to.
fn address() -> String {
    static TESTS: AtomicU8 = AtomicU8::new(1);
    let test = TESTS.fetch_add(1, Ordering::Relaxed);
    let [.., high, low] = std::process::id().to_be_bytes();
    format!("127.{test}.{high}.{low}:8642")
}

/// The static toolbox: `AGENT_TOOLBOX`, else what `script/build` made.
fn toolbox() -> PathBuf {
    let built = root().join("target/static/toolbox");
    let named = std::env::var_os("AGENT_TOOLBOX").map_or(built, PathBuf::from);
    assert!(
        named.exists(),
        "run script/build first: {} is not there",
        named.display()
    );
    named
}
