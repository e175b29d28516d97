//! What tests do in a world: run the agent, push, tag.

use crate::agent::Running;
use crate::checkout::root;
use crate::report::Build;
use crate::world::World;
use std::path::PathBuf;
use std::process::{Command, Stdio};

impl World {
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
            .env("HOME", self.folder())
            .env("AGENT_DATA", self.data())
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

    /// `agent run --deploy --secrets` against this test's registry, to its end.
    pub(crate) fn real_thing(&self, options: &[&str]) -> Build {
        self.start_real_thing(options).end()
    }

    /// The same as it runs.
    pub(crate) fn start_real_thing(&self, options: &[&str]) -> Running {
        let variables = self.variables();
        let mut all = vec!["--deploy", "--secrets"];
        // What the test says comes last and wins.
        for variable in &variables {
            all.extend(["-e", variable]);
        }
        all.extend(options);
        self.start(&all)
    }

    fn variables(&self) -> Vec<String> {
        let Some(services) = &self.services else {
            return Vec::new();
        };
        let files = services.address("FILES");
        vec![
            format!("REGISTRY={}", services.address("REGISTRY")),
            format!("COMPOSE_URL=http://{files}/docker-compose"),
        ]
    }
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
