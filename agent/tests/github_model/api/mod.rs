//! The REST API: which handler a call belongs to, and what all calls have in common.

mod activity;
mod branches;
mod commits;
mod compare;
mod contents;
mod deliveries;
mod hooks;
mod paging;
mod protection;
mod pulls;
mod repositories;
mod repository;
mod statuses;

use super::answer::{Answer, Answered};
use super::asked::Asked;
use super::check;
use super::pushing::Try;
use super::state::World;
use super::token::Level;
use serde_json::json;

/// What a handler works with.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) asked: &'a Asked,
    /// The repository that is spoken of.
    pub(crate) id: u64,
    /// Merges to try later because of this call.
    pub(crate) tries: &'a mut Vec<Try>,
}

impl Context<'_> {
    /// See [`World::may`].
    pub(crate) fn may(&self, permission: &str, level: Level) -> Result<(), Answer> {
        self.world.may(self.asked, self.id, permission, level)
    }

    /// The body, held against its fields; unknown ones are complained about.
    pub(crate) fn body(
        &mut self,
        fields: &[check::Field],
        resource: &str,
    ) -> Result<serde_json::Map<String, serde_json::Value>, Answer> {
        let body = self.asked.object()?;
        for unknown in check::fields(&body, fields, resource)? {
            self.world.complaints.push(format!(
                "{} {}: GitHub knows no field `{unknown}`",
                self.asked.method, self.asked.path
            ));
        }
        Ok(body)
    }

    /// Who acts: the owner of the token.
    pub(crate) fn actor(&self) -> String {
        let token = self.asked.token.as_ref();
        token.map_or_else(|| "nobody".to_owned(), |token| token.login.clone())
    }

    /// Where the repository's part of the API is.
    pub(crate) fn api(&self) -> String {
        let name = self.world.repositories[&self.id].full_name();
        format!("{}/repos/{name}", self.world.api())
    }
}

/// Answers a call.
pub(crate) fn answer(world: &mut World, asked: &Asked, tries: &mut Vec<Try>) -> Answered {
    check::headers(asked)?;
    let segments = asked.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["user"]) => user(world, asked),
        ("POST", ["user", "repos"]) => repositories::create(world, asked, None),
        ("POST", ["orgs", owner, "repos"]) => repositories::create(world, asked, Some(owner)),
        ("GET", ["rate_limit"]) => Ok(Answer::ok(&json!({ "resources": {} }))),
        ("GET", ["meta"]) => Ok(Answer::ok(&json!({ "installed_version": "3.17.0" }))),
        (_, ["repos", owner, name, rest @ ..]) => {
            let Some(id) = world.find(owner, name) else {
                return elsewhere(world, asked, &format!("{owner}/{name}"), rest);
            };
            of_repository(
                &mut Context {
                    world,
                    asked,
                    id,
                    tries,
                },
                rest,
            )
        }
        (_, ["repositories", id, rest @ ..]) => {
            let id = id
                .parse()
                .ok()
                .filter(|id| world.repositories.contains_key(id));
            let id = id.ok_or_else(Answer::not_found)?;
            of_repository(
                &mut Context {
                    world,
                    asked,
                    id,
                    tries,
                },
                rest,
            )
        }
        _ => Err(unknown(world, asked)),
    }
}

