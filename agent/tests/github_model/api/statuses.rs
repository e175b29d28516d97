//! Commit statuses.

use super::super::answer::{Answer, Answered};
use super::super::check::{Field, Kind, is_sha, is_web_url, optional, required};
use super::super::state::now;
use super::super::statuses::{MAX_STATUSES, Status};
use super::super::token::Level;
use super::paging::{linked, page, wanted};
use super::{Context, commits};
use serde_json::{Value, json};

const FIELDS: [Field; 4] = [
    required("state", Kind::Text),
    optional("target_url", Kind::Text).or_null(),
    optional("description", Kind::Text).or_null(),
    optional("context", Kind::Text),
];

/// The most characters of a description and of a context.
const MAX_DESCRIPTION: usize = 140;
const MAX_CONTEXT: usize = 255;

/// `POST /repos/{owner}/{repo}/statuses/{sha}`.
pub(crate) fn create(it: &mut Context<'_>, sha: &str) -> Answered {
    it.may("statuses", Level::Write)?;
    let body = it.body(&FIELDS, "Status")?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let state = text("state").unwrap_or_default();
    let context = text("context").unwrap_or_else(|| "default".to_owned());
    let invalid =
        |field: &str, message: &str| Err(Answer::invalid("Status", field, "custom", message));
    if !["error", "failure", "pending", "success"].contains(&state.as_str()) {
        return invalid("state", "state is not included in the list");
    }
    let (description, target_url) = (text("description"), text("target_url"));
    if description
        .as_deref()
        .is_some_and(|text| text.chars().count() > MAX_DESCRIPTION)
    {
        return invalid(
            "description",
            "description is too long (maximum is 140 characters)",
        );
    }
    if context.is_empty() || context.chars().count() > MAX_CONTEXT {
        return invalid("context", "context is too long (maximum is 255 characters)");
    }
    if target_url.as_deref().is_some_and(|url| !is_web_url(url)) {
        return invalid("target_url", "target_url must use http(s) scheme");
    }
    if !is_sha(sha) || it.world.repositories[&it.id].git.sha(sha).is_none() {
        return Err(Answer::refuse(
            422,
            &format!("No commit found for SHA: {sha}"),
        ));
    }
    let sha = sha.to_lowercase();
    let earlier = it.world.statuses_of(it.id, &sha);
    if earlier
        .iter()
        .filter(|status| status.context == context)
        .count()
        >= MAX_STATUSES
    {
        let message = "This SHA and context has reached the maximum number of statuses.";
        return invalid("context", message);
    }
    let status = Status {
        id: it.world.fresh_id(),
        repository: it.id,
        sha,
        context,
        state,
        description,
        target_url,
        creator: it.actor(),
        created_at: now(),
        looked_at: false,
    };
    let value = it.world.status_json(&status);
    it.world.statuses.push(status);
    let url = value["url"].as_str().unwrap_or_default().to_owned();
    Ok(Answer::json(201, &value).header("location", url))
}

/// `GET /repos/{owner}/{repo}/commits/{ref}/statuses`: all, newest first.
pub(crate) fn list(it: &Context<'_>, name: &str) -> Answered {
    it.may("statuses", Level::Read)?;
    let sha = commits::resolve(it, name)?;
    let all = it.world.statuses_of(it.id, &sha).into_iter().rev();
    let all: Vec<Value> = all.map(|status| it.world.status_json(status)).collect();
    Ok(page(it, &all))
}

/// `GET /repos/{owner}/{repo}/commits/{ref}/status`: the latest of each context, and one word.
pub(crate) fn combined(it: &Context<'_>, name: &str) -> Answered {
    it.may("statuses", Level::Read)?;
    let sha = commits::resolve(it, name)?;
    let latest = it.world.latest(it.id, &sha);
    let any = |state: &str| latest.iter().any(|status| status.state == state);
    let state = if any("error") || any("failure") {
        "failure"
    } else if any("pending") || latest.is_empty() {
        "pending"
    } else {
        "success"
    };
    let (from, size, number) = wanted(it);
    let shown = latest.iter().skip(from).take(size);
    let value = json!({
        "state": state,
        "statuses": shown.map(|status| it.world.status_json(status)).collect::<Vec<_>>(),
        "sha": sha,
        "total_count": latest.len(),
        "repository": it.world.repository_json(it.id),
        "commit_url": format!("{}/commits/{sha}", it.api()),
        "url": format!("{}/commits/{sha}/status", it.api()),
    });
    Ok(linked(it, Answer::ok(&value), latest.len(), size, number))
}
