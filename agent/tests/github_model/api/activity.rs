//! Who moved which branch.

use super::super::answer::Answered;
use super::super::token::Level;
use super::Context;
use super::paging::page;
use serde_json::{Value, json};

/// The newest first; GitHub takes a branch's name with or without `refs/heads/`.
pub(crate) fn list(it: &Context<'_>) -> Answered {
    it.may("contents", Level::Read)?;
    let wanted = it.asked.parameter("ref");
    let wanted = wanted.map(|name| match name.starts_with("refs/") {
        true => name,
        false => format!("refs/heads/{name}"),
    });
    let moves = it.world.moves.iter().rev();
    let moves = moves.filter(|one| one.repository == it.id);
    let moves = moves.filter(|one| wanted.as_ref().is_none_or(|name| *name == one.reference));
    let all: Vec<Value> = moves
        .map(|one| {
            json!({
                "id": one.id,
                "node_id": format!("PSH_{}", one.id),
                "before": one.before,
                "after": one.after,
                "ref": one.reference,
                "timestamp": one.time,
                "activity_type": one.kind(),
                "actor": it.world.user_json(&one.actor),
            })
        })
        .collect();
    Ok(page(it, &all))
}
