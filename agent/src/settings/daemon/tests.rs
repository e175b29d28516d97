//! What the daemon makes of its settings, and which ones it does not start with.

use super::*;
use crate::github::api_of;
use crate::settings::{Finding, Places};
use std::os::unix::fs::PermissionsExt;

const SECRET: &str = "0123456789abcdef";

/// A folder with settings and the files they name.
struct Machine {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Machine {
    /// Everything is good.
    fn good() -> Self {
        let machine = Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        };
        machine.file("token", "ghp_token", 0o600);
        machine.file("webhook", SECRET, 0o600);
        machine.file("operator", "fedcba9876543210", 0o600);
        machine.file("data/master-key", &"a5".repeat(32), 0o600);
        machine
    }

    fn file(&self, name: &str, text: &str, mode: u32) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.variables
            .push((name, value.replace("DIR", &self.dir())));
    }

    fn dir(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// Resolves the usual settings with a few lines more.
    fn resolve(&self, more: &str) -> (Option<DaemonSettings>, String) {
        self.resolve_whole(&format!("{USUAL}{more}"))
    }

    fn resolve_whole(&self, text: &str) -> (Option<DaemonSettings>, String) {
        self.file("agent.yml", &text.replace("DIR", &self.dir()), 0o644);
        self.resolve_file()
    }

    fn resolve_file(&self) -> (Option<DaemonSettings>, String) {
        let variables: Vec<(&str, &str)> = self
            .variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let environment = Environment::of(&variables, None);
        let path = self.folder.path().join("agent.yml");
        let loaded = Loaded::find(Some(&path), &environment, &[]).unwrap();
        let mut checks = Checks::new(&loaded.places);
        let resolved = DaemonSettings::resolve(&loaded, &environment, &mut checks);
        let said: Vec<String> = checks.finish().iter().map(said).collect();
        (resolved, said.join("\n").replace(&self.dir(), "DIR"))
    }
}

