//! One test's world: a checkout, a data folder, settings, and the engine as it was before.

use crate::agent::Running;
use crate::checkout::{Checkout, root};
use crate::engine::{self, Object, docker};
use crate::report::Build;
use crate::services::{Services, USER};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// Tests of the fixture `thoughts` share a data folder, so that its layers stay warm.
static THOUGHTS: Mutex<()> = Mutex::new(());

pub(crate) struct World {
    pub(crate) checkout: Checkout,
    data: PathBuf,
    settings: PathBuf,
    services: Option<Services>,
    before: Vec<Object>,
    folder: TempDir,
    _alone: Option<MutexGuard<'static, ()>>,
}

impl World {
    /// A repository that holds nothing but this `.ci.yml`.
    pub(crate) fn of(config: &str) -> Self {
        Self::with_settings(config, "")
    }

    /// The same with an `agent.yml`.
    pub(crate) fn with_settings(config: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::new(folder.path().join("checkout"), "small");
        checkout.write(".ci.yml", config);
        checkout.commit();
        let data = folder.path().join("data");
        Self::new(folder, checkout, data, settings)
    }

    /// A copy of the fixture `plain`.
    pub(crate) fn plain() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::fixture(folder.path().join("plain"), "plain");
        let data = folder.path().join("data");
        Self::new(folder, checkout, data, "")
    }

    /// A copy of the fixture `thoughts` with its registry, sealed password and warm layers.
    pub(crate) fn thoughts() -> Self {
        let alone = THOUGHTS.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = dev_folder();
        let services = Services::start(&kept);
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::fixture(folder.path().join("thoughts"), "thoughts");
        let settings = services.settings.clone();
        let mut world = Self::new(folder, checkout, kept.join("data"), &settings);
        world.seal_thoughts(services.password());
        world.services = Some(services);
        world._alone = Some(alone);
        world
    }

    fn new(folder: TempDir, checkout: Checkout, data: PathBuf, settings: &str) -> Self {
        let file = folder.path().join("agent.yml");
        std::fs::write(&file, settings).unwrap();
        Self {
            checkout,
            data,
            settings: file,
            services: None,
            before: engine::objects(),
            folder,
            _alone: None,
        }
    }

    /// The fixture's secrets are placeholders: a key and a registry exist only now.
    fn seal_thoughts(&self, password: &str) {
        self.checkout.edit(".ci.yml", without_placeholders);
        self.make_key("thoughts");
        self.seal("thoughts", "REGISTRY_USER", USER);
        self.seal("thoughts", "REGISTRY_PASSWORD", password);
        self.checkout.commit();
        self.checkout.git(&["tag", "v1.0.0"]);
    }

    /// Gives the fixture `plain` secrets that open.
    pub(crate) fn seal_plain(&self, token: &str) {
        self.checkout.edit(".ci.yml", without_placeholders);
        self.make_key("plain");
        self.seal("plain", "REPORT_USER", "reporter");
        self.seal("plain", "REPORT_TOKEN", token);
    }

    /// A key for `example/<name>`.
    pub(crate) fn make_key(&self, name: &str) {
        let slug = format!("example/{name}");
        let made = self
            .agent(&["keys", "generate", "-r", &slug, "--repo-id", "1"])
            .output();
        assert!(made.as_ref().unwrap().status.success(), "{made:?}");
    }

    /// Seals a value into the config.
    pub(crate) fn seal(&self, name: &str, variable: &str, value: &str) {
        let slug = format!("example/{name}");
        let pair = format!("{variable}={value}");
        let sealed = self
            .agent(&["encrypt", "-r", &slug, &pair, "--add"])
            .output();
        assert!(sealed.as_ref().unwrap().status.success(), "{sealed:?}");
    }

    pub(crate) fn registry(&self) -> &Services {
        self.services.as_ref().unwrap()
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The name by which the engine's objects of this data folder are known.
    pub(crate) fn identity(&self) -> String {
        let text = std::fs::read_to_string(self.data.join("identity"));
        text.map_or_else(|_| "none".to_owned(), |text| text.trim().to_owned())
    }

    /// An `agent` command in the checkout, with nothing of this process's environment but the
    /// engine, the proxies and the authorities.
    pub(crate) fn agent(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agent"));
        command
            .args(args)
            .current_dir(self.checkout.path())
            .env_clear();
        for name in ["PATH", "DOCKER_HOST"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.folder.path())
            .env("AGENT_DATA", &self.data)
            .env("AGENT_CONFIG", &self.settings)
            .env("AGENT_TOOLBOX", toolbox());
        command
    }

    /// `agent run` with these options, as it runs.
    pub(crate) fn start(&self, options: &[&str]) -> Running {
        let args = [&["run"], options].concat();
        Running::start(self.agent(&args).stdout(Stdio::piped()))
    }

    /// `agent run` with these options, to its end.
    pub(crate) fn run(&self, options: &[&str]) -> Build {
        self.start(options).end()
    }

    /// The real thing, as for a push to a branch.
    pub(crate) fn push(&self, branch: &str) -> Build {
        self.real_thing(&["--branch", branch])
    }

    /// The real thing, as for a tag.
    pub(crate) fn push_tag(&self, tag: &str) -> Build {
        self.real_thing(&["--tag", tag])
    }

    /// `agent run --deploy --secrets` against this test's registry.
    pub(crate) fn real_thing(&self, options: &[&str]) -> Build {
        let mut all = vec!["--deploy".to_owned(), "--secrets".to_owned()];
        all.extend(options.iter().map(|option| (*option).to_owned()));
        all.extend(self.variables());
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        self.run(&all)
    }

    fn variables(&self) -> Vec<String> {
        let Some(services) = &self.services else {
            return Vec::new();
        };
        let registry = format!("REGISTRY={}", services.address("REGISTRY"));
        let files = services.address("FILES");
        let compose = format!("COMPOSE_URL=http://{files}/docker-compose");
        ["-e".to_owned(), registry, "-e".to_owned(), compose].into()
    }

    /// The same after something of the test's own was taken down.
    #[track_caller]
    pub(crate) fn finish_with(self, down: impl FnOnce()) {
        let agent = self.identity();
        down();
        engine::expect_unchanged(&self.before, &agent);
    }

    /// Fails when the engine has anything more or less than before, layer stores apart.
    #[track_caller]
    pub(crate) fn finish(self) {
        engine::expect_unchanged(&self.before, &self.identity());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() && self._alone.is_none() {
            engine::remove_all_of(&self.identity());
        }
    }
}

fn without_placeholders(config: String) -> String {
    let lines = config
        .lines()
        .filter(|line| !line.contains("sec1.0000000000000000."));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Kept between runs of these tests.
fn dev_folder() -> PathBuf {
    let folder = root().join("target/dev/build");
    std::fs::create_dir_all(&folder).unwrap();
    // The name of the data folder's layer stores must not outlive the engine they lie in.
    docker(&["version", "--format", "{{.Server.Version}}"]);
    folder
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
