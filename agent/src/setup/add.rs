//! Adds a repository, or brings one to what it should be.

use super::look::look;
use super::protect::{or_default, require};
use super::{Mark, Report, Setup, Step, hook, key, rights, store};
use crate::github::Slug;
use crate::store::RepositorySettings;

/// What somebody wants of a repository.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Whether pushes make builds.
    pub pushes: bool,
    /// Whether pull requests make builds.
    pub pull_requests: bool,
    /// Whether jobs may ask for a Docker daemon of their own.
    pub docker: bool,
    /// How many of its jobs may run at once; none means the agent's limit only.
    pub max_jobs: Option<u32>,
    /// Whether branches are to wait for the agent's status.
    pub protect: bool,
    /// Which branches; the default one where none is named.
    pub branches: Vec<String>,
    /// What becomes of Travis CI's contexts.
    pub travis: TravisContexts,
    /// Whether to write the webhook's secret again.
    pub renew_hook: bool,
}

/// What becomes of statuses of Travis CI that a branch waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TravisContexts {
    /// Nothing is changed, and somebody has to choose.
    #[default]
    Ask,
    /// They stay, and the agent's comes beside them.
    Keep,
    /// The agent's takes their place.
    Replace,
}

/// Sets a repository up.
pub async fn add(setup: &Setup, asked: &Slug, wish: &Wish) -> Report {
    let mut steps = Vec::new();
    if let Err(step) = all(setup, asked, wish, &mut steps).await {
        steps.push(step);
    }
    Report {
        name: asked.to_string(),
        steps,
    }
}

/// Protection comes last: a branch that waits for a status which nobody posts lets nothing in.
async fn all(setup: &Setup, asked: &Slug, wish: &Wish, steps: &mut Vec<Step>) -> Result<(), Step> {
    let (found, step) = look(setup, asked).await?;
    steps.push(step);
    steps.extend(rights::check(setup, &found).await);
    if steps.iter().any(|step| step.mark == Mark::Failed) {
        return Ok(());
    }
    let known = store::known(setup, found.id).await?;
    // Before all else: whatever comes after it is found by asking.
    let look = store::first_look(setup, known.as_ref(), &found.slug).await?;
    steps.push(key::ensure(setup, &found).await?);
    let number = known.as_ref().and_then(|known| known.hook);
    let (number, step) = hook::ensure(setup, &found.slug, number, wish.renew_hook).await?;
    steps.push(step);
    let settings = RepositorySettings {
        build_pushes: wish.pushes,
        build_pull_requests: wish.pull_requests,
        docker: wish.docker,
        max_jobs: wish.max_jobs,
        // What there is no option for stays as `agent repo set` has left it.
        ..match &known {
            Some(known) => known.settings.clone(),
            None => RepositorySettings {
                auto_cancel_pushes: setup.auto_cancel.pushes,
                auto_cancel_pull_requests: setup.auto_cancel.pull_requests,
                ..RepositorySettings::default()
            },
        }
    };
    steps.push(store::put(setup, known.as_ref(), &found, number, settings.clone()).await?);
    store::note(setup, found.id, look).await?;
    if wish.protect {
        for branch in or_default(&wish.branches, &found.default_branch) {
            steps.push(require(setup, &found.slug, branch, &settings, wish.travis).await);
        }
    }
    Ok(())
}
