//! `on:` of a deploy entry, as far as it can be answered before the job (run-time reference §9.2).

use super::pattern::matches;
use schema::plan::{DeployOn, Job};
use schema::request::Request;

/// A part of `on:` that does not hold.
enum Unmet<'a> {
    /// Pull requests deploy nothing.
    PullRequest,
    /// The repository is another.
    Repo(&'a str),
    /// The branch is none of those.
    Branch,
    /// It has to be a tag.
    NoTag,
    /// It must not be a tag.
    Tag,
    /// A version, or the system, is another: the key, and what is wanted.
    Runtime(Vec<(&'a str, &'a str)>),
}

/// `on:` of an entry that does not run, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct OnExplained {
    /// What is asked, in one line.
    pub condition: String,
    /// What the event and the job have instead, by name.
    pub seen: Vec<(String, String)>,
    /// The parts that do not hold.
    pub unmet: Vec<String>,
}

/// Why an entry does not run, as far as it is known before the job: each violated condition.
#[must_use]
pub fn skip_reasons(on: &DeployOn, job: &Job, request: &Request, config: &str) -> Vec<String> {
    let reason = |unmet: &Unmet<'_>| match unmet {
        Unmet::PullRequest => "the current build is a pull request.".to_owned(),
        Unmet::Repo(repo) => format!(
            "this repo's name does not match one specified in {config}'s deploy.on.repo: {repo}"
        ),
        Unmet::Branch => format!("this branch is not permitted: {}", request.branch),
        Unmet::NoTag => "this is not a tagged commit".to_owned(),
        Unmet::Tag => "this is a tagged commit".to_owned(),
        Unmet::Runtime(_) => "this is not on the required runtime".to_owned(),
    };
    unmet(on, job, request).iter().map(reason).collect()
}

/// Why an entry does not run, with what was asked and what was seen; `None` when nothing speaks
/// against it yet.
#[must_use]
pub fn explain(on: &DeployOn, job: &Job, request: &Request) -> Option<OnExplained> {
    let unmet = unmet(on, job, request);
    if unmet.is_empty() {
        return None;
    }
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut parts = Vec::new();
    for unmet in &unmet {
        let (part, values) = match unmet {
            Unmet::PullRequest => (
                "no pull request".to_owned(),
                vec![("type", request.event.as_str().to_owned())],
            ),
            Unmet::Repo(repo) => (
                format!("repo: {repo}"),
                vec![("repo", request.slug.clone())],
            ),
            Unmet::Branch => (
                branch(on, request),
                vec![("branch", request.branch.clone())],
            ),
            Unmet::NoTag | Unmet::Tag => {
                let tag = request.tag.clone().unwrap_or_else(|| "not set".to_owned());
                (
                    format!("tags: {}", on.tags.unwrap_or_default()),
                    vec![("tag", tag)],
                )
            }
            Unmet::Runtime(wanted) => {
                let parts = wanted.iter().map(|(key, want)| format!("{key}: {want}"));
                let parts: Vec<_> = parts.collect();
                let seen = wanted.iter().map(|(key, _)| {
                    let value = runtime(job, key).cloned();
                    (*key, value.unwrap_or_else(|| "not set".to_owned()))
                });
                (parts.join(", "), seen.collect())
            }
        };
        parts.push(part);
        seen.extend(
            values
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    Some(OnExplained {
        condition: asked(on, request),
        seen,
        unmet: parts,
    })
}

fn unmet<'a>(on: &'a DeployOn, job: &Job, request: &Request) -> Vec<Unmet<'a>> {
    if request.pull_request.is_some() {
        return vec![Unmet::PullRequest];
    }
    let mut unmet = Vec::new();
    if let Some(repo) = on.repo.as_ref().filter(|repo| **repo != request.slug) {
        unmet.push(Unmet::Repo(repo));
    }
    if asks_for_branch(on) {
        // Decision 13: the repository's default branch, not `master`.
        let default = [request.default_branch.clone()];
        let allowed: &[String] = if on.branches.is_empty() {
            &default
        } else {
            &on.branches
        };
        if !allowed.iter().any(|glob| matches(glob, &request.branch)) {
            unmet.push(Unmet::Branch);
        }
    }
    let tagged = request.tag.as_ref().is_some_and(|tag| !tag.is_empty());
    match (on.tags, tagged) {
        (Some(true), false) => unmet.push(Unmet::NoTag),
        (Some(false), true) => unmet.push(Unmet::Tag),
        _ => {}
    }
    let others = on
        .runtime
        .iter()
        .filter(|(key, wanted)| runtime(job, key) != Some(wanted));
    let others: Vec<_> = others
        .map(|(key, want)| (key.as_str(), want.as_str()))
        .collect();
    if !others.is_empty() {
        unmet.push(Unmet::Runtime(others));
    }
    unmet
}

fn asks_for_branch(on: &DeployOn) -> bool {
    !on.all_branches && on.tags != Some(true)
}

fn branch(on: &DeployOn, request: &Request) -> String {
    match on.branches.as_slice() {
        [] => format!("branch: {} (the default branch)", request.default_branch),
        branches => format!("branch: {}", branches.join(" or ")),
    }
}

/// All that `on:` asks, in one line.
fn asked(on: &DeployOn, request: &Request) -> String {
    let mut asked = vec!["no pull request".to_owned()];
    asked.extend(on.repo.iter().map(|repo| format!("repo: {repo}")));
    if asks_for_branch(on) {
        asked.push(branch(on, request));
    }
    asked.extend(on.tags.map(|tags| format!("tags: {tags}")));
    asked.extend(
        on.runtime
            .iter()
            .map(|(key, want)| format!("{key}: {want}")),
    );
    asked.extend(
        on.conditions
            .iter()
            .map(|condition| format!("condition: {condition}")),
    );
    asked.join(", ")
}

/// The job's value of a version key, or its `os`.
fn runtime<'a>(job: &'a Job, key: &str) -> Option<&'a String> {
    let canonical = |key: &str| match key {
        "node" => "node_js".to_owned(),
        "ruby" => "rvm".to_owned(),
        key => key.to_owned(),
    };
    if key == "os" {
        return Some(&job.os);
    }
    job.versions
        .iter()
        .find(|(name, _)| canonical(name) == canonical(key))
        .map(|(_, value)| value)
}
