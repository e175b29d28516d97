//! Everything that a run needs before its first job.

use super::args::Args;
use super::{image, repeat};
use crate::backend::Backend;
use crate::backend::docker::{DockerBackend, Options};
use crate::cli::checkout::Checkout;
use crate::cli::known::Known;
use crate::cli::repository::RepositoryArgs;
use crate::cli::{Printer, keyring};
use crate::data_dir::unusable;
use crate::error::{Exit, UserError, sentence};
use crate::git::{Head, Mirror, Source as TreeSource, Trees, public_url};
use crate::jobs::{Context, JobFacts, foreign, wants_docker};
use crate::local::RunDir;
use crate::policy::{self, Allowed, DockerPolicy, Grants, RunAllowed};
use crate::repeat::Repeat;
use crate::runner::facts::BuildFacts;
use crate::runner::opened;
use crate::runner::script::FromSettings;
use crate::secrets::Opener;
use crate::settings::Settings;
use crate::space;
use schema::plan::{Job, Plan};
use schema::request::Request;
use schema::source::Source;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Everything that a run needs.
pub(super) struct Setup {
    pub(super) context: Context,
    pub(super) grants: Grants,
    pub(super) request: Request,
    pub(super) dir: RunDir,
    /// A name for the build that no other has.
    run: String,
    pub(super) parallel: usize,
    pub(super) keep: bool,
    /// Whether a job that fails waits for a shell of the user's.
    pub(super) shell: bool,
    lies: bool,
    dirty: bool,
    file: String,
    repeat: Option<Repeat>,
    pinned: Option<image::Pinned>,
}

/// What was found before anything is set up.
pub(super) struct Found<'a> {
    pub(super) checkout: &'a Checkout,
    pub(super) head: &'a Head,
    /// What the config is called.
    pub(super) config: String,
    pub(super) sources: Vec<Source>,
    /// Whether jobs see `TRAVIS=true`.
    pub(super) travis: bool,
    pub(super) settings: Settings,
    /// The daemon's job that is repeated.
    pub(super) repeat: Option<Repeat>,
    /// The repository, where it was added on this machine.
    pub(super) known: Option<Known>,
}

impl Setup {
    pub(super) async fn new(
        args: &Args,
        found: Found<'_>,
        request: Request,
        plan: &Plan,
    ) -> Result<Self, UserError> {
        let Found {
            checkout,
            head,
            config,
            sources,
            travis,
            settings,
            known,
            repeat,
        } = found;
        let given = args.variables()?;
        let jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
        let secrets: usize = jobs.map(opened::count).sum();
        let grants = policy::decide(
            &args.event.facts(&request),
            &Allowed::Run(RunAllowed {
                secrets: args.secrets,
                deploy: args.deploy,
                docker: args.docker.into(),
            }),
        );
        let opener = if grants.secrets().given() && secrets > 0 {
            Some(opener(args, checkout, &settings)?)
        } else {
            None
        };
        let variables = match &known {
            Some(known) => known.given(&request, &grants)?,
            None => FromSettings::default(),
        };
        let data = settings.data_dir()?;
        let dir = RunDir::new(&data).map_err(|error| unusable(&data, &error))?;
        let backend = connect(&data, &settings).await?;
        room(&data, &settings, backend.as_ref()).await?;
        let pinned = match &repeat {
            Some(repeat) => image::pin(repeat, &settings, &grants, backend.as_ref()).await,
            None => None,
        };
        let of_commit = args.head || repeat.is_some();
        let source = if of_commit {
            TreeSource::Commit
        } else {
            TreeSource::AsItLies(checkout.top().to_owned())
        };
        let revision = repeat.as_ref().map_or("HEAD", |_| request.sha.as_str());
        let trees = trees(&data, checkout.top(), revision, source).await?;
        let parallel = args
            .jobs
            .map_or_else(|| settings.jobs.parallel(), usize::from);
        let origin = checkout.origin_url().map_or_else(
            || format!("https://github.com/{}.git", request.slug),
            public_url,
        );
        let short: String = request.sha.chars().take(7).collect();
        let tree = if of_commit {
            format!("commit {short}")
        } else if head.dirty {
            format!("as it lies on this machine, commit {short} and changes on top")
        } else {
            format!("as it lies on this machine, commit {short}")
        };
        let context = Context {
            backend,
            settings,
            grants: grants.clone(),
            request: request.clone(),
            repository: request.slug.clone(),
            layers_of: (!args.no_docker_cache).then(|| request.slug.clone()),
            sources,
            opener,
            trees: Some(Arc::new(trees)),
            origin,
            build: repeat.as_ref().map_or_else(
                || BuildFacts {
                    id: dir.number().to_string(),
                    number: dir.number(),
                    url: String::new(),
                },
                |repeat| BuildFacts {
                    id: repeat.build_id.clone(),
                    number: repeat.build,
                    url: repeat.build_url.clone(),
                },
            ),
            variables,
            former: Vec::new(),
            given,
            travis,
            pinned: pinned.as_ref().map(|pinned| pinned.choice.clone()),
            tree,
        };
        Ok(Self {
            context,
            grants,
            request,
            run: format!("ci-{}", ulid::Ulid::generate().to_string().to_lowercase()),
            dir,
            parallel,
            keep: args.keep,
            shell: args.shell_on_failure,
            lies: !of_commit,
            dirty: head.dirty,
            file: config,
            repeat,
            pinned,
        })
    }

