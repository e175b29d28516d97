//! `GET /repos/{owner}/{repo}`.

use super::super::answer::{Answer, Answered};
use super::super::token::Level;
use super::Context;
use serde_json::json;

pub(crate) fn get(it: &Context<'_>) -> Answered {
    let mut value = it.world.repository_json(it.id);
    let name = it.world.repositories[&it.id].full_name();
    let can = |permission: &str, level: Level| {
        let token = it.asked.token.as_ref().filter(|token| token.reaches(&name));
        token.is_some_and(|token| token.level(permission) >= level)
    };
    if it.asked.token.is_some() {
        value["permissions"] = json!({
            "admin": can("administration", Level::Write),
            "maintain": can("administration", Level::Write),
            "push": can("contents", Level::Write),
            "triage": can("contents", Level::Write),
            "pull": true,
        });
    }
    Ok(Answer::ok(&value))
}
