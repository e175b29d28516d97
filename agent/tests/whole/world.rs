//! One test's world: GitHub, the operator's machine, and the engine as it was before.

use crate::checkout::Checkout;
use crate::engine::{self, Object};
use crate::github_model::{GithubModel, Repo};
use crate::machine::Machine;
use crate::serving::{PATIENCE, Serving};
use std::process::Stdio;

/// The context of pushes.
pub(crate) const PUSH: &str = "continuous-integration/agent/push";
/// The context of pull requests.
pub(crate) const PULL: &str = "continuous-integration/agent/pr";

pub(crate) struct World {
    pub(crate) model: GithubModel,
    pub(crate) machine: Machine,
    before: Vec<Object>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// The same with more in `agent.yml`.
    pub(crate) fn with(settings: &str) -> Self {
        let model = GithubModel::start();
        model.patience(PATIENCE);
        Self {
            machine: Machine::new(&model, settings),
            model,
            before: engine::objects(),
        }
    }

    /// `agent serve`, until it is ready.
    pub(crate) async fn serve(&self) -> Serving {
        Serving::start(&self.machine).await
    }

    /// The same with these variables.
    pub(crate) async fn serve_with(&self, variables: &[(&str, &str)]) -> Serving {
        Serving::start_with(&self.machine, variables).await
    }

    /// A repository that `agent repo add` has set up, with nothing to build in it.
    pub(crate) fn add(&self, name: &str, options: &[&str]) -> Repo {
        self.add_with(name, &[("README", "For a test\n")], options)
    }

    /// The same with these files in its first commit.
    pub(crate) fn add_with(&self, name: &str, files: &[(&str, &str)], options: &[&str]) -> Repo {
        let repo = self.model.repository(name);
        repo.push("main", files, "Begin");
        let said = self
            .machine
            .run(&[&["repo", "add", name], options].concat());
        said.expect_exit(0);
        repo
    }

    /// A config with these values sealed into it, as a developer does on the operator's machine.
    pub(crate) fn seal(&self, repo: &Repo, config: &str, values: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::new(folder.path().to_owned(), "sealed");
        checkout.write(".ci.yml", config);
        let slug = repo.full_name();
        let web = self.model.web_url();
        let host = web.trim_start_matches("http://");
        for (name, value) in values {
            let pair = format!("{name}={value}");
            let mut command = self.machine.command(&["encrypt", "-r", &slug]);
            command.args(["--host", host, &pair, "--add"]);
            command.current_dir(folder.path()).stdin(Stdio::null());
            let done = command.output().unwrap();
            assert!(done.status.success(), "{done:?}");
        }
        std::fs::read_to_string(folder.path().join(".ci.yml")).unwrap()
    }

    /// Ends the agent as an operator does; nothing may be left of its jobs, and the model must have
    /// nothing to complain about.
    pub(crate) fn finish(self, agent: Serving) {
        self.finish_after(agent, || ());
    }

    /// The same, with a last look at what was said while the agent ended.
    pub(crate) fn finish_after<T>(self, agent: Serving, look: impl FnOnce() -> T) {
        let said = agent.stop();
        for secret in self.machine.secrets() {
            said.expect_nothing_of(secret);
        }
        let identity = self.machine.identity();
        engine::remove_layers(&identity);
        engine::expect_unchanged(&self.before, &identity);
        look();
        self.model.finish();
    }
}
