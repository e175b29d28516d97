//! The engine as the docker client shows it: what is there, ours and others'.

use std::process::Command;
use std::time::{Duration, Instant};

/// A container, network or volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its kind, id and name.
    pub(crate) name: String,
    /// The data folder that it is labelled with, if any.
    agent: String,
    layers: bool,
}

impl Object {
    /// A network that waits for the next job, for as long as its agent runs.
    #[allow(dead_code, reason = "some targets look only after the agent's end")]
    pub(crate) fn is_warm(&self) -> bool {
        self.name.starts_with("network ") && self.name.contains(" ci.net.")
    }

    /// A volume that the engine itself named, which goes with its container: whose that was, nobody knows.
    fn is_anonymous(&self) -> bool {
        let name = self.name.strip_prefix("volume ");
        name.is_some_and(|name| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()))
    }
}

/// The docker client's output without its last line end.
#[track_caller]
pub(crate) fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {args:?}: {error}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// All containers, networks and volumes.
pub(crate) fn objects() -> Vec<Object> {
    let labels = "{{.Label \"ci.agent\"}}|{{.Label \"ci.layers\"}}";
    let list = |kind: &str, args: &[&str], name: &str| {
        let format = format!("{kind} {name}|{labels}");
        let listing = docker(&[args, &["--format", format.as_str()]].concat());
        listing.lines().map(object).collect::<Vec<_>>()
    };
    // Others' go with their containers: only what no container has was left.
    let dangling = docker(&["volume", "ls", "-q", "--filter", "dangling=true"]);
    let mut volumes = list("volume", &["volume", "ls"], "{{.Name}}");
    volumes.retain(|one| {
        let name = one.name.strip_prefix("volume ").unwrap_or_default();
        !one.is_anonymous() || dangling.lines().any(|left| left == name)
    });
    [
        list(
            "container",
            &["ps", "-a", "--no-trunc"],
            "{{.ID}} {{.Names}}",
        ),
        list(
            "network",
            &["network", "ls", "--no-trunc"],
            "{{.ID}} {{.Name}}",
        ),
        volumes,
    ]
    .concat()
}

fn object(line: &str) -> Object {
    let mut parts = line.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Object {
        name: next(),
        agent: next(),
        layers: !next().is_empty(),
    }
}

/// Objects that a data folder's agent made, layer stores apart: those it keeps on purpose.
pub(crate) fn made_by(agent: &str) -> Vec<Object> {
    let mut all = objects();
    all.retain(|object| object.agent == agent && !object.layers);
    all
}

/// Fails when the agent left anything of its own, took away anything, or left anything without a
/// label. Things of other agents on this engine come and go.
#[track_caller]
pub(crate) fn expect_unchanged(before: &[Object], agent: &str) {
    assert_eq!(made_by(agent), [], "left behind");
    let foreign = |object: &&Object| object.agent.is_empty();
    let begin = Instant::now();
    loop {
        let after = objects();
        let new: Vec<_> = after
            .iter()
            .filter(foreign)
            .filter(|one| !before.contains(one))
            .collect();
        let lost: Vec<_> = before
            .iter()
            .filter(foreign)
            .filter(|one| !one.is_anonymous() && !after.contains(one))
            .collect();
        if new.is_empty() && lost.is_empty() {
            return;
        }
        // What a test beside this one has without a label is gone soon.
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "new {new:#?}, lost {lost:#?}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Takes away what a failed test left.
pub(crate) fn remove_all_of(agent: &str) {
    let label = format!("label=ci.agent={agent}");
    let list = |args: &[&str]| docker(&[args, &["-q", "--filter", label.as_str()]].concat());
    for id in list(&["ps", "-a"]).lines() {
        docker(&["rm", "-f", id]);
    }
    for id in list(&["network", "ls"]).lines() {
        docker(&["network", "rm", id]);
    }
    for id in list(&["volume", "ls"]).lines() {
        docker(&["volume", "rm", id]);
    }
}

/// Takes away the layer stores of a data folder that goes with its test.
pub(crate) fn remove_layers(agent: &str) {
    for store in objects()
        .iter()
        .filter(|one| one.agent == agent && one.layers)
    {
        let name = store.name.rsplit(' ').next().unwrap_or_default();
        docker(&["volume", "rm", name]);
    }
}

/// What `docker inspect` shows of everything there is.
pub(crate) fn inspected() -> String {
    let mut all = String::new();
    for (kind, ids) in [
        ("container", docker(&["ps", "-aq"])),
        ("network", docker(&["network", "ls", "-q"])),
        ("volume", docker(&["volume", "ls", "-q"])),
    ] {
        for id in ids.lines() {
            // Another test's may be gone by now.
            let shown = Command::new("docker").args([kind, "inspect", id]).output();
            all.push_str(&String::from_utf8_lossy(&shown.unwrap().stdout));
        }
    }
    all
}

/// The command lines of all processes of this machine.
pub(crate) fn process_list() -> String {
    let listed = Command::new("ps").args(["-eww", "-o", "args"]).output();
    String::from_utf8_lossy(&listed.unwrap().stdout).into_owned()
}
