//! Our side: the same plan, runner, backend and masker as `agent run`, into a sink that throws
//! the log away after it was masked and made into lines.

use crate::floor::Result;
use agent::backend::Backend;
use agent::backend::docker::{DockerBackend, Options};
use agent::git::{Mirror, Source, Trees};
use agent::jobs::{Context, JobFacts, prepare};
use agent::local::{Jobs, drive};
use agent::log::lines::Lines;
use agent::log::{Masked, Masker};
use agent::policy::{Allowed, DockerPolicy, Facts, RunAllowed, decide};
use agent::runner::execute::{Cancel, Finished, Sink, run};
use agent::runner::facts::BuildFacts;
use agent::runner::script::FromSettings;
use agent::scheduler::State;
use agent::secrets::Plaintext;
use agent::settings::Settings;
use async_trait::async_trait;
use schema::plan::{Command, Job, Phase, Plan, Stage};
use schema::request::Request;
use std::collections::BTreeMap;
use std::process::Command as Process;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub(crate) struct Ours {
    bench: Arc<Bench>,
    _folder: tempfile::TempDir,
}

struct Bench {
    context: Context,
    masker: Masker,
    state_known: Mutex<Option<Instant>>,
}

impl Ours {
    pub(crate) async fn new(image: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let checkout = folder.path().join("checkout");
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data)?;
        let git = |args: &[&str]| -> Result<()> {
            let status = Process::new("git")
                .arg("-C")
                .arg(&checkout)
                .args(args)
                .status()?;
            if status.success() {
                Ok(())
            } else {
                Err("git failed".into())
            }
        };
        std::fs::create_dir_all(&checkout)?;
        std::fs::write(checkout.join("README"), "bench\n")?;
        git(&["init", "-q", "-b", "master"])?;
        git(&["add", "."])?;
        git(&[
            "-c",
            "user.name=b",
            "-c",
            "user.email=b@b",
            "commit",
            "-q",
            "-m",
            "bench",
        ])?;
        let mirror = Mirror::open(&data, "bench")?;
        let sha = mirror.fetch_from_checkout(&checkout, "HEAD")?;
        let trees = Trees::new(&data, mirror, Source::Commit);
        let backend: Arc<dyn Backend> = Arc::new(
            DockerBackend::connect(Options {
                data: data.clone(),
                warm_networks: 8,
                ..Options::default()
            })
            .await?,
        );
        let mut settings = Settings::default();
        image.clone_into(&mut settings.jobs.base_image);
        let grants = decide(
            &Facts::of(&Request::default()),
            &Allowed::Run(RunAllowed {
                secrets: false,
                deploy: false,
                docker: DockerPolicy::Own,
            }),
        );
        let context = Context {
            backend,
            settings,
            grants,
            repository: "bench/bench".to_owned(),
            layers_of: Some("bench".to_owned()),
            request: Request {
                slug: "bench/bench".to_owned(),
                branch: "master".to_owned(),
                default_branch: "master".to_owned(),
                sha,
                ..Request::default()
            },
            sources: Vec::new(),
            opener: None,
            trees: Some(Arc::new(trees)),
            origin: "https://example.com/bench/bench.git".to_owned(),
            build: BuildFacts {
                id: "1".to_owned(),
                number: 1,
                url: String::new(),
            },
            given: Vec::new(),
            pinned: None,
            travis: false,
            variables: FromSettings::default(),
            former: Vec::new(),
            tree: "commit".to_owned(),
        };
        let secrets: Vec<Plaintext> = (0..20)
            .map(|number| Plaintext::new(format!("correct-horse-battery-{number:02}").into_bytes()))
            .collect();
        Ok(Self {
            bench: Arc::new(Bench {
                context,
                masker: Masker::new(&secrets),
                state_known: Mutex::default(),
            }),
            _folder: folder,
        })
    }

    /// One job; to its final state, and until all of it is removed.
    pub(crate) async fn one_job(&self) -> Result<(Duration, Duration)> {
        let started = Instant::now();
        self.build(&["true"; 5], 1, 1).await?;
        let removed = started.elapsed();
        let known = self
            .bench
            .state_known
            .lock()
            .map_err(|_| "poisoned")?
            .take();
        Ok((known.map_or(removed, |known| known - started), removed))
    }

    pub(crate) async fn many_jobs(&self) -> Result<Duration> {
        let started = Instant::now();
        self.build(&["sleep 1"], 16, 8).await?;
        Ok(started.elapsed())
    }

    pub(crate) async fn log(&self, command: &str) -> Result<Duration> {
        let started = Instant::now();
        self.build(&[command], 1, 1).await?;
        Ok(started.elapsed())
    }

    async fn build(&self, commands: &[&str], jobs: u32, parallel: usize) -> Result<()> {
        let command = |text: &&str| Command {
            text: (*text).to_owned(),
            span: schema::source::Span::default(),
        };
        let job = |number| {
            let mut job = Job {
                number,
                language: "generic".to_owned(),
                os: "linux".to_owned(),
                ..Job::default()
            };
            job.phases.script = Phase::Commands(commands.iter().map(command).collect());
            job
        };
        let plan = Plan {
            stages: vec![Stage {
                name: None,
                jobs: (1..=jobs).map(job).collect(),
            }],
            ..Plan::default()
        };
        let shared: Arc<dyn Jobs> = Arc::clone(&self.bench) as Arc<dyn Jobs>;
        let end = drive(shared, Arc::new(plan), &[], parallel, Cancel::default()).await;
        if end.state.state() != State::Passed || !end.leftovers.is_empty() {
            let reasons: Vec<_> = end.jobs.values().filter_map(|end| end.reason()).collect();
            return Err(format!(
                "our build ended {}: {reasons:?} {:?}",
                end.state.state().as_str(),
                end.leftovers
            )
            .into());
        }
        Ok(())
    }
}

#[async_trait]
impl Jobs for Bench {
    async fn run(&self, job: &Job, _attempt: u8, cancel: &Cancel) -> Finished {
        let mut sink = Discard(Lines::new());
        let names = JobFacts {
            id: job.number.to_string(),
            url: String::new(),
            restarted: None,
            retried: None,
            instance: format!("bench-{}-{}", std::process::id(), job.number),
            labels: BTreeMap::new(),
        };
        let finished = match prepare(&self.context, job, &names, &mut sink).await {
            Ok(mut ready) => {
                ready.job.masker = self.masker.clone();
                let backend = &self.context.backend;
                run(backend, ready.job, &mut sink, cancel, false).await
            }
            Err(reason) => Finished {
                end: agent::runner::execute::JobEnd::refused(reason),
                cleanup: tokio::spawn(async { Ok(()) }),
            },
        };
        if let Ok(mut known) = self.state_known.lock() {
            *known = Some(Instant::now());
        }
        finished
    }
}

struct Discard(Lines);

#[async_trait]
impl Sink for Discard {
    async fn log(&mut self, bytes: Masked<'_>) {
        self.0.push(bytes, |event| {
            std::hint::black_box(event);
        });
    }
}
