//! Repositories, and what happens to them as a whole.

use super::super::state::{World, now};
use serde_json::{Value, json};

/// Addresses of a repository's parts, below its own.
const URLS: [(&str, &str); 9] = [
    ("hooks_url", "/hooks"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("statuses_url", "/statuses/{sha}"),
    ("commits_url", "/commits{/sha}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("pulls_url", "/pulls{/number}"),
];

/// What is the same for every repository of the model.
const FLAGS: [(&str, bool); 8] = [
    ("has_issues", true),
    ("has_projects", true),
    ("has_wiki", true),
    ("has_pages", false),
    ("archived", false),
    ("disabled", false),
    ("allow_forking", true),
    ("is_template", false),
];

impl World {
    /// A repository as the API and most payloads show it.
    pub(crate) fn repository_json(&self, id: u64) -> Value {
        let it = &self.repositories[&id];
        let name = it.full_name();
        let html = format!("{}/{name}", self.web);
        let api = format!("{}/repos/{name}", self.api());
        let mut value = json!({
            "id": id,
            "node_id": format!("R_{id}"),
            "name": it.name,
            "full_name": name,
            "private": it.private,
            "owner": self.user_json(&it.owner),
            "description": Value::Null,
            "fork": it.parent.is_some(),
            "created_at": it.created_at,
            "updated_at": it.pushed_at,
            "pushed_at": it.pushed_at,
            "language": Value::Null,
            "forks_count": self.repositories.values().filter(|fork| fork.parent == Some(id)).count(),
            "mirror_url": Value::Null,
            "license": Value::Null,
            "topics": [],
            "visibility": if it.private { "private" } else { "public" },
            "default_branch": it.default_branch,
            "url": api,
            "html_url": html,
            "clone_url": format!("{html}.git"),
            "git_url": format!("{}.git", html.replace("http:", "git:")),
            "ssh_url": format!("git@127.0.0.1:{name}.git"),
            "svn_url": html,
        });
        for (field, path) in URLS {
            value[field] = format!("{api}{path}").into();
        }
        for field in [
            "size",
            "stargazers_count",
            "watchers_count",
            "open_issues_count",
        ] {
            value[field] = 0.into();
        }
        for (field, flag) in FLAGS {
            value[field] = flag.into();
        }
        value
    }

    /// `repository` with an action: renamed, transferred, privatized, publicized.
    pub(crate) fn repository_event(&mut self, id: u64, actor: &str, action: &str, changes: &Value) {
        let mut payload = json!({
            "action": action,
            "repository": self.repository_json(id),
            "sender": self.user_json(actor),
        });
        if !changes.is_null() {
            payload["changes"] = changes.clone();
        }
        self.emit(id, "repository", Some(action), &payload);
    }

    /// What a new hook gets at once.
    pub(crate) fn ping(&mut self, hook: u64, actor: &str) {
        let it = &self.hooks[&hook];
        let payload = json!({
            "zen": "Half measures are as bad as nothing at all.",
            "hook_id": hook,
            "hook": self.hook_json(it),
            "repository": self.repository_json(it.repository),
            "sender": self.user_json(actor),
        });
        self.deliver(hook, "ping", None, &payload);
    }

    /// `create` or `delete` of a branch or tag, beside the push itself.
    pub(crate) fn ref_event(&mut self, id: u64, actor: &str, event: &str, reference: &str) {
        let (kind, name) = match reference.strip_prefix("refs/tags/") {
            Some(tag) => ("tag", tag),
            None => ("branch", reference.trim_start_matches("refs/heads/")),
        };
        let mut payload = json!({
            "ref": name,
            "ref_type": kind,
            "pusher_type": "user",
            "repository": self.repository_json(id),
            "sender": self.user_json(actor),
        });
        if event == "create" {
            payload["master_branch"] = self.repositories[&id].default_branch.clone().into();
            payload["description"] = Value::Null;
        }
        self.emit(id, event, None, &payload);
    }

    pub(crate) fn touch(&mut self, id: u64) {
        if let Some(repository) = self.repositories.get_mut(&id) {
            repository.pushed_at = now();
        }
    }
}
