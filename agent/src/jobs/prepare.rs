//! From a planned job to an instance and a script: secrets, image, work tree, engine.

use super::admission::{architecture, refusal, wants_docker};
use super::image::{self, wanted};
use super::services;
use super::{Context, JobFacts};
use crate::backend::{DockerAccess, Image, InstanceSpec, OwnDocker, WorkTree};
use crate::git::{self, AutoCrlf, Files, Ref, Tree, Want};
use crate::images::{self, Choice};
use crate::log::Masker;
use crate::policy::DockerPolicy;
use crate::protocol;
use crate::runner::execute::{Prepared, Sink};
use crate::runner::facts::Facts;
use crate::runner::opened;
use crate::runner::script::{self, Checkout, Deploys, Note, Secrets, Submodules};
use schema::plan::{Job, Service};
use std::sync::Arc;

/// The label of our base image that names what it is made from.
const BASE_LABEL: &str = "agent.base";

/// A job that is ready to run, with what must live as long as it.
pub struct Ready {
    /// What the runner takes.
    pub job: Prepared,
    /// The work tree's archive.
    pub tree: Option<Arc<Tree>>,
}

/// Gets a job ready. Secrets are opened first: a job whose secrets do not open makes no container.
/// The log hears of an image that is pulled.
///
/// # Errors
/// In words, with the place: a secret, an image, the work tree.
pub async fn prepare(
    context: &Context,
    job: &Job,
    names: &JobFacts,
    sink: &mut dyn Sink,
) -> Result<Ready, String> {
    let grants = &context.grants;
    let secrets = open(context, job)?;
    if let Some(reason) = refusal(job, grants) {
        return Err(reason);
    }
    let choice = choose(context, job)?;
    let (image, tree, services) = tokio::join!(
        image::have(context, &choice, sink),
        work_tree(context, job),
        services::prepare(context, job),
    );
    let (image, tree, (services, told)) = (image?, tree?, services?);
    let destination = format!("{}/build/{}", image.user.home, context.request.slug);
    let facts = Facts {
        request: &context.request,
        sources: &context.sources,
        build: context.build.clone(),
        job_id: names.id.clone(),
        job_url: names.url.clone(),
        restarted: names.restarted.clone(),
        directory: destination.clone(),
        home: image.user.home.clone(),
        user: image.user.name.clone(),
        dist: image.labels.get(BASE_LABEL).and_then(|base| dist(base)),
        arch: architecture().to_owned(),
        has_bash: image.has_bash,
        travis: context.travis,
    };
    let options = script::Options {
        intro: intro(context, (job, names), (&choice, &image), tree.as_deref()),
        checkout: checkout(context, tree.as_deref()),
        settings: context.variables.clone(),
        given: context.given.clone(),
        deploys: match grants.deploy().reason() {
            None => Deploys::Run,
            Some(reason) => Deploys::Listed(reason.to_owned()),
        },
        limits: protocol::Limits {
            silence: context.settings.jobs.silence_limit,
            hard: context.settings.jobs.hard_limit,
            grace: context.settings.jobs.grace,
        },
    };
    let script = script::build(job, &facts, &secrets, &options);
    let spec = InstanceSpec {
        id: names.instance.clone(),
        labels: names.labels.clone(),
        docker: docker(context, job).await?,
        services,
        image,
        env: Vec::new(),
        tree: tree.as_ref().map(|tree| WorkTree {
            archive: tree.archive.path().to_owned(),
            destination,
        }),
        limits: context.settings.jobs.limits(),
        hostname: job.addons.hostname.clone(),
        hosts: job.addons.hosts.clone(),
        ca_file: context.settings.jobs.ca_file.clone(),
        proxy: context.settings.jobs.proxy.variables(),
    };
    Ok(Ready {
        job: Prepared {
            spec,
            script,
            services: told,
            masker: hiding(context, &secrets),
            grace: context.settings.jobs.grace,
        },
        tree,
    })
}

/// What hides the secrets of a job that runs already.
///
/// # Errors
/// The first secret that does not open, with its place.
pub fn masker(context: &Context, job: &Job) -> Result<Masker, String> {
    open(context, job).map(|secrets| hiding(context, &secrets))
}

fn open(context: &Context, job: &Job) -> Result<Secrets, String> {
    let opener = context.opener.as_ref();
    let opened = opened::open(job, &context.grants, opener, &context.sources);
    opened.map_err(|error| error.to_string())
}

fn hiding(context: &Context, secrets: &Secrets) -> Masker {
    let mut hidden = opened::values(secrets);
    let given = context.given.iter().filter(|given| given.hidden);
    hidden.extend(given.map(|given| given.value.clone()));
    hidden.extend(context.variables.hidden().cloned());
    hidden.extend(context.former.iter().cloned());
    Masker::new(&hidden)
}

/// The image of a job, by the settings' rules and the built-in table.
///
/// # Errors
/// No image is known for it, or a rule gives something that is none.
pub fn choose(context: &Context, job: &Job) -> Result<Choice, String> {
    if let Some(pinned) = &context.pinned {
        return Ok(pinned.clone());
    }
    images::choose(job, &context.settings.image_rules()).map_err(|error| error.to_string())
}

