//! Commits.

use super::super::answer::{Answer, Answered};
use super::super::history::{Changed, Commit};
use super::super::token::Level;
use super::Context;
use super::paging::{linked, wanted};
use serde_json::{Value, json};

/// `GET /repos/{owner}/{repo}/commits`.
pub(crate) fn list(it: &Context<'_>) -> Answered {
    it.may("contents", Level::Read)?;
    let repository = &it.world.repositories[&it.id];
    let start = it
        .asked
        .parameter("sha")
        .unwrap_or_else(|| repository.default_branch.clone());
    let sha = repository
        .git
        .resolve(&start)
        .ok_or_else(Answer::not_found)?;
    let total = repository.git.count(&sha);
    let (from, size, page) = wanted(it);
    let shown: Vec<Value> = repository
        .git
        .log(&[&sha], from + size)
        .iter()
        .skip(from)
        .map(|commit| json(it, commit))
        .collect();
    Ok(linked(it, Answer::ok(&shown.into()), total, size, page))
}

/// `GET /repos/{owner}/{repo}/commits/{ref}`.
pub(crate) fn get(it: &Context<'_>, name: &str) -> Answered {
    it.may("contents", Level::Read)?;
    let git = &it.world.repositories[&it.id].git;
    let sha = resolve(it, name)?;
    if it
        .asked
        .header("accept")
        .is_some_and(|accept| accept.contains("vnd.github.sha"))
    {
        return Ok(Answer::new(
            200,
            "application/vnd.github.sha; charset=utf-8",
            sha,
        ));
    }
    let commit = git.one(&sha);
    let mut value = json(it, &commit);
    value["files"] = commit.files.iter().map(file).collect();
    Ok(Answer::ok(&value))
}

/// The commit that is meant, or GitHub's refusal.
pub(crate) fn resolve(it: &Context<'_>, name: &str) -> Result<String, Answer> {
    let git = &it.world.repositories[&it.id].git;
    git.resolve(name)
        .ok_or_else(|| Answer::refuse(422, &format!("No commit found for SHA: {name}")))
}

/// A commit as the REST API shows it.
pub(crate) fn json(it: &Context<'_>, commit: &Commit) -> Value {
    let person = |(name, email): &(String, String)| json!({ "name": name, "email": email, "date": commit.time });
    let account = |(name, _): &(String, String)| {
        let known = it.world.users.contains_key(name);
        known.then(|| it.world.user_json(name))
    };
    let url = |sha: &str| format!("{}/commits/{sha}", it.api());
    json!({
        "sha": commit.sha,
        "node_id": format!("C_{}", commit.sha),
        "url": url(&commit.sha),
        "html_url": Value::Null,
        "commit": {
            "message": commit.message,
            "author": person(&commit.author),
            "committer": person(&commit.committer),
            "tree": { "sha": commit.tree, "url": format!("{}/git/trees/{}", it.api(), commit.tree) },
            "url": format!("{}/git/commits/{}", it.api(), commit.sha),
            "comment_count": 0,
        },
        "author": account(&commit.author),
        "committer": account(&commit.committer),
        "parents": commit.parents.iter().map(|sha| json!({ "sha": sha, "url": url(sha) })).collect::<Vec<_>>(),
    })
}

/// A changed file as commits, comparisons and pull requests show it.
pub(crate) fn file(changed: &Changed) -> Value {
    json!({
        "filename": changed.path,
        "status": changed.status(),
        "additions": 0,
        "deletions": 0,
        "changes": 0,
    })
}
