//! What owners do with a repository as a whole.

use super::super::hooks::Hook;
use super::super::repository::{Protection, Required};
use super::super::state::now;
use super::Repo;
use serde_json::{Value, json};
use std::sync::Arc;

impl Repo {
    /// Another name for it; the old one redirects.
    pub(crate) fn rename(&self, name: &str) {
        self.shared.change(|world| {
            let old = world.repositories[&self.id].clone();
            world.move_to(self.id, &old.owner, name);
            let changes = json!({ "repository": { "name": { "from": old.name } } });
            world.repository_event(self.id, &self.actor, "renamed", &changes);
        });
    }

    /// Another owner for it; the old name redirects.
    pub(crate) fn transfer(&self, owner: &str) {
        self.shared.change(|world| {
            let old = world.repositories[&self.id].clone();
            let from = world.user_json(&old.owner);
            world.move_to(self.id, owner, &old.name);
            let changes = json!({ "owner": { "from": { "user": from } } });
            world.repository_event(self.id, &self.actor, "transferred", &changes);
        });
    }

    pub(crate) fn privatize(&self) {
        self.set_private(true);
    }

    pub(crate) fn publicize(&self) {
        self.set_private(false);
    }

    fn set_private(&self, private: bool) {
        self.shared.change(|world| {
            if let Some(repository) = world.repositories.get_mut(&self.id) {
                repository.private = private;
            }
            let action = if private { "privatized" } else { "publicized" };
            world.repository_event(self.id, &self.actor, action, &Value::Null);
        });
    }

    /// It is gone.
    pub(crate) fn delete(&self) {
        self.shared.change(|world| {
            world.repository_event(self.id, &self.actor, "deleted", &Value::Null);
            world.repositories.remove(&self.id);
        });
    }

    /// Somebody's fork, made when there is none.
    pub(crate) fn fork(&self, login: &str) -> Self {
        let id = self.shared.change(|world| {
            let name = world.repositories[&self.id].name.clone();
            world
                .find(login, &name)
                .unwrap_or_else(|| world.create(&format!("{login}/{name}"), Some(self.id)))
        });
        Self::new(Arc::clone(&self.shared), id, login)
    }

    /// Nothing is merged into the branch without success of these contexts.
    pub(crate) fn protect(&self, branch: &str, contexts: &[&str]) {
        let contexts = contexts
            .iter()
            .map(|context| (*context).to_owned())
            .collect();
        let required = Some(Required {
            strict: false,
            contexts,
        });
        self.shared.change(|world| {
            if let Some(repository) = world.repositories.get_mut(&self.id) {
                repository.protection.insert(
                    branch.to_owned(),
                    Protection {
                        required,
                        ..Protection::default()
                    },
                );
            }
        });
    }

    /// The contexts that the branch waits for.
    pub(crate) fn required_contexts(&self, branch: &str) -> Vec<String> {
        self.shared.with(|world| {
            let protection = world.repositories[&self.id].protection.get(branch);
            let required = protection.and_then(|it| it.required.clone());
            required.map(|it| it.contexts).unwrap_or_default()
        })
    }

    /// Its webhooks.
    pub(crate) fn hooks(&self) -> Vec<Hook> {
        self.shared.with(|world| {
            let mine = |hook: &&Hook| hook.repository == self.id;
            world.hooks.values().filter(mine).cloned().collect()
        })
    }

    /// A webhook for `push`, `pull_request`, `create`, `delete` and `repository`, without a ping.
    pub(crate) fn add_hook(&self, url: &str, secret: &str) -> u64 {
        self.shared.change(|world| {
            let id = world.fresh_id();
            let events = ["push", "pull_request", "create", "delete", "repository"];
            let hook = Hook {
                id,
                repository: self.id,
                url: url.to_owned(),
                secret: Some(secret.to_owned()),
                content_type: "json".to_owned(),
                insecure_ssl: "0".to_owned(),
                events: events.map(str::to_owned).into(),
                active: true,
                created_at: now(),
                updated_at: now(),
            };
            world.hooks.insert(id, hook);
            id
        })
    }
}