const USUAL: &str = "\
data: DIR/data
server: {public_url: https://ci.example.com}
github:
  token_file: DIR/token
  webhook_secret_file: DIR/webhook
operator: {token_file: DIR/operator}
";

fn said(finding: &Finding) -> String {
    format!("{:?}: {}", finding.severity, finding.to_error())
}

#[test]
fn good_settings_are_resolved_without_a_word() {
    let machine = Machine::good();
    let (daemon, said) = machine.resolve("");
    assert_eq!(said, "");
    let daemon = daemon.unwrap();
    assert_eq!(daemon.public_url.as_str(), "https://ci.example.com/");
    assert_eq!(Some(daemon.github.api.clone()), api_of(&daemon.github.web));
    assert_eq!(daemon.github.web.as_str(), "https://github.com/");
    assert_eq!(daemon.github.token.expose_secret(), "ghp_token");
    assert_eq!(daemon.github.webhook_secrets.len(), 1);
    let data = machine.folder.path().join("data");
    assert!(matches!(&daemon.database, Location::Sqlite(path) if *path == data.join("agent.db")));
    assert_eq!(daemon.settings.data, Some(data.clone()));
    assert_eq!(daemon.master.file, data.join("master-key"));
}

#[test]
fn nothing_of_a_secret_is_printed() {
    let mut machine = Machine::good();
    machine.set("AGENT_DATABASE_URL", "postgres://agent:hunter2@db/agent");
    let (daemon, _) = machine.resolve("");
    let text = format!("{:?}", daemon.unwrap());
    for secret in ["ghp_token", SECRET, "fedcba9876543210", "hunter2", "a5a5"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_api_of_an_enterprise_server_follows_from_its_pages() {
    let machine = Machine::good();
    let (daemon, said) = machine.resolve_whole(&USUAL.replace(
        "github:\n",
        "github:\n  web_url: https://git.example.com/\n",
    ));
    assert_eq!(said, "");
    let github = daemon.unwrap().github;
    assert_eq!(Some(github.api), api_of(&github.web));
    assert_eq!(github.web.as_str(), "https://git.example.com/");
}

#[test]
fn two_webhook_secrets_are_taken_while_they_are_changed_over() {
    let mut machine = Machine::good();
    machine.set("AGENT_GITHUB_WEBHOOK_SECRET_OLD", "the-secret-before");
    let (daemon, said) = machine.resolve("");
    assert_eq!(said, "");
    let secrets = daemon.unwrap().github.webhook_secrets;
    let secrets: Vec<&str> = secrets
        .iter()
        .map(|secret| secret.expose_secret())
        .collect();
    assert_eq!(secrets, [SECRET, "the-secret-before"]);
}

#[test]
fn without_webhooks_no_secret_is_asked_for() {
    let machine = Machine::good();
    let text = USUAL.replace("  webhook_secret_file: DIR/webhook\n", "");
    let (daemon, _) = machine.resolve_whole(&(text + "webhooks: {enabled: false}\n"));
    assert!(daemon.unwrap().github.webhook_secrets.is_empty());
}

#[test]
fn everything_that_is_missing_is_said_at_once() {
    let machine = Machine::good();
    std::fs::remove_file(machine.folder.path().join("data/master-key")).unwrap();
    let (daemon, said) = machine.resolve_whole("data: DIR/data\n");
    assert!(daemon.is_none());
    insta::assert_snapshot!(said, @r"
    Error: There is no token for GitHub
    hint: it is given by the file that github.token_file names, by AGENT_GITHUB_TOKEN, or by the systemd credential github-token
    Error: There is no secret for webhooks
    hint: it is given by the file that github.webhook_secret_file names, by AGENT_GITHUB_WEBHOOK_SECRET, or by the systemd credential github-webhook-secret; `openssl rand -hex 32` makes one, and webhooks.enabled: false does without
    Warning: server.public_url is not set: links in commit statuses lead to this machine only
    hint: set it to the URL at which people reach the agent
    Warning: There is no operator token: nobody can restart, cancel or approve
    hint: it is given by the file that operator.token_file names, by AGENT_OPERATOR_TOKEN, or by the systemd credential operator-token
    Warning: There is no master key: builds with secrets will end as errored
    hint: `agent repo add` makes it with the first repository's key
    ");
}

/// What is refused, and the one line that makes it so.
fn refused(change: impl Fn(&mut Machine), more: &str) -> String {
    let mut machine = Machine::good();
    change(&mut machine);
    let (daemon, said) = machine.resolve(more);
    assert!(daemon.is_none(), "{said}");
    said
}

#[test]
fn secrets_that_can_be_guessed_or_read_by_others_are_refused() {
    let said = [
        refused(|machine| machine.file("webhook", "", 0o600), ""),
        refused(
            |machine| machine.file("webhook", "fifteen-letters", 0o600),
            "",
        ),
        refused(
            |machine| machine.set("AGENT_GITHUB_WEBHOOK_SECRET_OLD", "short"),
            "",
        ),
        refused(|machine| machine.file("operator", "short", 0o600), ""),
        refused(|machine| machine.file("webhook", SECRET, 0o644), ""),
        refused(|machine| machine.file("token", "ghp_token", 0o640), ""),
        refused(
            |machine| machine.file("data/master-key", &"a5".repeat(32), 0o644),
            "",
        ),
        refused(
            |machine| machine.file("data/master-key", "short", 0o600),
            "",
        ),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    Error: DIR/agent.yml:5:24: github.webhook_secret_file DIR/webhook is empty
    Error: DIR/agent.yml:5:24: github.webhook_secret_file DIR/webhook is shorter than 16 characters
    hint: `openssl rand -hex 32` makes a good one
    Error: AGENT_GITHUB_WEBHOOK_SECRET_OLD is shorter than 16 characters
    hint: `openssl rand -hex 32` makes a good one
    Error: DIR/agent.yml:6:24: operator.token_file DIR/operator is shorter than 16 characters
    hint: `openssl rand -hex 32` makes a good one
    Error: DIR/agent.yml:5:24: github.webhook_secret_file DIR/webhook can be read by others (its mode is 0644)
    hint: chmod 600 DIR/webhook
    Error: DIR/agent.yml:4:15: github.token_file DIR/token can be read by others (its mode is 0640)
    hint: chmod 600 DIR/token
    Error: The master key DIR/data/master-key can be read by others
    hint: chmod 600 DIR/data/master-key
    Error: DIR/data/master-key does not hold a master key (32 bytes, as they are, in hex or in base64)
    ");
}

#[test]
fn urls_that_cannot_be_used_are_refused_without_being_repeated() {
    let usual = |from: &str, to: &str| {
        let machine = Machine::good();
        let (daemon, said) = machine.resolve_whole(&USUAL.replace(from, to));
        assert!(daemon.is_none(), "{said}");
        said
    };
    let public = "https://ci.example.com";
    let github = "github:\n";
    let said = [
        usual(public, "ci.example.com"),
        usual(public, "ftp://ci.example.com"),
        usual(public, "https://me:hunter2@ci.example.com"),
        usual(public, "https://ci.example.com/agent"),
        usual(public, "https://ci.example.com/?q"),
        usual(github, "github:\n  api_url: hunter2\n"),
        usual(github, "github:\n  proxy: proxy:3128\n"),
        usual(github, "github:\n  ca_file: /no/such/file\n"),
    ];
    assert!(!said.join("").contains("hunter2"));
    insta::assert_snapshot!(said.join("\n"), @r"
    Error: DIR/agent.yml:2:22: server.public_url is not an http(s) URL
    hint: write e.g. https://ci.example.com
    Error: DIR/agent.yml:2:22: server.public_url is not an http(s) URL
    hint: write e.g. https://ci.example.com
    Error: DIR/agent.yml:2:22: server.public_url must not hold a user or a password
    Error: DIR/agent.yml:2:22: server.public_url must not have a path
    hint: give the agent a host name of its own
    Error: DIR/agent.yml:2:22: server.public_url is not an http(s) URL
    hint: write e.g. https://ci.example.com
    Error: DIR/agent.yml:4:12: github.api_url is not an http(s) URL
    hint: write e.g. https://ci.example.com
    Error: DIR/agent.yml:4:10: github.proxy is not an http(s) URL
    Error: DIR/agent.yml:4:12: github.ca_file /no/such/file is not a file
    ");
}

#[test]
fn databases_that_cannot_be_meant_are_refused_and_no_password_is_shown() {
    let url = "postgres://agent:hunter2@db/agent";
    let said = [
        refused(|_| (), &format!("database: {{path: \"{url}\"}}\n")),
        refused(
            |machine| machine.set("AGENT_DATABASE_URL", url),
            "database: {path: DIR/agent.db}\n",
        ),
        refused(
            |machine| machine.set("AGENT_DATABASE_URL", "mysql://agent:hunter2@db/agent"),
            "",
        ),
        refused(
            |machine| machine.file("url", url, 0o644),
            "database: {url_file: DIR/url}\n",
        ),
    ];
    assert!(!said.join("").contains("hunter2"));
    insta::assert_snapshot!(said.join("\n"), @r"
    Error: DIR/agent.yml:7:18: database.path is the path of a file, not a URL
    hint: PostgreSQL's URL is given by the file that database.url_file names, by AGENT_DATABASE_URL, or by the systemd credential database-url
    Error: DIR/agent.yml:7:18: database.path is set, and so is PostgreSQL's URL
    hint: take one of them away
    Error: AGENT_DATABASE_URL is not the URL of a PostgreSQL database
    hint: write postgres://user:password@host/database
    Error: DIR/agent.yml:7:22: database.url_file DIR/url can be read by others (its mode is 0644)
    hint: chmod 600 DIR/url
    ");
}

#[test]
fn what_is_probably_not_meant_so_is_said_and_taken() {
    let mut machine = Machine::good();
    machine.set("AGENT_SERVER_LISTEN", "0.0.0.0:80");
    machine.set("AGENT_SERVER_PUBLIC_URL", "http://ci.example.com");
    machine.set("AGENT_GITHUB_API_URL", "http://git.example.com/api");
    machine.set("AGENT_GITHUB_WEBHOOK_SECRET_OLD", SECRET);
    machine.set("AGENT_SEVER_LISTEN", "0.0.0.0:80");
    machine.set("AGENT_POOL_NAME", "another program's");
    let (daemon, said) = machine.resolve("");
    assert!(daemon.is_some(), "{said}");
    insta::assert_snapshot!(said, @r"
    Warning: AGENT_SEVER_LISTEN is no variable of the agent
    hint: did you mean AGENT_SERVER_LISTEN?
    Warning: AGENT_SERVER_LISTEN lets other machines in, and server.public_url is not https: tokens can be read on the way
    hint: listen on 127.0.0.1 behind a proxy with TLS, see docs/running.md
    Warning: AGENT_GITHUB_API_URL is not https: the token can be read on the way
    hint: use https, and github.ca_file for a certificate of your own
    Warning: github.webhook_secret_old is the same as the present one
    ");
}

#[test]
fn a_loopback_address_needs_no_https() {
    let mut machine = Machine::good();
    machine.set("AGENT_SERVER_PUBLIC_URL", "http://127.0.0.1:8642");
    machine.set("AGENT_GITHUB_WEB_URL", "http://localhost:1");
    machine.set("AGENT_GITHUB_API_URL", "http://[::1]:1/");
    let (daemon, said) = machine.resolve("");
    assert_eq!(said, "");
    assert!(daemon.is_some());
}

#[test]
fn settings_that_others_can_write_are_refused() {
    let machine = Machine::good();
    machine.file("agent.yml", &USUAL.replace("DIR", &machine.dir()), 0o664);
    let (daemon, said) = machine.resolve_file();
    assert!(daemon.is_none());
    assert_eq!(
        said,
        "Error: DIR/agent.yml can be written by others (its mode is 0664)\nhint: chmod go-w DIR/agent.yml"
    );
}

#[test]
fn a_place_is_named_even_where_no_file_is() {
    let places = Places::default();
    let mut checks = Checks::new(&places);
    checks.refuse("jobs.pids", "must be at least 16");
    assert_eq!(checks.finish()[0].message, "jobs.pids must be at least 16");
}
