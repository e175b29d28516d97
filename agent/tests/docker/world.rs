//! A backend on the real engine with a data directory of its own, and what it must leave alone.

use crate::contract::{self, Told};
use agent::backend::docker::{DockerBackend, LayerLimits, Options};
use agent::backend::{Backend, Image, InstanceSpec};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The image that tests of other users than the base image's run in.
const SMALL: &str = "ci-test-small";

pub(crate) struct World {
    pub(crate) backend: DockerBackend,
    pub(crate) data: TempDir,
    before: Vec<String>,
    abandoned: Vec<String>,
    name: String,
    _alone: MutexGuard<'static, ()>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        make_small_image();
        let data = tempfile::tempdir().unwrap();
        Self {
            backend: backend(data.path()).await,
            before: objects(),
            abandoned: abandoned(),
            name: ulid::Ulid::generate().to_string().to_lowercase(),
            data,
            _alone: alone,
        }
    }

    /// An id that no other test has.
    pub(crate) fn id(&self, part: &str) -> String {
        format!("{}-{part}", self.name)
    }

    /// The base image, `script/bootstrap` makes it.
    pub(crate) async fn base(&self) -> Image {
        self.backend.image("agent-base:latest").await.unwrap()
    }

    /// A busybox, user `tester`, no bash, no sudo.
    pub(crate) async fn small(&self) -> Image {
        self.backend.image(SMALL).await.unwrap()
    }

    pub(crate) async fn spec(&self, part: &str) -> InstanceSpec {
        contract::spec(&self.id(part), &self.base().await)
    }

    /// Runs one job from beginning to end and removes it.
    pub(crate) async fn run(&self, spec: &InstanceSpec, commands: &[&str]) -> Told {
        let told = self.run_and_keep(spec, commands).await;
        self.backend.remove(&spec.id).await.unwrap();
        told
    }

    /// Runs one job and leaves its ended container there.
    pub(crate) async fn run_and_keep(&self, spec: &InstanceSpec, commands: &[&str]) -> Told {
        self.backend.create(spec).await.unwrap();
        self.start(spec, commands).await;
        self.follow(spec).await
    }

    pub(crate) async fn start(&self, spec: &InstanceSpec, commands: &[&str]) {
        let directory = spec
            .tree
            .as_ref()
            .map_or("/", |tree| tree.destination.as_str());
        let script = contract::script(commands, &[], directory);
        self.backend.start(&spec.id, &script).await.unwrap();
    }

    /// Reads a job to its end and lets its supervisor go.
    pub(crate) async fn follow(&self, spec: &InstanceSpec) -> Told {
        let mut attachment = self.backend.attach(&spec.id, 0).await.unwrap();
        let told = contract::read(&mut attachment, 0);
        let told = tokio::time::timeout(Duration::from_secs(120), told)
            .await
            .unwrap();
        if told.outcome.is_some() {
            contract::acknowledge(&mut attachment, &told).await;
            contract::end(&self.backend, &spec.id).await;
        }
        told
    }

    /// The layer stores go with the test; then nothing else may be left.
    pub(crate) async fn finish(self) {
        for (store, _) in self.backend.layer_stores().await.unwrap() {
            docker(&["volume", "rm", &store]);
        }
        let after = objects();
        let new: Vec<_> = after
            .iter()
            .filter(|object| !self.before.contains(object))
            .collect();
        assert!(new.is_empty(), "left behind: {new:#?}");
        let lost: Vec<_> = self
            .before
            .iter()
            .filter(|object| !after.contains(object))
            .filter(|object| !self.abandoned.contains(object))
            .collect();
        assert!(lost.is_empty(), "taken away: {lost:#?}");
    }
}

pub(crate) async fn backend(data: &Path) -> DockerBackend {
    backend_with(data, LayerLimits::default()).await
}

pub(crate) async fn backend_with(data: &Path, layers: LayerLimits) -> DockerBackend {
    let options = Options {
        layers,
        data: data.to_owned(),
        toolbox: Some(toolbox()),
        ..Options::default()
    };
    DockerBackend::connect(options).await.unwrap()
}

