//! Pull requests.

use super::super::answer::{Answer, Answered};
use super::super::check::{Field, Kind, optional, required};
use super::super::opening::Opening;
use super::super::token::Level;
use super::paging::page;
use super::{Context, commits};
use serde_json::{Value, json};

const CREATE: [Field; 6] = [
    required("title", Kind::Text),
    required("head", Kind::Text),
    required("base", Kind::Text),
    optional("body", Kind::Text).or_null(),
    optional("draft", Kind::Flag),
    optional("maintainer_can_modify", Kind::Flag),
];

/// `GET /repos/{owner}/{repo}/pulls`: newest first, open ones unless asked otherwise.
pub(crate) fn list(it: &Context<'_>) -> Answered {
    it.may("pull_requests", Level::Read)?;
    let state = it
        .asked
        .parameter("state")
        .unwrap_or_else(|| "open".to_owned());
    let (base, head) = (it.asked.parameter("base"), it.asked.parameter("head"));
    let ascending = it.asked.parameter("direction").as_deref() == Some("asc");
    let mut all: Vec<Value> = it
        .world
        .pulls
        .iter()
        .filter(|((repository, _), _)| *repository == it.id)
        .filter(|(_, pull)| state == "all" || pull.open == (state == "open"))
        .map(|((_, number), _)| it.world.pull_json(it.id, *number, false))
        .filter(|pull| {
            base.as_ref()
                .is_none_or(|base| pull["base"]["ref"] == **base)
        })
        .filter(|pull| {
            head.as_ref()
                .is_none_or(|head| pull["head"]["label"] == **head)
        })
        .collect();
    if !ascending {
        all.reverse();
    }
    Ok(page(it, &all))
}

/// `GET /repos/{owner}/{repo}/pulls/{number}`.
pub(crate) fn get(it: &Context<'_>, number: &str) -> Answered {
    it.may("pull_requests", Level::Read)?;
    let number = find(it, number)?;
    Ok(Answer::ok(&it.world.pull_json(it.id, number, true)))
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/files`.
pub(crate) fn files(it: &Context<'_>, number: &str) -> Answered {
    it.may("pull_requests", Level::Read)?;
    let number = find(it, number)?;
    let pull = &it.world.pulls[&(it.id, number)];
    let changed = it.world.repositories[&it.id]
        .git
        .changed(&pull.base_sha, &pull.head_sha);
    let all: Vec<Value> = changed.iter().map(commits::file).collect();
    Ok(page(it, &all))
}

/// `POST /repos/{owner}/{repo}/pulls`.
pub(crate) fn create(it: &mut Context<'_>) -> Answered {
    it.may("pull_requests", Level::Write)?;
    let body = it.body(&CREATE, "PullRequest")?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (title, head, base) = (text("title"), text("head"), text("base"));
    let invalid = |field: &str| Answer::invalid("PullRequest", field, "invalid", "");
    let custom = |message: &str| Answer::invalid("PullRequest", "base", "custom", message);
    // `owner:branch` means a fork, and the repository itself where that is its owner.
    let (owner, branch) = head.split_once(':').unwrap_or(("", head));
    let here = it.world.repositories[&it.id].clone();
    let from = match owner {
        "" => Some(it.id),
        owner => (it.world.repositories.values())
            .find(|other| {
                other.owner.eq_ignore_ascii_case(owner)
                    && (other.id == it.id || other.parent == Some(it.id))
            })
            .map(|other| other.id),
    };
    let from = from.ok_or_else(|| invalid("head"))?;
    let sha = |id: u64, branch: &str| {
        let git = &it.world.repositories[&id].git;
        git.sha(&format!("refs/heads/{branch}"))
    };
    let head_sha = sha(from, branch).ok_or_else(|| invalid("head"))?;
    let base_sha = sha(it.id, base).ok_or_else(|| invalid("base"))?;
    if from == it.id && here.git.is_ancestor(&head_sha, &base_sha) {
        return Err(custom(&format!("No commits between {base} and {branch}")));
    }
    let twin = it.world.pulls.iter().any(|((id, _), pull)| {
        *id == it.id
            && pull.open
            && (pull.head_repository, pull.head_branch.as_str()) == (from, branch)
            && pull.base_branch == base
    });
    if twin {
        let owner = &it.world.repositories[&from].owner;
        let message = format!("A pull request already exists for {owner}:{branch}.");
        return Err(custom(&message));
    }
    let actor = it.actor();
    let (number, tries) = it.world.open_pull(&Opening {
        base: (it.id, base),
        head: (from, branch),
        title,
        draft: body.get("draft") == Some(&Value::Bool(true)),
        actor: &actor,
    });
    it.tries.extend(tries);
    let value = it.world.pull_json(it.id, number, true);
    let url = value["url"].as_str().unwrap_or_default().to_owned();
    Ok(Answer::json(201, &value).header("location", url))
}

/// `PUT /repos/{owner}/{repo}/pulls/{number}/merge`.
pub(crate) fn merge(it: &mut Context<'_>, number: &str) -> Answered {
    it.may("contents", Level::Write)?;
    let number = find(it, number)?;
    let fields = ["commit_title", "commit_message", "sha", "merge_method"]
        .map(|name| optional(name, Kind::Text));
    let body = it.body(&fields, "PullRequest")?;
    let head = it.world.pulls[&(it.id, number)].head_sha.clone();
    if body.get("sha").is_some_and(|sha| *sha != head) {
        return Err(Answer::refuse(
            409,
            "Head branch was modified. Review and try the merge again.",
        ));
    }
    let actor = it.actor();
    match it.world.merge(it.id, number, &actor) {
        Ok((sha, tries)) => {
            it.tries.extend(tries);
            Ok(Answer::ok(
                &json!({ "sha": sha, "merged": true, "message": "Pull Request successfully merged" }),
            ))
        }
        Err(message) => Err(Answer::refuse(405, &message)),
    }
}

fn find(it: &Context<'_>, number: &str) -> Result<u64, Answer> {
    let number = number.parse().ok();
    number
        .filter(|number| it.world.pulls.contains_key(&(it.id, *number)))
        .ok_or_else(Answer::not_found)
}
