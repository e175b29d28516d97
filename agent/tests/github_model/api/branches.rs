//! Branches, tags and refs.

use super::super::answer::{Answer, Answered};
use super::super::token::Level;
use super::paging::page;
use super::{Context, commits};
use serde_json::{Value, json};

pub(crate) fn list(it: &Context<'_>) -> Answered {
    it.may("contents", Level::Read)?;
    let protected = it.asked.parameter("protected");
    let all: Vec<Value> = named(it, "refs/heads/")
        .into_iter()
        .map(|(name, sha)| short(it, &name, &sha))
        .filter(|branch| match protected.as_deref() {
            Some(wanted) => branch["protected"] == (wanted == "true"),
            None => true,
        })
        .collect();
    Ok(page(it, &all))
}

pub(crate) fn get(it: &Context<'_>, branch: &str) -> Answered {
    it.may("contents", Level::Read)?;
    let repository = &it.world.repositories[&it.id];
    let sha = repository.git.sha(&format!("refs/heads/{branch}"));
    let sha = sha.ok_or_else(|| Answer::refuse(404, "Branch not found"))?;
    let mut value = short(it, branch, &sha);
    value["commit"] = commits::json(it, &repository.git.one(&sha));
    value["protection_url"] = format!("{}/branches/{branch}/protection", it.api()).into();
    Ok(Answer::ok(&value))
}

pub(crate) fn tags(it: &Context<'_>) -> Answered {
    it.may("contents", Level::Read)?;
    let git = &it.world.repositories[&it.id].git;
    let all: Vec<Value> = named(it, "refs/tags/")
        .into_iter()
        .map(|(name, sha)| {
            let sha = git.sha(&sha).unwrap_or(sha);
            json!({
                "name": name,
                "commit": { "sha": sha, "url": format!("{}/commits/{sha}", it.api()) },
                "zipball_url": format!("{}/zipball/refs/tags/{name}", it.api()),
                "tarball_url": format!("{}/tarball/refs/tags/{name}", it.api()),
                "node_id": format!("REF_{name}"),
            })
        })
        .collect();
    Ok(page(it, &all))
}

pub(crate) fn reference(it: &Context<'_>, name: &str) -> Answered {
    it.may("contents", Level::Read)?;
    let found = named(it, &format!("refs/{name}"));
    let one = found.iter().find(|(rest, _)| rest.is_empty());
    let (_, sha) = one.ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(&object(it, &format!("refs/{name}"), sha)))
}

pub(crate) fn matching(it: &Context<'_>, prefix: &str) -> Answered {
    it.may("contents", Level::Read)?;
    let prefix = format!("refs/{prefix}");
    let all: Vec<Value> = named(it, &prefix)
        .into_iter()
        .map(|(rest, sha)| object(it, &format!("{prefix}{rest}"), &sha))
        .collect();
    Ok(page(it, &all))
}

/// Refs that begin so, without that beginning.
fn named(it: &Context<'_>, prefix: &str) -> Vec<(String, String)> {
    it.world.repositories[&it.id]
        .git
        .refs()
        .into_iter()
        .filter_map(|(name, sha)| Some((name.strip_prefix(prefix)?.to_owned(), sha)))
        .collect()
}

fn short(it: &Context<'_>, branch: &str, sha: &str) -> Value {
    json!({
        "name": branch,
        "commit": { "sha": sha, "url": format!("{}/commits/{sha}", it.api()) },
        "protected": it.world.repositories[&it.id].protection.contains_key(branch),
    })
}

fn object(it: &Context<'_>, name: &str, sha: &str) -> Value {
    let git = &it.world.repositories[&it.id].git;
    let kind = git.try_run(&["cat-file", "-t", sha]).unwrap_or_default();
    json!({
        "ref": name,
        "node_id": format!("REF_{name}"),
        "url": format!("{}/git/{name}", it.api()),
        "object": { "type": kind, "sha": sha, "url": format!("{}/git/{kind}s/{sha}", it.api()) },
    })
}