    /// The number of the build that jobs see.
    pub(super) fn build(&self) -> u64 {
        self.context.build.number
    }

    /// The number of a job as people read it, e.g. `12.3`.
    pub(super) fn number(&self, job: u32) -> String {
        format!("{}.{job}", self.build())
    }

    /// What a job is called; nothing of it has a page.
    pub(super) fn names(&self, planned: &Job, retried: u8) -> JobFacts {
        let job = planned.number;
        let count = planned.retry.as_ref().map_or(0, |retry| retry.count);
        let again = retried > 0;
        JobFacts {
            id: self.repeat.as_ref().map_or_else(
                || format!("{}{job:03}", self.dir.number()),
                |repeat| repeat.job_id.clone(),
            ),
            url: self
                .repeat
                .as_ref()
                .map(|repeat| repeat.job_url.clone())
                .unwrap_or_default(),
            restarted: self
                .repeat
                .as_ref()
                .and_then(|repeat| repeat.restarted.clone())
                .or_else(|| again.then(String::new)),
            retried: again.then_some((retried, count)),
            instance: match retried {
                0 => format!("{}-{job}", self.run),
                again => format!("{}-{job}-{again}", self.run),
            },
            labels: BTreeMap::from([
                ("ci.run".to_owned(), self.run.clone()),
                ("ci.job".to_owned(), self.number(job)),
            ]),
        }
    }

    /// Jobs that this machine can't run, with the reason (decision 16).
    pub(super) fn cant_run(&self, plan: &Plan) -> Vec<(u32, String)> {
        let jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
        jobs.filter_map(|job| Some((job.number, foreign(job)?)))
            .collect()
    }

