//! Making repositories.

use super::super::answer::{Answer, Answered};
use super::super::asked::Asked;
use super::super::check::{self, Field, Kind, optional, required};
use super::super::state::World;
use super::super::token::Level;
use serde_json::Value;

const CREATE: [Field; 4] = [
    required("name", Kind::Text),
    optional("description", Kind::Text).or_null(),
    optional("private", Kind::Flag),
    optional("auto_init", Kind::Flag),
];

/// `POST /user/repos`, and `POST /orgs/{org}/repos`.
pub(crate) fn create(world: &mut World, asked: &Asked, org: Option<&str>) -> Answered {
    let Some(token) = asked.token.clone() else {
        return Err(Answer::refuse(401, "Requires authentication"));
    };
    let owner = org.unwrap_or(&token.login);
    let body = asked.object()?;
    for unknown in check::fields(&body, &CREATE, "Repository")? {
        world.complaints.push(format!(
            "POST {}: GitHub knows no field `{unknown}`",
            asked.path
        ));
    }
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let full = format!("{owner}/{name}");
    if token.level("administration") < Level::Write || !token.reaches(&full) {
        let message = "Resource not accessible by personal access token";
        return Err(Answer::refuse(403, message));
    }
    let refuse = |message: &str| Err(Answer::invalid("Repository", "name", "custom", message));
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
        return refuse("name is invalid");
    }
    if world.find(owner, name).is_some() {
        return refuse("name already exists on this account");
    }
    let id = world.create(&full, None);
    let flag = |name: &str| body.get(name) == Some(&Value::Bool(true));
    if let Some(repository) = world.repositories.get_mut(&id) {
        repository.private = flag("private");
    }
    if flag("auto_init") {
        let git = &world.repositories[&id].git;
        let readme = format!("# {name}\n");
        let files = [("README.md", Some(readme.as_bytes()))];
        git.commit("main", None, &files, true, (owner, "Initial commit"));
    }
    let value = world.repository_json(id);
    let url = value["url"].as_str().unwrap_or_default().to_owned();
    Ok(Answer::json(201, &value).header("location", url))
}