async fn work_tree(context: &Context, job: &Job) -> Result<Option<Arc<Tree>>, String> {
    let Some(trees) = context.trees.as_ref().filter(|_| job.git.clone) else {
        return Ok(None);
    };
    let request = &context.request;
    let reference = match (&request.tag, &request.pull_request) {
        (Some(tag), _) => Ref::Tag(tag.clone()),
        (None, Some(pull)) => Ref::Pull(pull.number),
        (None, None) => Ref::Branch(request.branch.clone()),
    };
    let want = Want {
        sha: request.sha.clone(),
        depth: job.git.depth,
        reference,
        origin: context.origin.clone(),
        git_dir: !job.git.tarball,
        files: files(job),
    };
    let trees = Arc::clone(trees);
    let tree = tokio::task::spawn_blocking(move || trees.get(&want)).await;
    let tree = tree.map_err(|error| format!("making the work tree broke: {error}"))?;
    tree.map(Some).map_err(|error| error.to_string())
}

/// How `git:` wants files to be; an archive of the commit is what it is.
fn files(job: &Job) -> Files {
    let git = &job.git;
    if git.tarball {
        return Files::default();
    }
    Files {
        autocrlf: git.autocrlf.as_deref().and_then(AutoCrlf::parse),
        symlinks: git.symlinks,
        sparse: git.sparse_checkout.clone(),
    }
}

/// What the job does for its work tree by itself.
fn checkout(context: &Context, tree: Option<&Tree>) -> Checkout {
    let Some(tree) = tree else {
        return Checkout::default();
    };
    let found = tree.archive.found();
    let names = found.submodules.iter();
    let names = names.filter_map(|path| String::from_utf8(path.clone()).ok());
    let whole = tree.submodules.is_empty() && found.sparse.is_none();
    let submodules = match (found.has_modules, found.submodules.is_empty()) {
        (false, _) | (_, true) => Submodules::None,
        _ if whole => Submodules::All,
        _ => Submodules::Some(names.collect()),
    };
    let host = git::web_host(&context.origin).into_iter();
    let instead = host.flat_map(|host| host.ssh.map(|written| (host.web.clone(), written)));
    Checkout {
        submodules,
        pointers: found.pointers,
        instead: instead.collect(),
    }
}

async fn docker(context: &Context, job: &Job) -> Result<DockerAccess, String> {
    if !wants_docker(job) {
        return Ok(DockerAccess::None);
    }
    if context.grants.docker_policy() == DockerPolicy::Host {
        return Ok(DockerAccess::Host);
    }
    let settings = &context.settings;
    let named = (&context.grants, context.repository.as_str());
    let wanted = wanted(settings, named, (&settings.jobs.base_image, None))?;
    let image = context.backend.have(&wanted, &|_| {}).await;
    Ok(DockerAccess::Own(Box::new(OwnDocker {
        image: image.map_err(|error| {
            format!(
                "the image of the job's Docker daemon: {}",
                error.with_hint()
            )
        })?,
        layer_scope: layer_scope(context, job),
        mirrors: settings.docker.registry_mirror.iter().cloned().collect(),
        insecure_registries: settings.docker.insecure_registries.clone(),
    })))
}

/// Whose layers the job's daemon has; none where the repository, this run or the job wants it so.
fn layer_scope(context: &Context, job: &Job) -> Option<String> {
    let cold = |service: &Service| service.name == "docker" && service.cache == Some(false);
    let of = context.layers_of.as_ref()?;
    (!job.services.iter().any(cold)).then(|| format!("{of}/{}", context.grants.scope()))
}

/// The first lines of the log: image with the rule and digest, work tree.
fn intro(
    context: &Context,
    (job, names): (&Job, &JobFacts),
    (choice, image): (&Choice, &Image),
    tree: Option<&Tree>,
) -> Vec<Note> {
    let pinned = image.digest.as_ref().unwrap_or(&image.id);
    let mut worker = vec![
        format!("Image {}: {pinned}", choice.reference),
        format!("Chosen by {}", choice.rule),
    ];
    if let Some(base) = image.labels.get(BASE_LABEL) {
        let stand_in = if base.starts_with("debian:") {
            ", which stands in for Ubuntu where no registry answers"
        } else {
            ""
        };
        worker.push(format!("Made from {base}{stand_in}"));
    }
    let mut notes = vec![Note {
        fold: Some("worker_info".to_owned()),
        lines: worker,
    }];
    if let Some((nth, count)) = names.retried {
        notes.push(Note::open(format!("Retried {nth} of {count} by retry:")));
    }
    if let Some(tree) = tree {
        let mut line = format!("Checked out {}", context.tree);
        if let (Some((kept, all)), Some(file)) =
            (tree.archive.found().sparse, &job.git.sparse_checkout)
        {
            line.push_str(&format!("; {kept} of its {all} files, as {file} says"));
        }
        notes.push(Note::checkout(line));
        let left_out = tree.left_out.iter();
        notes.extend(left_out.map(|path| Note::open(format!("Left out of the work tree: {path}"))));
    }
    notes
}

/// The code name of the distribution that a base image is made from.
fn dist(base: &str) -> Option<String> {
    let name = match base.split_once(':')?.1 {
        "20.04" => "focal",
        "22.04" => "jammy",
        "24.04" => "noble",
        "26.04" => "resolute",
        name => name,
    };
    Some(name.to_owned()).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}