    /// What the run will and will not do, in a few lines.
    pub(super) fn say(&self, printer: &mut Printer, plan: &Plan) {
        let jobs: Vec<&Job> = plan.stages.iter().flat_map(|stage| &stage.jobs).collect();
        let request = &self.request;
        let event = match (&request.tag, request.event.as_str()) {
            (Some(tag), _) => format!("tag {tag}"),
            (None, "pull_request") => format!("a pull request to {}", request.branch),
            (None, event) => format!("{event} to {}", request.branch),
        };
        let count = jobs.len();
        printer.note(format!(
            "Build {} of {} for {event}: {count} {} from {}, {} at a time.",
            self.build(),
            request.slug,
            if count == 1 { "job" } else { "jobs" },
            self.file,
            self.parallel
        ));
        if self.lies && self.dirty {
            printer.note(
                "The work tree is built as it lies, with its changes; --head builds the commit.",
            );
        }
        if let Some(repeat) = &self.repeat {
            repeat::say(repeat, (&self.grants, self.pinned.as_ref()), printer);
        }
        let of_config: usize = jobs.iter().map(|job| opened::count(job)).sum();
        let secrets = of_config + self.context.variables.kept.map_or(0, |(_, count)| count);
        let of_settings = self.context.variables.given.len();
        if of_settings > 0 {
            let many = if of_settings == 1 {
                "variable"
            } else {
                "variables"
            };
            printer.note(format!(
                "{of_settings} {many} of the repository's settings on this machine."
            ));
        }
        if let (Some(reason), true) = (self.grants.secrets().reason(), secrets > 0)
            && self.repeat.is_none()
        {
            printer.note(format!("{}.", sentence(reason)));
        }
        let deploys: usize = jobs.iter().map(|job| job.deploy.len()).sum();
        if let (Some(reason), true) = (self.grants.deploy().reason(), deploys > 0)
            && self.repeat.is_none()
        {
            printer.note(format!("Nothing is deployed: {reason}."));
        }
        let docker = jobs.iter().any(|job| wants_docker(job));
        if docker && self.grants.docker_policy() == DockerPolicy::Host {
            printer.warn("jobs get your own Docker engine: they can do with it whatever you can");
        }
        printer.note(format!("Logs are kept in {}.", self.dir.path().display()));
    }

    /// Removes what killed runs have left behind.
    pub(super) async fn sweep(&self, printer: &mut Printer) {
        match self.context.backend.sweep().await {
            Ok(removed) if removed.is_empty() => {}
            Ok(removed) => printer.note(format!(
                "Removed what an earlier run left behind: {}.",
                removed.join(", ")
            )),
            Err(error) => printer.warn(format!("leftovers could not be removed: {error}")),
        }
    }
}

/// Opens the repository's secrets with the keys of this machine.
fn opener(args: &Args, checkout: &Checkout, settings: &Settings) -> Result<Opener, UserError> {
    let named = RepositoryArgs {
        repo: args.event.repo.clone(),
        host: None,
    };
    let (keyring, sources) = keyring::open_with(settings)?;
    let repository = named.find(checkout, &keyring)?;
    keyring::opener(&keyring, &sources, &repository, checkout)
}

async fn connect(data: &Path, settings: &Settings) -> Result<Arc<dyn Backend>, UserError> {
    let connected = DockerBackend::connect(Options {
        data: data.to_owned(),
        toolbox: None,
        host: None,
        layers: settings.docker.layers(),
        lasting: false,
        warm_networks: settings.jobs.warm_networks(),
    })
    .await;
    match connected {
        Ok(backend) => Ok(Arc::new(backend)),
        Err(error) => Err(crate::cli::no_backend(&error)),
    }
}

/// Refuses to begin where too little of a disk is free: the jobs would fail half-way, and others on
/// this machine with them.
async fn room(data: &Path, settings: &Settings, backend: &dyn Backend) -> Result<(), UserError> {
    let floor = settings.jobs.free_space;
    let mut folders = vec![data.to_owned()];
    folders.extend(backend.folders().await);
    let Some(full) = space::below(floor, &folders) else {
        return Ok(());
    };
    let error = UserError::new(Exit::Backend, full.told(floor));
    Err(error.hint(
        "`docker system df` shows what takes the space; AGENT_JOBS_FREE_SPACE=0 builds all the same",
    ))
}

async fn trees(
    data: &Path,
    root: &Path,
    revision: &str,
    source: TreeSource,
) -> Result<Trees, UserError> {
    let (data, root, revision) = (data.to_owned(), root.to_owned(), revision.to_owned());
    let made = tokio::task::spawn_blocking(move || {
        let mirror = Mirror::open(&data, &root.display().to_string())?;
        mirror.fetch_from_checkout(&root, &revision)?;
        Ok::<_, crate::git::GitError>(Trees::new(&data, mirror, source))
    });
    made.await
        .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?
        .map_err(|error| UserError::new(Exit::Usage, error.to_string()))
}
