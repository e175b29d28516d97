//! Repositories: their data, and their bare git repositories on the disk.

use super::git::Git;
use super::state::{World, now};
use serde_json::Value;
use std::collections::BTreeMap;

/// One repository.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(crate) id: u64,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) private: bool,
    /// The repository that this is a fork of.
    pub(crate) parent: Option<u64>,
    pub(crate) default_branch: String,
    pub(crate) created_at: String,
    pub(crate) pushed_at: String,
    /// By branch.
    pub(crate) protection: BTreeMap<String, Protection>,
    /// Issues and pull requests are numbered together.
    pub(crate) last_number: u64,
    pub(crate) git: Git,
}

/// The protection of one branch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Protection {
    pub(crate) required: Option<Required>,
    pub(crate) enforce_admins: bool,
    /// As set; the model keeps it, and shows it as GitHub does.
    pub(crate) reviews: Value,
    pub(crate) restrictions: Value,
    /// The switches that are on, `required_linear_history` for one.
    pub(crate) switches: Vec<&'static str>,
}

/// Statuses without which nothing is merged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Required {
    /// The head must contain the base.
    pub(crate) strict: bool,
    pub(crate) contexts: Vec<String>,
}

impl Repository {
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

impl World {
    /// The repository of that name, in whatever case.
    pub(crate) fn find(&self, owner: &str, name: &str) -> Option<u64> {
        self.repositories
            .values()
            .find(|it| it.owner.eq_ignore_ascii_case(owner) && it.name.eq_ignore_ascii_case(name))
            .map(|it| it.id)
    }

    /// A new repository `owner/name`.
    ///
    /// # Panics
    /// If the name is no such name, or taken.
    pub(crate) fn create(&mut self, full_name: &str, parent: Option<u64>) -> u64 {
        let (owner, name) = full_name
            .split_once('/')
            .unwrap_or_else(|| panic!("`{full_name}` is not owner/name"));
        assert!(
            self.find(owner, name).is_none(),
            "{full_name} is there already"
        );
        self.moved.remove(&full_name.to_lowercase());
        self.user(owner);
        let id = self.fresh_id();
        let git = Git::create(&self.folder.join(format!("{id}.git")));
        let default_branch = parent.map_or_else(
            || "main".to_owned(),
            |parent| self.repositories[&parent].default_branch.clone(),
        );
        if let Some(parent) = parent {
            git.copy_branches(&self.repositories[&parent].git);
        }
        let repository = Repository {
            id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            private: parent.is_some_and(|parent| self.repositories[&parent].private),
            parent,
            default_branch,
            created_at: now(),
            pushed_at: now(),
            protection: BTreeMap::new(),
            last_number: 0,
            git,
        };
        self.repositories.insert(id, repository);
        id
    }

    /// Gives it another owner or name; the old one redirects from then on.
    pub(crate) fn move_to(&mut self, id: u64, owner: &str, name: &str) {
        self.user(owner);
        self.moved.remove(&format!("{owner}/{name}").to_lowercase());
        if let Some(repository) = self.repositories.get_mut(&id) {
            let old = repository.full_name().to_lowercase();
            owner.clone_into(&mut repository.owner);
            name.clone_into(&mut repository.name);
            self.moved.insert(old, id);
        }
    }
}
