//! What keeps `agent serve` from starting, in the order in which it is looked at.

use super::process::{Process, part};
use agent::cli::{Printer, serve};
use clap::{Args as _, FromArgMatches as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

/// Plays `agent serve` with the options of the part, as the command line would.
#[expect(clippy::exit, reason = "the process is the daemon, not the tests")]
fn play(options: &str) -> ! {
    let command = serve::Args::augment_args(clap::Command::new("serve").no_binary_name(true));
    let matches = command.get_matches_from(options.split(' '));
    let args = serve::Args::from_arg_matches(&matches).unwrap();
    let mut printer = Printer::stdio();
    let exit = serve::run(&args, &mut printer).unwrap_or_else(|error| {
        printer.error(&error);
        error.exit
    });
    std::process::exit(exit as i32);
}

/// A folder with good settings.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let secret = "0123456789abcdef";
        for name in ["token", "webhook", "operator"] {
            machine.file(name, secret, 0o600);
        }
        let text = "data: DIR/data
server: {public_url: https://ci.example.com, listen: \"127.0.0.1:0\"}
github: {token_file: DIR/token, webhook_secret_file: DIR/webhook}
operator: {token_file: DIR/operator}
";
        machine.file("agent.yml", &text.replace("DIR", &machine.dir()), 0o600);
        machine.file("data/master-key", &"a5".repeat(32), 0o600);
        machine
    }

    fn file(&self, name: &str, text: &str, mode: u32) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn dir(&self) -> String {
        self.0.path().display().to_string()
    }

    /// The exit code of `agent serve` and what it said, with these options beside `--config`.
    fn serve(&self, name: &str, options: &str) -> (Option<i32>, String) {
        let part = format!("--config {}/agent.yml {options}", self.dir());
        let variables = [("DOCKER_HOST", "unix:///no/engine.sock"), ("NO_COLOR", "1")];
        let (code, said) = Process::start(name, part.trim(), &variables).end();
        (code, said.replace(&self.dir(), "DIR"))
    }
}

#[test]
fn each_thing_that_is_not_as_it_must_be_is_said_with_its_fix() {
    if let Some(part) = part() {
        play(&part);
    }
    let serve = |machine: &Machine, options: &str| {
        let name = "serve::each_thing_that_is_not_as_it_must_be_is_said_with_its_fix";
        machine.serve(name, options)
    };
    let machine = Machine::new();

    let (code, said) = serve(&machine, "");
    assert_eq!(code, Some(4), "{said}");
    insta::assert_snapshot!("docker", said);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = serve(&machine, &format!("--listen {address}"));
    assert_eq!(code, Some(4), "{said}");
    let port = address.rsplit(':').next().unwrap();
    insta::assert_snapshot!("port", said.replace(port, "PORT"));

    let (code, said) = serve(&machine, "--data /proc/data");
    assert_eq!(code, Some(4), "{said}");
    let me = format!("chown {} ", rustix::process::geteuid().as_raw());
    insta::assert_snapshot!("folder", said.replace(&me, "chown USER "));

    let damaged = Machine::new();
    damaged.file("data/agent.db", "this is no database", 0o600);
    let (code, said) = serve(&damaged, "");
    assert_eq!(code, Some(4), "{said}");
    insta::assert_snapshot!("database", said);

    let (code, said) = serve(&machine, "--listen here");
    assert_eq!(code, Some(2), "{said}");
    insta::assert_snapshot!("option", said);

    machine.file("webhook", "short", 0o600);
    machine.file("token", "ghp_token", 0o644);
    let (code, said) = serve(&machine, "--listen 0.0.0.0:0");
    assert_eq!(code, Some(2), "{said}");
    insta::assert_snapshot!("settings", said);
}
