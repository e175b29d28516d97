//! `agent serve` as a process, from its start to its end.

use crate::agent::Running;
use crate::machine::Machine;
use crate::report::Build;
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// What is waited for comes long before, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// An agent that serves. Killed when it is dropped.
pub(crate) struct Serving {
    /// None when it has ended.
    process: Option<Running>,
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
}

impl Serving {
    /// Starts it, and waits until it says that it is ready.
    pub(crate) async fn start(machine: &Machine) -> Self {
        Self::start_with(machine, &[]).await
    }

    /// The same with these variables.
    pub(crate) async fn start_with(machine: &Machine, variables: &[(&str, &str)]) -> Self {
        // Another test may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let mut command = machine.command(&["serve"]);
        command
            .env("AGENT_LOG", "info,agent=debug")
            .envs(variables.iter().copied());
        let serving = Self {
            process: Some(Running::start(&mut command)),
            url: machine.url.clone(),
            client: client.build().unwrap(),
        };
        serving
            .until("an agent that is ready", async || {
                assert!(!serving.process().has_ended(), "{}", serving.said());
                let asked = serving.client.get(format!("{}/readyz", serving.url));
                let answer = asked.send().await;
                answer.is_ok_and(|answer| answer.status().is_success())
            })
            .await;
        serving
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process().pid()
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        self.process().heard()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.process().signal(signal);
    }

    /// Waits until it has said this.
    pub(crate) fn heard(&self, text: &str) {
        self.process().wait_for(text);
    }

    /// SIGTERM: running jobs may end, and so must it, as asked.
    pub(crate) fn stop(self) -> Build {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// SIGTERM twice: it leaves its jobs running.
    pub(crate) fn leave(self) -> Build {
        self.signal(Signal::TERM);
        self.heard("draining: ");
        self.signal(Signal::TERM);
        self.ended()
    }

    /// Waits for its end, after a signal.
    pub(crate) fn ended(mut self) -> Build {
        let said = self.end();
        said.expect_exit(0);
        said
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        assert_eq!(self.end().code, None);
    }

    fn process(&self) -> &Running {
        self.process.as_ref().unwrap()
    }

    fn end(&mut self) -> Build {
        self.process.take().unwrap().end()
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, mut done: impl AsyncFnMut() -> bool) {
        let began = Instant::now();
        while !done().await {
            let late = began.elapsed() > PATIENCE;
            assert!(!late, "waited for {what}:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Serving {
    #[expect(clippy::print_stdout, reason = "what it said belongs to the failure")]
    fn drop(&mut self) {
        if let Some(process) = &self.process
            && std::thread::panicking()
        {
            println!("the agent said:\n{}", process.heard());
        }
    }
}
