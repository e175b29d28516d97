//! Pull requests.

use super::super::answer::{Answer, Answered};
use super::super::check::{Kind, optional};
use super::super::token::Level;
use super::paging::page;
use super::{Context, commits};
use serde_json::{Value, json};

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
