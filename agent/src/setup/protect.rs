//! The status that a branch waits for before a merge.

use super::add::TravisContexts;
use super::look::{has_branch, look};
use super::rights::Right;
use super::{Report, Setup, Step, contexts, store};
use crate::github::{GithubError, Slug};
use crate::store::RepositorySettings;

const PART: &str = "protection";

/// Has branches wait for the agent's status; the default branch where none is named. Everything
/// else of their protection stays.
pub async fn protect(
    setup: &Setup,
    asked: &Slug,
    branches: &[String],
    travis: TravisContexts,
) -> Report {
    let (mut report, found) = begin(setup, asked).await;
    if let Some((slug, default, settings)) = found {
        for branch in or_default(branches, &default) {
            let step = require(setup, &slug, branch, &settings, travis).await;
            report.steps.push(step);
        }
    }
    report
}

/// Has branches wait for the agent's statuses no longer; the default branch where none is named.
pub async fn unprotect(setup: &Setup, asked: &Slug, branches: &[String]) -> Report {
    let (mut report, found) = begin(setup, asked).await;
    if let Some((slug, default, _)) = found {
        for branch in or_default(branches, &default) {
            report.steps.push(release(setup, &slug, branch).await);
        }
    }
    report
}

type Found = Option<(Slug, String, RepositorySettings)>;

async fn begin(setup: &Setup, asked: &Slug) -> (Report, Found) {
    let mut report = Report {
        name: asked.to_string(),
        steps: Vec::new(),
    };
    let found = async {
        let (found, step) = look(setup, asked).await?;
        let known = store::known(setup, found.id).await?;
        let settings = known.map(|known| known.settings).unwrap_or_default();
        Ok::<_, Step>((step, (found.slug, found.default_branch, settings)))
    };
    match found.await {
        Ok((step, found)) => {
            report.steps.push(step);
            (report, Some(found))
        }
        Err(step) => {
            report.steps.push(step);
            (report, None)
        }
    }
}

/// The branches that are named, or else the default one.
pub(super) fn or_default<'a>(branches: &'a [String], default: &'a str) -> Vec<&'a str> {
    if branches.is_empty() {
        return vec![default];
    }
    branches.iter().map(String::as_str).collect()
}

/// Has one branch wait for the agent's status.
pub(super) async fn require(
    setup: &Setup,
    slug: &Slug,
    branch: &str,
    settings: &RepositorySettings,
    travis: TravisContexts,
) -> Step {
    let Some(context) = contexts::wanted(&setup.prefix, settings) else {
        return Step::unchanged(PART, "none: neither pushes nor pull requests are built");
    };
    let done = try_require(setup, slug, branch, &context, travis).await;
    done.unwrap_or_else(|error| Right::Administration.refused(PART, &error))
}

async fn try_require(
    setup: &Setup,
    slug: &Slug,
    branch: &str,
    context: &str,
    travis: TravisContexts,
) -> Result<Step, GithubError> {
    let client = &setup.client;
    if !has_branch(setup, slug, branch).await? {
        let text = format!("there is no branch {branch}");
        let fix = format!("push it, then `agent repo protect {slug} --branch {branch}`");
        return Ok(Step::failed(PART, text).fix(fix));
    }
    let required = required(setup, slug, branch).await?;
    let there = required.iter().any(|required| required == context);
    let theirs = contexts::travis(&setup.prefix, &required);
    let replace = travis == TravisContexts::Replace && !theirs.is_empty();
    if there && !replace {
        return Ok(Step::unchanged(
            PART,
            format!("{branch} requires {context}"),
        ));
    }
    if travis == TravisContexts::Ask && !there && !theirs.is_empty() {
        return Ok(offer(branch, &theirs));
    }
    if !setup.dry {
        client.require_contexts(slug, branch, &[context]).await?;
        if replace {
            client.unrequire_contexts(slug, branch, &theirs).await?;
        }
    }
    let mut text = format!("{}: {branch} requires {context}", setup.verb("changed"));
    if replace {
        text += &format!(" instead of {}", theirs.join(", "));
    }
    Ok(Step::changed(PART, text))
}

/// What a team that comes from Travis CI can choose from.
fn offer(branch: &str, theirs: &[&str]) -> Step {
    let prefix = theirs
        .first()
        .map_or("", |first| contexts::prefix_of(first));
    let text = format!(
        "{branch} requires {}; nothing was changed",
        theirs.join(", ")
    );
    Step::failed(PART, text).fix(format!(
        "either set status.prefix to {prefix}, and what is required stays as it is; or say \
         --replace-travis-contexts; or, while Travis CI still builds, --keep-travis-contexts"
    ))
}

/// Has one branch wait for the agent's statuses no longer.
pub(super) async fn release(setup: &Setup, slug: &Slug, branch: &str) -> Step {
    let done = async {
        let required = required(setup, slug, branch).await?;
        let ours = contexts::ours(&setup.prefix, &required);
        if ours.is_empty() {
            let text = format!("{branch} requires no status of the agent");
            return Ok(Step::unchanged(PART, text));
        }
        if !setup.dry {
            setup.client.unrequire_contexts(slug, branch, &ours).await?;
        }
        let text = setup.verb("changed");
        let text = format!(
            "{text}: {branch} does not require {} any more",
            ours.join(", ")
        );
        Ok(Step::changed(PART, text))
    };
    done.await
        .unwrap_or_else(|error: GithubError| Right::Administration.refused(PART, &error))
}

async fn required(setup: &Setup, slug: &Slug, branch: &str) -> Result<Vec<String>, GithubError> {
    let protection = setup.client.protection(slug, branch).await?;
    Ok(protection.map(|it| it.contexts()).unwrap_or_default())
}
