//! From a planned job to an instance and a script: secrets, image, work tree, engine.

use super::Context;
use crate::backend::{DockerAccess, InstanceSpec, OwnDocker, WorkTree};
use crate::git::{Ref, Tree, Want};
use crate::images::{self, Choice, Rules};
use crate::log::Masker;
use crate::policy::DockerPolicy;
use crate::protocol;
use crate::runner::execute::Prepared;
use crate::runner::opened::Opened;
use crate::runner::script::{self, Facts};
use schema::plan::Job;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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
    let opened = Opened::open(
        job,
        grants.secrets(),
        context.opener.as_ref(),
        &context.sources,
    )
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
        build: context.build,
        job,
        sources: &context.sources,
        directory: destination.clone(),
        home: &image.user.home,
        opened: &opened,
        secrets: grants.secrets(),
        deploy: grants.deploy(),
        variables: &context.variables,
        header: header(context, &choice, &image, tree.as_deref()),
        limits: limits(context, job),
    };
    let script = script::build(&facts);
    let secrets: Vec<_> = opened.values().cloned().collect();
    let spec = InstanceSpec {
        id: format!("{}-{}", context.run, job.number),
        labels: BTreeMap::from([
            ("ci.run".to_owned(), context.run.clone()),
            ("ci.job".to_owned(), format!("{}.{}", context.build, job.number)),
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
            masker: Masker::new(&secrets),
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
    let rules = Rules {
        rules: context.settings.images.clone(),
        base: context.settings.jobs.base_image.clone(),
    };
    images::choose(job, &rules).map_err(|error| error.to_string())
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

/// The limits of a job: the settings', or less where the config says so.
fn limits(context: &Context, job: &Job) -> protocol::Limits {
    let jobs = &context.settings.jobs;
    let less = |limit: Duration, own: Option<u64>| {
        own.map_or(limit, |seconds| limit.min(Duration::from_secs(seconds)))
    };
    protocol::Limits {
        silence: less(jobs.silence_limit, job.silence_timeout),
        hard: less(jobs.hard_limit, job.timeout),
        grace: jobs.grace,
    }
}

/// The first lines of the log: image with the rule and digest, work tree.
fn header(
    context: &Context,
    choice: &Choice,
    image: &crate::backend::Image,
    tree: Option<&Tree>,
) -> Vec<String> {
    let pinned = image.digest.as_ref().unwrap_or(&image.id);
    let mut lines = vec![format!("Image {} ({}): {pinned}", choice.reference, choice.rule)];
    if let Some(from) = image.labels.get("ci.base.from") {
        lines.push(format!("It is made from {from}."));
    }
    if let Some(tree) = tree {
        lines.push(format!("Work tree: {}", context.tree));
        for left_out in &tree.left_out {
            lines.push(format!("Left out: {left_out}"));
        }
    }
    lines
}
