//! Webhooks.

use super::super::answer::{Answer, Answered};
use super::super::check::{Field, Kind, fields, is_web_url, optional, required};
use super::super::hooks::Hook;
use super::super::state::now;
use super::super::token::Level;
use super::Context;
use super::paging::page;
use serde_json::{Map, Value};

const CREATE: [Field; 4] = [
    optional("name", Kind::Text),
    optional("config", Kind::Object),
    optional("events", Kind::Texts),
    optional("active", Kind::Flag),
];

const CHANGE: [Field; 5] = [
    optional("config", Kind::Object),
    optional("events", Kind::Texts),
    optional("add_events", Kind::Texts),
    optional("remove_events", Kind::Texts),
    optional("active", Kind::Flag),
];

/// `insecure_ssl` may be a number too, which the model does not take.
const CONFIG: [Field; 4] = [
    required("url", Kind::Text),
    optional("content_type", Kind::Text),
    optional("secret", Kind::Text),
    optional("insecure_ssl", Kind::Text),
];

/// Events of repositories that GitHub knows; the model makes the first six.
const EVENTS: [&str; 15] = [
    "push",
    "pull_request",
    "create",
    "delete",
    "repository",
    "*",
    "check_run",
    "check_suite",
    "commit_comment",
    "issue_comment",
    "member",
    "public",
    "release",
    "status",
    "workflow_run",
];

pub(crate) fn list(it: &Context<'_>) -> Answered {
    it.may("repository_hooks", Level::Read)?;
    let hooks = it
        .world
        .hooks
        .values()
        .filter(|hook| hook.repository == it.id);
    let all: Vec<Value> = hooks.map(|hook| it.world.hook_json(hook)).collect();
    Ok(page(it, &all))
}

pub(crate) fn create(it: &mut Context<'_>) -> Answered {
    it.may("repository_hooks", Level::Write)?;
    let body = it.body(&CREATE, "Hook")?;
    if body.get("name").is_some_and(|name| name != "web") {
        return Err(Answer::invalid(
            "Hook",
            "name",
            "invalid",
            "name must be `web`",
        ));
    }
    let Some(Value::Object(config)) = body.get("config") else {
        return Err(Answer::invalid("Hook", "config", "missing_field", ""));
    };
    let mut hook = Hook {
        id: it.world.fresh_id(),
        repository: it.id,
        url: String::new(),
        secret: None,
        content_type: "form".to_owned(),
        insecure_ssl: "0".to_owned(),
        events: vec!["push".to_owned()],
        active: body.get("active") != Some(&Value::Bool(false)),
        created_at: now(),
        updated_at: now(),
    };
    configure(it, &mut hook, config)?;
    if let Some(events) = events(&body, "events")? {
        hook.events = events;
    }
    let same = |other: &&Hook| other.repository == it.id && other.url == hook.url;
    if it.world.hooks.values().any(|other| same(&other)) {
        return Err(Answer::invalid(
            "Hook",
            "url",
            "custom",
            "Hook already exists on this repository",
        ));
    }
    let id = hook.id;
    let actor = it.actor();
    it.world.hooks.insert(id, hook);
    it.world.ping(id, &actor);
    let value = it.world.hook_json(&it.world.hooks[&id]);
    let url = value["url"].as_str().unwrap_or_default().to_owned();
    Ok(Answer::json(201, &value).header("location", url))
}

pub(crate) fn change(it: &mut Context<'_>, mut hook: Hook) -> Answered {
    let body = it.body(&CHANGE, "Hook")?;
    if let Some(Value::Object(config)) = body.get("config") {
        // As on GitHub, a config that is given replaces the whole one: no secret, none from then on.
        hook.secret = None;
        configure(it, &mut hook, config)?;
    }
    if let Some(events) = events(&body, "events")? {
        hook.events = events;
    }
    hook.events
        .extend(events(&body, "add_events")?.unwrap_or_default());
    let gone = events(&body, "remove_events")?.unwrap_or_default();
    hook.events.retain(|event| !gone.contains(event));
    hook.events.sort();
    hook.events.dedup();
    if let Some(active) = body.get("active").and_then(Value::as_bool) {
        hook.active = active;
    }
    hook.updated_at = now();
    let answer = Answer::ok(&it.world.hook_json(&hook));
    it.world.hooks.insert(hook.id, hook);
    Ok(answer)
}

pub(crate) fn delete(it: &mut Context<'_>, hook: u64) -> Answered {
    it.world.hooks.remove(&hook);
    Ok(Answer::empty(204))
}

pub(crate) fn ping(it: &mut Context<'_>, hook: u64) -> Answered {
    let actor = it.actor();
    it.world.ping(hook, &actor);
    Ok(Answer::empty(204))
}

fn configure(
    it: &mut Context<'_>,
    hook: &mut Hook,
    config: &Map<String, Value>,
) -> Result<(), Answer> {
    for unknown in fields(config, &CONFIG, "Hook")? {
        it.world
            .complaints
            .push(format!("a hook's config has no field `{unknown}`"));
    }
    let text = |name: &str| config.get(name).and_then(Value::as_str).map(str::to_owned);
    hook.url = text("url").unwrap_or_default();
    if !is_web_url(&hook.url) {
        return Err(Answer::invalid(
            "Hook",
            "url",
            "custom",
            "url must be a valid URL",
        ));
    }
    if let Some(kind) = text("content_type") {
        if !["json", "form"].contains(&kind.as_str()) {
            return Err(Answer::invalid("Hook", "content_type", "invalid", ""));
        }
        hook.content_type = kind;
    }
    if let Some(insecure) = text("insecure_ssl") {
        hook.insecure_ssl = insecure;
    }
    // A masked secret that is sent back would become the secret, as on GitHub.
    hook.secret = text("secret")
        .filter(|secret| !secret.is_empty())
        .or(hook.secret.take());
    Ok(())
}

fn events(body: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, Answer> {
    let Some(Value::Array(list)) = body.get(name) else {
        return Ok(None);
    };
    let events: Vec<String> = list
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    match events
        .iter()
        .find(|event| !EVENTS.contains(&event.as_str()))
    {
        Some(unknown) => Err(Answer::invalid(
            "Hook",
            name,
            "custom",
            &format!("The following event is not valid: {unknown}"),
        )),
        None => Ok(Some(events)),
    }
}
