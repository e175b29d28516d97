//! Branch protection, as far as statuses go. What else was set is kept and given back.

use super::super::answer::{Answer, Answered};
use super::super::check::{Field, Kind, fields, optional, required as must};
use super::super::repository::{Protection, Required};
use super::super::token::Level;
use super::Context;
use serde_json::{Map, Value, json};

/// GitHub asks for these four even where they are null.
const WHOLE: [Field; 4] = [
    must("required_status_checks", Kind::Object).or_null(),
    must("enforce_admins", Kind::Flag).or_null(),
    must("required_pull_request_reviews", Kind::Object).or_null(),
    must("restrictions", Kind::Object).or_null(),
];

/// Switches that may be left out, and are off then.
const SWITCHES: [&str; 7] = [
    "required_linear_history",
    "allow_force_pushes",
    "allow_deletions",
    "block_creations",
    "required_conversation_resolution",
    "lock_branch",
    "allow_fork_syncing",
];

const CHECKS: [Field; 3] = [
    optional("strict", Kind::Flag),
    optional("contexts", Kind::Texts),
    optional("checks", Kind::Objects),
];

/// `GET`, `PUT` and `DELETE …/branches/{branch}/protection`.
pub(crate) fn whole(it: &mut Context<'_>, branch: &str) -> Answered {
    check(it, branch)?;
    match it.asked.method.as_str() {
        "GET" => {
            let protection = of(it, branch)?;
            Ok(Answer::ok(&whole_json(it, branch, &protection)))
        }
        "PUT" => {
            let switches = SWITCHES.map(|name| optional(name, Kind::Flag).or_null());
            let body = it.body(&[&WHOLE[..], &switches].concat(), "ProtectedBranch")?;
            let protection = Protection {
                required: match body.get("required_status_checks") {
                    Some(Value::Object(checks)) => Some(from(checks, None)?),
                    _ => None,
                },
                enforce_admins: body.get("enforce_admins") == Some(&Value::Bool(true)),
                reviews: body["required_pull_request_reviews"].clone(),
                restrictions: body["restrictions"].clone(),
                switches: SWITCHES
                    .into_iter()
                    .filter(|name| body.get(*name) == Some(&Value::Bool(true)))
                    .collect(),
            };
            let answer = Answer::ok(&whole_json(it, branch, &protection));
            all(it).insert(branch.to_owned(), protection);
            Ok(answer)
        }
        "DELETE" => {
            of(it, branch)?;
            all(it).remove(branch);
            Ok(Answer::empty(204))
        }
        _ => Err(super::unknown(it.world, it.asked)),
    }
}

/// `GET`, `PATCH` and `DELETE …/protection/required_status_checks`.
pub(crate) fn required(it: &mut Context<'_>, branch: &str) -> Answered {
    check(it, branch)?;
    let mut protection = of(it, branch)?;
    let present = protection.required.clone();
    match it.asked.method.as_str() {
        "GET" => Ok(Answer::ok(&required_json(
            it,
            branch,
            &present.ok_or_else(off)?,
        ))),
        "PATCH" => {
            let body = it.body(&CHECKS, "ProtectedBranch")?;
            let required = from(&body, Some(present.ok_or_else(off)?))?;
            let answer = Answer::ok(&required_json(it, branch, &required));
            protection.required = Some(required);
            all(it).insert(branch.to_owned(), protection);
            Ok(answer)
        }
        "DELETE" => {
            protection.required = None;
            all(it).insert(branch.to_owned(), protection);
            Ok(Answer::empty(204))
        }
        _ => Err(super::unknown(it.world, it.asked)),
    }
}

/// `GET`, `POST` (add), `PUT` (replace) and `DELETE …/required_status_checks/contexts`.
pub(crate) fn contexts(it: &mut Context<'_>, branch: &str) -> Answered {
    check(it, branch)?;
    let mut protection = of(it, branch)?;
    let mut required = protection.required.take().ok_or_else(off)?;
    if it.asked.method != "GET" {
        let named = match serde_json::from_slice::<Vec<String>>(&it.asked.body) {
            // GitHub takes the bare list too.
            Ok(list) => list,
            Err(_) => {
                let body = it.body(&[must("contexts", Kind::Texts)], "ProtectedBranch")?;
                texts(body.get("contexts"))
            }
        };
        match it.asked.method.as_str() {
            "POST" => required.contexts.extend(named),
            "PUT" => required.contexts = named,
            "DELETE" => required.contexts.retain(|context| !named.contains(context)),
            _ => return Err(super::unknown(it.world, it.asked)),
        }
        required.contexts.sort();
        required.contexts.dedup();
    }
    let answer = Answer::ok(&json!(required.contexts));
    protection.required = Some(required);
    all(it).insert(branch.to_owned(), protection);
    Ok(answer)
}

