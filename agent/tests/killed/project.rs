//! The build that agents are killed over: three stages, logs that grow steadily, a secret, a job that
//! may fail, and a deployment that counts itself.

use crate::agent::Running;
use crate::alive::Alive;
use crate::engine::{Object, docker, made_by};
use crate::github_model::Repo;
use crate::moment::{Moment, about};
use crate::outcome::Outcome;
use crate::serving::{PATIENCE, Serving};
use crate::tally::Tally;
use crate::world::World;
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::time::Instant;

pub(crate) const SLUG: &str = "octo/steady";
pub(crate) const JOBS: [&str; 4] = ["1.1", "1.2", "1.3", "1.4"];
/// What the jobs print again and again.
const TOKEN: &str = "a-token-that-nobody-must-see";

const SETTINGS: &str = "poll: {interval: 10s}\njobs: {parallel: 2}\n";

const CONFIG: &str = "
stages: [test, package, release]
jobs:
  include:
  - {stage: test, name: Long, script: ./steady 250 9000}
  - {stage: test, name: Broken, script: [./steady 40 500, \"false\"]}
  - {stage: package, name: Package, script: ./steady 80 3000}
  - stage: release
    name: Release
    script: ./steady 40 500
    deploy: {provider: script, script: ./publish, on: {branch: main}}
  allow_failures:
  - name: Broken
";

/// Prints so many lines of so many characters; now and then a secret, and half of one without a line
/// end, which the masker holds back.
const STEADY: &str = "#!/usr/bin/env bash
./tell \"script of $CI_JOB_NUMBER\"
pad=$(printf '%*s' \"$2\" '' | tr ' ' x)
for ((line = 1; line <= $1; line++)); do
  printf 'line %05d %s\\n' \"$line\" \"$pad\"
  ((line % 10)) || printf 'the token is %s, and half of it %s' \"$TOKEN\" \"${TOKEN:0:11}\"
  sleep 0.01
done
";

const PUBLISH: &str = "#!/usr/bin/env bash
./tell \"deployment of $CI_JOB_NUMBER\"
for line in 1 2 3 4 5 6; do echo \"published part $line\"; sleep 0.2; done
";

pub(crate) struct Project {
    pub(crate) world: World,
    pub(crate) repo: Repo,
    pub(crate) tally: Tally,
    /// The commit; empty before the push.
    pub(crate) sha: String,
    config: String,
    alive: Alive,
}

impl Project {
    /// A machine where the repository is set up, and nothing is pushed yet.
    pub(crate) fn new() -> Self {
        let world = World::with(SETTINGS);
        let repo = world.add(SLUG, &[]);
        let config = world.seal(&repo, CONFIG, &[("TOKEN", TOKEN)]);
        let alive = Alive::watch(&agent::data_dir::identity(&world.machine.data()).unwrap());
        Self {
            world,
            repo,
            tally: Tally::new(),
            sha: String::new(),
            config,
            alive,
        }
    }

    pub(crate) fn push(&mut self) {
        let tell = self.tally.program();
        let files = [
            (".ci.yml", self.config.as_str()),
            ("steady", STEADY),
            ("publish", PUBLISH),
            ("tell", &tell),
        ];
        self.sha = self.repo.push("main", &files, "Build me");
    }

    /// What has happened so far: calls at GitHub and events of the engine.
    pub(crate) fn news(&self) -> usize {
        self.world.model.calls().len() + self.alive.news()
    }

    /// What [`Self::steps`] comes to.
    pub(crate) const STEPS: usize = JOBS.len() + 2;

    /// How far the build has come: scripts begun, deployment begun, final status.
    pub(crate) fn steps(&self) -> usize {
        self.tally.all().len() + usize::from(self.is_told())
    }

    fn is_told(&self) -> bool {
        let all = self.repo.statuses(&self.sha);
        all.iter().any(|status| status.state != "pending")
    }

    /// An agent whose start nobody waits for.
    fn spawn(&self) -> Running {
        let mut command = self.world.machine.command(&["serve"]);
        Running::start(command.env("AGENT_LOG", "info,agent=debug"))
    }

    /// Kills one agent after the other, notes what each was about, and leaves one that serves.
    pub(crate) async fn kill_at(
        &self,
        first: Serving,
        moments: &[Moment],
        noted: &mut BTreeMap<&'static str, u32>,
    ) -> Serving {
        let Some((moment, rest)) = moments.split_first() else {
            return first;
        };
        moment.wait(self);
        first.kill();
        *noted.entry(about(self).await).or_default() += 1;
        for moment in rest {
            let agent = self.spawn();
            moment.wait(self);
            assert!(!agent.has_ended(), "it ended by itself:\n{}", agent.heard());
            agent.signal(Signal::KILL);
            assert_eq!(agent.end().code, None);
            *noted.entry(about(self).await).or_default() += 1;
        }
        Serving::start(&self.world.machine).await
    }

    /// Waits for the build's end, looks at everything, and takes the world down.
    pub(crate) async fn end(self, agent: Serving) -> Outcome {
        self.until_over(&agent).await;
        let outcome = Outcome::of(&self, &agent).await;
        // Before the deploy, after it, however often the agent died.
        let once: BTreeMap<String, u32> = JOBS
            .iter()
            .map(|job| format!("script of {job}"))
            .chain(["deployment of 1.4".to_owned()])
            .map(|words| (words, 1))
            .collect();
        assert_eq!(self.tally.all(), once, "{}", agent.said());
        self.alive.expect_one_at_a_time();
        let (status, _) = agent.page(&format!("{SLUG}/builds/2")).await;
        assert_eq!(status, 404, "one push, one build");
        self.world.finish(agent);
        outcome
    }

    async fn until_over(&self, agent: &Serving) {
        let begin = Instant::now();
        while !self.is_told() {
            let late = begin.elapsed() > PATIENCE;
            assert!(
                !late,
                "no final status:\n{}\n{}",
                agent.said(),
                docker(&["ps", "-a"])
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let identity = self.world.machine.identity();
        agent
            .until("an empty engine", async || {
                made_by(&identity).iter().all(Object::is_warm)
            })
            .await;
    }
}