fn of_repository(it: &mut Context<'_>, rest: &[&str]) -> Answered {
    // What may not even be seen is not there.
    it.may("metadata", Level::Read)?;
    match (it.asked.method.as_str(), rest) {
        ("GET", []) => repository::get(it),
        ("GET", ["contents", path @ ..]) => contents::get(it, &path.join("/")),
        ("GET", ["activity"]) => activity::list(it),
        ("GET", ["branches"]) => branches::list(it),
        (_, ["branches", branch @ .., "protection"]) => protection::whole(it, &branch.join("/")),
        (
            _,
            [
                "branches",
                branch @ ..,
                "protection",
                "required_status_checks",
            ],
        ) => protection::required(it, &branch.join("/")),
        (
            _,
            [
                "branches",
                branch @ ..,
                "protection",
                "required_status_checks",
                "contexts",
            ],
        ) => protection::contexts(it, &branch.join("/")),
        ("GET", ["branches", branch @ ..]) => branches::get(it, &branch.join("/")),
        ("GET", ["tags"]) => branches::tags(it),
        ("GET", ["git", "ref", name @ ..]) => branches::reference(it, &name.join("/")),
        ("GET", ["git", "matching-refs", name @ ..]) => branches::matching(it, &name.join("/")),
        ("POST", ["statuses", sha]) => statuses::create(it, sha),
        ("GET", ["commits"]) => commits::list(it),
        ("GET", ["commits", name @ .., "status"]) => statuses::combined(it, &name.join("/")),
        ("GET", ["commits", name @ .., "statuses"]) => statuses::list(it, &name.join("/")),
        ("GET", ["commits", name @ ..]) => commits::get(it, &name.join("/")),
        ("GET", ["compare", range @ ..]) => compare::get(it, &range.join("/")),
        ("GET", ["pulls"]) => pulls::list(it),
        ("POST", ["pulls"]) => pulls::create(it),
        ("GET", ["pulls", number]) => pulls::get(it, number),
        ("GET", ["pulls", number, "files"]) => pulls::files(it, number),
        ("PUT", ["pulls", number, "merge"]) => pulls::merge(it, number),
        ("GET", ["hooks"]) => hooks::list(it),
        ("POST", ["hooks"]) => hooks::create(it),
        (_, ["hooks", hook, rest @ ..]) => of_hook(it, hook, rest),
        _ => Err(unknown(it.world, it.asked)),
    }
}

fn of_hook(it: &mut Context<'_>, hook: &str, rest: &[&str]) -> Answered {
    let writes = it.asked.method != "GET";
    it.may(
        "repository_hooks",
        if writes { Level::Write } else { Level::Read },
    )?;
    let hook = hook.parse().ok().and_then(|hook| it.world.hooks.get(&hook));
    let hook = hook
        .filter(|hook| hook.repository == it.id)
        .cloned()
        .ok_or_else(Answer::not_found)?;
    match (it.asked.method.as_str(), rest) {
        ("GET", []) => Ok(Answer::ok(&it.world.hook_json(&hook))),
        ("PATCH", []) => hooks::change(it, hook),
        ("DELETE", []) => hooks::delete(it, hook.id),
        ("POST", ["pings"]) => hooks::ping(it, hook.id),
        ("GET", ["deliveries"]) => deliveries::list(it, hook.id),
        ("GET", ["deliveries", delivery]) => deliveries::get(it, &hook, delivery),
        ("POST", ["deliveries", delivery, "attempts"]) => deliveries::again(it, hook.id, delivery),
        _ => Err(unknown(it.world, it.asked)),
    }
}

fn user(world: &World, asked: &Asked) -> Answered {
    match &asked.token {
        Some(token) => Ok(Answer::ok(&world.user_json(&token.login))),
        None => Err(Answer::refuse(401, "Requires authentication")),
    }
}

/// A repository that has moved, or is none.
fn elsewhere(world: &World, asked: &Asked, name: &str, rest: &[&str]) -> Answered {
    let id = world
        .moved
        .get(&name.to_lowercase())
        .ok_or_else(Answer::not_found)?;
    world.may(asked, *id, "metadata", Level::Read)?;
    let mut url = format!("{}/repositories/{id}", world.api());
    for part in rest {
        url.push('/');
        url.extend(url::form_urlencoded::byte_serialize(part.as_bytes()));
    }
    if !asked.query.is_empty() {
        url.push('?');
        url.push_str(&asked.query);
    }
    let code = if asked.method == "GET" { 301 } else { 307 };
    let word = if code == 301 {
        "Moved Permanently"
    } else {
        "Temporary Redirect"
    };
    let body =
        json!({ "message": word, "url": url, "documentation_url": "https://docs.github.com/rest" });
    Err(Answer::json(code, &body).header("location", url.clone()))
}

/// A call that the model does not know fails the test: either the caller is wrong, or the model
/// has to learn it.
fn unknown(world: &mut World, asked: &Asked) -> Answer {
    world.complaints.push(format!(
        "the model knows no call {} {}",
        asked.method, asked.path
    ));
    Answer::not_found()
}
