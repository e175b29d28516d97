//! Pushes.

use super::super::git::ZERO;
use super::super::history::Commit;
use super::super::state::World;
use serde_json::{Value, json};

/// A ref that has changed. `before` or `after` is [`ZERO`] when it was made or deleted.
pub(crate) struct RefChange {
    pub(crate) reference: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// GitHub lists no more commits in a payload.
const MAX_COMMITS: usize = 2048;

impl World {
    /// `push`, and `create` or `delete` with it.
    pub(crate) fn push_event(&mut self, id: u64, actor: &str, change: &RefChange) {
        let git = self.repositories[&id].git.clone();
        let created = change.before == ZERO;
        let deleted = change.after == ZERO;
        let tag = change.reference.starts_with("refs/tags/");
        let forced = !created && !deleted && !git.is_ancestor(&change.before, &change.after);
        let commits: Vec<Commit> = if deleted || tag {
            Vec::new()
        } else {
            let mut range = vec![change.after.clone()];
            if created {
                let others = git.refs().into_iter().map(|(name, _)| name);
                let others = others
                    .filter(|name| name.starts_with("refs/heads/") && *name != change.reference);
                range.extend(others.map(|name| format!("^{name}")));
            } else {
                range.push(format!("^{}", change.before));
            }
            let range: Vec<&str> = range.iter().map(String::as_str).collect();
            git.log(&range, MAX_COMMITS).into_iter().rev().collect()
        };
        let head = git
            .sha(&change.after)
            .filter(|_| !deleted)
            .map(|sha| git.one(&sha));
        let base_ref = tag.then(|| self.branch_at(id, &change.after)).flatten();
        let compare = format!(
            "{}/{}/compare/{:.12}...{:.12}",
            self.web,
            self.repositories[&id].full_name(),
            change.before,
            change.after
        );
        let mut repository = self.repository_json(id);
        // Pushes alone give times as seconds and the owner with name and address.
        for time in ["created_at", "pushed_at"] {
            repository[time] = seconds(&repository[time]);
        }
        repository["owner"]["name"] = repository["owner"]["login"].clone();
        repository["owner"]["email"] = format!("{actor}@example.com").into();
        repository["master_branch"] = repository["default_branch"].clone();
        let payload = json!({
            "ref": change.reference,
            "before": change.before,
            "after": change.after,
            "repository": repository,
            "pusher": { "name": actor, "email": format!("{actor}@example.com") },
            "sender": self.user_json(actor),
            "created": created,
            "deleted": deleted,
            "forced": forced,
            "base_ref": base_ref,
            "compare": compare,
            "commits": commits.iter().map(|it| self.commit_json(id, it)).collect::<Vec<_>>(),
            "head_commit": head.map(|it| self.commit_json(id, &it)),
        });
        self.emit(id, "push", None, &payload);
        if created {
            self.ref_event(id, actor, "create", &change.reference);
        } else if deleted {
            self.ref_event(id, actor, "delete", &change.reference);
        }
    }

    /// The branch that a tag's commit is the head of.
    fn branch_at(&self, id: u64, sha: &str) -> Option<String> {
        let git = &self.repositories[&id].git;
        let commit = git.sha(sha)?;
        git.refs()
            .into_iter()
            .find(|(name, at)| name.starts_with("refs/heads/") && *at == commit)
            .map(|(name, _)| name)
    }

    /// A commit as pushes show it.
    fn commit_json(&self, id: u64, commit: &Commit) -> Value {
        let person = |(name, email): &(String, String)| {
            let mut person = json!({ "name": name, "email": email });
            // GitHub names the account only where it knows the address.
            if self.users.contains_key(name) {
                person["username"] = name.clone().into();
            }
            person
        };
        json!({
            "id": commit.sha,
            "tree_id": commit.tree,
            "distinct": true,
            "message": commit.message,
            "timestamp": commit.time,
            "url": format!("{}/{}/commit/{}", self.web, self.repositories[&id].full_name(), commit.sha),
            "author": person(&commit.author),
            "committer": person(&commit.committer),
            "added": commit.paths("added"),
            "removed": commit.paths("removed"),
            "modified": commit.paths("modified"),
        })
    }
}

fn seconds(time: &Value) -> Value {
    time.as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .map_or(Value::Null, |time| time.as_second().into())
}
