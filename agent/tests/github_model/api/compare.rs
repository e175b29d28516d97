//! `GET /repos/{owner}/{repo}/compare/{base}...{head}`.

use super::super::answer::{Answer, Answered};
use super::super::token::Level;
use super::paging::{linked, wanted};
use super::{Context, commits};
use serde_json::{Value, json};

/// GitHub lists no more files.
const MAX_FILES: usize = 300;

pub(crate) fn get(it: &Context<'_>, range: &str) -> Answered {
    it.may("contents", Level::Read)?;
    let git = &it.world.repositories[&it.id].git;
    let (base, head) = range.split_once("...").ok_or_else(Answer::not_found)?;
    let base = git.resolve(base).ok_or_else(Answer::not_found)?;
    let head = git.resolve(head).ok_or_else(Answer::not_found)?;
    let Ok(parted) = git.try_run(&["merge-base", &base, &head]) else {
        let message = format!("No common ancestor between {base} and {head}.");
        return Err(Answer::refuse(404, &message));
    };
    let ahead = git.count(&format!("{base}..{head}"));
    let behind = git.count(&format!("{head}..{base}"));
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let (from, size, page) = wanted(it);
    let mut log = git.log(&[&head, &format!("^{base}")], ahead);
    log.reverse();
    let shown: Vec<Value> = log
        .iter()
        .skip(from)
        .take(size)
        .map(|commit| commits::json(it, commit))
        .collect();
    let files: Vec<Value> = git
        .changed(&base, &head)
        .iter()
        .take(MAX_FILES)
        .map(commits::file)
        .collect();
    let value = json!({
        "url": format!("{}/compare/{range}", it.api()),
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "base_commit": commits::json(it, &git.one(&base)),
        "merge_base_commit": commits::json(it, &git.one(&parted)),
        "commits": shown,
        "files": files,
    });
    Ok(linked(it, Answer::ok(&value), ahead, size, page))
}
