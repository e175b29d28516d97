//! From a planned job to an instance and a script: secrets, image, work tree, engine.

use super::Context;
use crate::backend::{DockerAccess, Image, InstanceSpec, OwnDocker, WorkTree};
use crate::git::{Ref, Tree, Want};
use crate::images::{self, Choice};
use crate::log::Masker;
use crate::policy::DockerPolicy;
use crate::protocol;
use crate::runner::execute::Prepared;
use crate::runner::facts::{BuildFacts, Facts};
use crate::runner::opened;
use crate::runner::script::{self, Deploys, Note};
use schema::plan::Job;
use std::collections::BTreeMap;
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
///
/// # Errors
/// In words, with the place: a secret, an image, the work tree.
pub async fn prepare(context: &Context, job: &Job) -> Result<Ready, String> {
    let grants = &context.grants;
    let secrets = opened::open(job, grants, context.opener.as_ref(), &context.sources)
        .map_err(|error| error.to_string())?;
    let choice = choose(context, job)?;
    let (image, tree) = tokio::join!(
        context.backend.image(&choice.reference),
        work_tree(context, job)
    );
    let image = image.map_err(|error| match error.hint() {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    })?;
    let tree = tree?;
    let destination = format!("{}/build/{}", image.user.home, context.request.slug);
    let facts = Facts {
        request: &context.request,
        sources: &context.sources,
        build: BuildFacts {
            id: context.build.to_string(),
            number: context.build,
            url: String::new(),
        },
        job_id: format!("{}{:03}", context.build, job.number),
        job_url: String::new(),
        restarted: None,
        directory: destination.clone(),
        home: image.user.home.clone(),
        user: image.user.name.clone(),
        dist: image.labels.get(BASE_LABEL).and_then(|base| dist(base)),
        arch: architecture().to_owned(),
        has_bash: image.has_bash,
        travis: context.travis,
    };
    let options = script::Options {
        intro: intro(context, &choice, &image, tree.as_deref()),
        extra_env: context.variables.clone(),
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
    let mut hidden = opened::values(&secrets);
    hidden.extend(context.hidden.iter().cloned());
    let spec = InstanceSpec {
        id: format!("{}-{}", context.run, job.number),
        labels: BTreeMap::from([
            ("ci.run".to_owned(), context.run.clone()),
            (
                "ci.job".to_owned(),
                format!("{}.{}", context.build, job.number),
            ),
        ]),
        docker: docker(context, job).await?,
        image,
        env: Vec::new(),
        tree: tree.as_ref().map(|tree| WorkTree {
            archive: tree.archive.path().to_owned(),
            destination,
        }),
        limits: context.settings.jobs.limits(),
        ca_file: context.settings.jobs.ca_file.clone(),
        proxy: context.settings.jobs.proxy.variables(),
    };
    Ok(Ready {
        job: Prepared {
            spec,
            script,
            masker: Masker::new(&hidden),
            grace: context.settings.jobs.grace,
        },
        tree,
    })
}

/// The image of a job, by the settings' rules and the built-in table.
///
/// # Errors
/// No image is known for it, or a rule gives something that is none.
pub fn choose(context: &Context, job: &Job) -> Result<Choice, String> {
    images::choose(job, &context.settings.image_rules()).map_err(|error| error.to_string())
}

async fn work_tree(context: &Context, job: &Job) -> Result<Option<Arc<Tree>>, String> {
    if !job.git.clone {
        return Ok(None);
    }
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
    };
    let trees = Arc::clone(&context.trees);
    let tree = tokio::task::spawn_blocking(move || trees.get(&want)).await;
    let tree = tree.map_err(|error| format!("making the work tree broke: {error}"))?;
    tree.map(Some).map_err(|error| error.to_string())
}

async fn docker(context: &Context, job: &Job) -> Result<DockerAccess, String> {
    if !job.services.iter().any(|service| service.name == "docker") {
        return Ok(DockerAccess::None);
    }
    if let Some(reason) = context.grants.docker().reason() {
        return Err(format!("it asks for `services: docker`, but {reason}"));
    }
    if context.grants.docker_policy() == DockerPolicy::Host {
        return Ok(DockerAccess::Host);
    }
    let settings = &context.settings;
    let image = context.backend.image(&settings.jobs.base_image).await;
    Ok(DockerAccess::Own(Box::new(OwnDocker {
        image: image.map_err(|error| format!("the image of the job's Docker daemon: {error}"))?,
        layer_scope: format!("{}/{}", context.request.slug, context.grants.scope()),
        mirrors: settings.docker.registry_mirror.iter().cloned().collect(),
        insecure_registries: settings.docker.insecure_registries.clone(),
    })))
}

/// The first lines of the log: image with the rule and digest, work tree.
fn intro(context: &Context, choice: &Choice, image: &Image, tree: Option<&Tree>) -> Vec<Note> {
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
    if let Some(tree) = tree {
        notes.push(Note::checkout(format!("Checked out {}", context.tree)));
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

/// The processor architecture as Docker names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        other => other,
    }
}