/// The static toolbox: `AGENT_TOOLBOX`, else what `script/build` made.
pub(crate) fn toolbox() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/static/toolbox");
    let named = std::env::var_os("AGENT_TOOLBOX").map_or(built, PathBuf::from);
    assert!(
        named.exists(),
        "run script/build first: {} is not there",
        named.display()
    );
    named
}

/// The docker client; its output without the last line end.
pub(crate) fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).output().unwrap();
    assert!(
        output.status.success(),
        "docker {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// All containers, networks, volumes and images of the engine.
pub(crate) fn objects() -> Vec<String> {
    let kinds: [(&str, &[&str]); 4] = [
        (
            "container",
            &["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}}"],
        ),
        (
            "network",
            &[
                "network",
                "ls",
                "--no-trunc",
                "--format",
                "{{.ID}} {{.Name}}",
            ],
        ),
        ("volume", &["volume", "ls", "--format", "{{.Name}}"]),
        (
            "image",
            &[
                "image",
                "ls",
                "-a",
                "--no-trunc",
                "--format",
                "{{.ID}} {{.Repository}}",
            ],
        ),
    ];
    let mut all: Vec<String> = kinds
        .iter()
        .flat_map(|(kind, args)| {
            let listing = docker(args);
            listing
                .lines()
                .map(|line| format!("{kind} {line}"))
                .collect::<Vec<_>>()
        })
        .collect();
    all.sort();
    all
}

/// Layer stores whose data folder is gone already: any sweep may take them away.
fn abandoned() -> Vec<String> {
    let format = "{{.Name}} {{.Label \"ci.data\"}}";
    let stores = [
        "volume",
        "ls",
        "--filter",
        "label=ci.data",
        "--format",
        format,
    ];
    let listing = docker(&stores);
    let stores = listing.lines().filter_map(|line| line.split_once(' '));
    stores
        .filter(|(_, data)| !Path::new(data).exists())
        .map(|(name, _)| format!("volume {name}"))
        .collect()
}

/// Imports a tree of one busybox and two users.
fn make_small_image() {
    if !docker(&["image", "ls", "-q", SMALL]).is_empty() {
        return;
    }
    let busybox = busybox();
    let tree = tempfile::tempdir().unwrap();
    for folder in ["bin", "etc", "home/tester", "tmp"] {
        std::fs::create_dir_all(tree.path().join(folder)).unwrap();
    }
    std::fs::copy(&busybox, tree.path().join("bin/busybox")).unwrap();
    let names = Command::new(&busybox)
        .arg("--list")
        .output()
        .unwrap()
        .stdout;
    for name in String::from_utf8(names)
        .unwrap()
        .lines()
        .filter(|name| *name != "busybox")
    {
        std::os::unix::fs::symlink("busybox", tree.path().join("bin").join(name)).unwrap();
    }
    let etc = tree.path().join("etc");
    let passwd = "root:x:0:0::/root:/bin/sh\ntester:x:1234:1234::/home/tester:/bin/sh\n";
    std::fs::write(etc.join("passwd"), passwd).unwrap();
    std::fs::write(etc.join("group"), "root:x:0:\ntester:x:1234:\n").unwrap();
    let tar = tree.path().with_extension("tar");
    let packed = Command::new("tar")
        .args(["--owner=0", "--group=0", "-C"])
        .arg(tree.path())
        .arg("-cf")
        .arg(&tar)
        .arg(".")
        .status();
    assert!(packed.unwrap().success());
    let changes = ["--change", "USER tester", "--change", "ENV PATH=/bin"];
    let tar_name = tar.display().to_string();
    docker(&[&["import"], &changes[..], &[tar_name.as_str(), SMALL]].concat());
    std::fs::remove_file(tar).unwrap();
}

/// The static busybox of the Debian package `busybox-static`.
pub(crate) fn busybox() -> PathBuf {
    let found = ["/bin/busybox", "/usr/bin/busybox"]
        .iter()
        .find(|path| Path::new(path).exists());
    PathBuf::from(found.expect("install the package busybox-static"))
}
