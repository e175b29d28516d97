//! An operator's machine: settings, a data folder, and all that was said there.

use crate::github_model::GithubModel;
use agent::github::{Client, Options, TokenSource};
use agent::poll::Poller;
use agent::secrets::Keyring;
use agent::store::{Location, Repository, Store};
use fancy_regex::Regex;
use jiff::Timestamp;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) const SECRET: &str = "hunter2hunter2hunter2";
pub(crate) const HOOK_URL: &str = "http://127.0.0.1:9/webhook";

pub(crate) struct Desk {
    folder: tempfile::TempDir,
    hub: String,
    api: String,
    token: String,
    transcript: String,
}

/// What one command printed, and how it ended.
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) exit: i32,
}

impl Desk {
    /// A machine whose agent has a token for everything.
    pub(crate) fn new(model: &GithubModel) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
            hub: model.web_url(),
            api: model.api_url(),
            token: model.token(),
            transcript: String::new(),
        };
        desk.settings("");
        desk
    }

    /// The same with another token.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    /// Settings with these lines beside where GitHub and the agent are.
    pub(crate) fn settings(&self, more: &str) {
        let text = format!(
            "server: {{public_url: \"http://127.0.0.1:9\"}}\ngithub: {{web_url: \"{}\"}}\n{more}",
            self.hub
        );
        std::fs::write(self.folder.path().join("agent.yml"), text).unwrap();
    }

    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Runs the agent, and adds what it says to the transcript.
    pub(crate) fn agent(&mut self, arguments: &[&str]) -> Said {
        self.agent_with(&[], arguments)
    }

    /// The same with more variables in its environment.
    pub(crate) fn agent_with(&mut self, env: &[(&str, &str)], arguments: &[&str]) -> Said {
        self.command(env, "", arguments)
    }

    /// The same with this on its standard input.
    pub(crate) fn agent_given(&mut self, input: &str, arguments: &[&str]) -> Said {
        self.command(&[], input, arguments)
    }

    /// Leaves what was said so far out of the transcript.
    pub(crate) fn forget(&mut self) {
        self.transcript.clear();
    }

    fn command(&mut self, env: &[(&str, &str)], input: &str, arguments: &[&str]) -> Said {
        let mut command = assert_cmd::Command::cargo_bin("agent").unwrap();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("AGENT_CONFIG", self.folder.path().join("agent.yml"))
            .env("AGENT_DATA", self.data(""))
            .env("AGENT_GITHUB_TOKEN", &self.token)
            .env("AGENT_GITHUB_WEBHOOK_SECRET", SECRET)
            .env("COLUMNS", "100")
            .current_dir(self.folder.path())
            .envs(env.iter().copied())
            .write_stdin(input)
            .args(arguments);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        for secret in [SECRET, self.token.as_str()] {
            assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
        }
        let exit = output.status.code().unwrap();
        writeln!(self.transcript, "$ agent {}", arguments.join(" ")).unwrap();
        for (stream, content) in [("out", &out), ("err", &err)] {
            for line in content.lines() {
                writeln!(self.transcript, "{stream}: {line}").unwrap();
            }
        }
        writeln!(self.transcript, "exit {exit}\n").unwrap();
        Said { out, exit }
    }

    /// The transcript with all that differs from run to run replaced.
    pub(crate) fn transcript(&self) -> String {
        let host = self.hub.trim_start_matches("http://");
        let text = self.transcript.replace(host, "[HUB]");
        let mut text = text.replace(&*self.folder.path().to_string_lossy(), "[DIR]");
        for (pattern, stands_for) in [
            (r"(?<![\w-])[\w-]{43}(?= #)", "[PUBLIC]"),
            (r"sec1\.[0-9a-f]{16}\.[\w-]+", "[SEALED]"),
            (r"\b(?!0{16})[0-9a-f]{16}\b", "[KID]"),
            (r"\d{4}-\d\d-\d\d", "[DATE]"),
            (r"127\.0\.0\.1:(?!9\b)\d+", "[HOST]"),
        ] {
            let pattern = Regex::new(pattern).unwrap();
            text = pattern.replace_all(&text, stands_for).into_owned();
        }
        text
    }

    /// What the daemon would read of a repository.
    pub(crate) fn stored(&self, name: &str) -> Option<Repository> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let location = Location::Sqlite(self.data("agent.db"));
            let store = Store::open(&location).await.unwrap();
            store.repository_named(name).await.unwrap()
        })
    }

    /// What the daemon finds by asking: each push that it takes up, ref and commit, oldest first.
    pub(crate) fn found(&self) -> Vec<String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let location = Location::Sqlite(self.data("agent.db"));
            let store = Store::open(&location).await.unwrap();
            let token = self.token.clone();
            let source = TokenSource::new("the test", move || Ok(token.clone().into()));
            let web = format!("{}/", self.hub).parse().unwrap();
            let options = Options::new(self.api.parse().unwrap(), web, source);
            let client = Arc::new(Client::new(options).unwrap());
            let poller = Poller::new(store.clone(), client, Arc::default());
            poller.turn(Timestamp::now()).await.unwrap();
            let mut pushes = Vec::new();
            let mut all = store.deliveries(None, None, 100).await.unwrap();
            all.reverse();
            for one in all {
                let whole = store.delivery(one.id).await.unwrap().unwrap();
                let body: Value = serde_json::from_slice(&whole.new.body).unwrap();
                let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                pushes.push(format!("{} {}", text("ref"), text("after")));
            }
            pushes
        })
    }

    /// How many keys the keyring holds.
    pub(crate) fn keys(&self) -> usize {
        Keyring::open(&self.data("keys")).unwrap().entries().len()
    }

    /// The protection of a branch as GitHub shows it.
    pub(crate) fn protection(&self, name: &str, branch: &str) -> Value {
        self.api(
            "GET",
            &format!("repos/{name}/branches/{branch}/protection"),
            None,
        )
    }

    /// Has an owner protect a branch.
    pub(crate) fn protect(&self, name: &str, branch: &str, protection: &Value) {
        let path = format!("repos/{name}/branches/{branch}/protection");
        self.api("PUT", &path, Some(protection));
    }

    fn api(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("{}/{path}", self.api);
        let mut ask = reqwest::Client::new()
            .request(method.parse().unwrap(), url)
            .bearer_auth(&self.token)
            .header("user-agent", "test")
            .header("accept", "application/vnd.github+json");
        if let Some(body) = body {
            ask = ask.body(body.to_string());
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let answer = runtime.block_on(async { ask.send().await.unwrap().text().await.unwrap() });
        serde_json::from_str(&answer).unwrap()
    }
}