fn check(it: &Context<'_>, branch: &str) -> Result<(), Answer> {
    let writes = it.asked.method != "GET";
    it.may(
        "administration",
        if writes { Level::Write } else { Level::Read },
    )?;
    let there = it.world.repositories[&it.id]
        .git
        .sha(&format!("refs/heads/{branch}"));
    there
        .map(|_| ())
        .ok_or_else(|| Answer::refuse(404, "Branch not found"))
}

fn of(it: &Context<'_>, branch: &str) -> Result<Protection, Answer> {
    let found = it.world.repositories[&it.id].protection.get(branch);
    found
        .cloned()
        .ok_or_else(|| Answer::refuse(404, "Branch not protected"))
}

fn off() -> Answer {
    Answer::refuse(404, "Required status checks not enabled")
}

fn all<'a>(it: &'a mut Context<'_>) -> &'a mut std::collections::BTreeMap<String, Protection> {
    match it.world.repositories.get_mut(&it.id) {
        Some(repository) => &mut repository.protection,
        None => unreachable!("the call was found to belong to this repository"),
    }
}

/// `checks` wins over `contexts`, which GitHub calls deprecated; one of them there must be.
fn from(body: &Map<String, Value>, present: Option<Required>) -> Result<Required, Answer> {
    fields(body, &CHECKS, "ProtectedBranch")?;
    let new = present.is_none();
    let mut required = present.unwrap_or_default();
    if new
        && !(body.contains_key("strict")
            && (body.contains_key("contexts") || body.contains_key("checks")))
    {
        let message =
            "Invalid request.\n\n\"strict\" and \"contexts\" or \"checks\" weren't supplied.";
        return Err(Answer::refuse(422, message));
    }
    if let Some(strict) = body.get("strict").and_then(Value::as_bool) {
        required.strict = strict;
    }
    if let Some(contexts) = body.get("contexts") {
        required.contexts = texts(Some(contexts));
    }
    if let Some(Value::Array(checks)) = body.get("checks") {
        required.contexts = checks
            .iter()
            .flat_map(|check| check["context"].as_str().map(str::to_owned))
            .collect();
    }
    required.contexts.sort();
    required.contexts.dedup();
    Ok(required)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn whole_json(it: &Context<'_>, branch: &str, protection: &Protection) -> Value {
    let url = format!("{}/branches/{branch}/protection", it.api());
    let mut value = json!({
        "url": url,
        "enforce_admins": { "url": format!("{url}/enforce_admins"), "enabled": protection.enforce_admins },
    });
    for name in SWITCHES {
        value[name] = json!({ "enabled": protection.switches.contains(&name) });
    }
    if let Some(required) = &protection.required {
        value["required_status_checks"] = required_json(it, branch, required);
    }
    for (name, kept) in [
        ("required_pull_request_reviews", &protection.reviews),
        ("restrictions", &protection.restrictions),
    ] {
        if !kept.is_null() {
            value[name] = shown(kept, &format!("{url}/{name}"));
        }
    }
    value
}

/// People, teams and apps are set by name, and shown as what they are.
fn shown(kept: &Value, url: &str) -> Value {
    let Value::Object(fields) = kept else {
        return kept.clone();
    };
    let mut value = json!({ "url": url });
    for (name, field) in fields {
        let key = if name == "users" { "login" } else { "slug" };
        value[name] = match (name.as_str(), field) {
            ("users" | "teams" | "apps", Value::Array(names)) => {
                names.iter().map(|name| json!({ key: name })).collect()
            }
            _ => shown(field, &format!("{url}/{name}")),
        };
    }
    value
}

fn required_json(it: &Context<'_>, branch: &str, required: &Required) -> Value {
    let url = format!(
        "{}/branches/{branch}/protection/required_status_checks",
        it.api()
    );
    let checks = required
        .contexts
        .iter()
        .map(|context| json!({ "context": context, "app_id": Value::Null }));
    json!({
        "url": url,
        "strict": required.strict,
        "contexts": required.contexts,
        "contexts_url": format!("{url}/contexts"),
        "checks": checks.collect::<Vec<_>>(),
    })
}
