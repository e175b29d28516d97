//! What follows from a push: events, pull requests that have a new head or a new base.

use super::git::ZERO;
use super::payload::RefChange;
use super::state::{World, now};

/// GitHub makes no event when more tags than this come at once.
pub(crate) const MAX_TAGS: usize = 3;

/// A merge to try after [`World::merge_delay`]: repository, number, generation.
pub(crate) type Try = (u64, u64, u64);

/// One move of a branch, as GitHub remembers it.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) id: u64,
    pub(crate) repository: u64,
    pub(crate) reference: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) actor: String,
    pub(crate) time: String,
}

impl Move {
    /// GitHub's word for it.
    pub(crate) fn kind(&self) -> &'static str {
        match (self.before == ZERO, self.after == ZERO) {
            (true, _) => "branch_creation",
            (_, true) => "branch_deletion",
            _ => "push",
        }
    }
}

impl World {
    /// Tells everybody of changed refs. Returns the merges to try.
    pub(crate) fn pushed(&mut self, id: u64, actor: &str, changes: &[RefChange]) -> Vec<Try> {
        self.user(actor);
        self.touch(id);
        let tags = changes
            .iter()
            .filter(|it| it.reference.starts_with("refs/tags/"))
            .count();
        let mut tries = Vec::new();
        for change in changes {
            let branch = change.reference.strip_prefix("refs/heads/");
            if branch.is_some() || tags <= MAX_TAGS {
                self.push_event(id, actor, change);
            }
            if let Some(branch) = branch {
                self.remember(id, actor, change);
                tries.extend(self.move_pulls(id, actor, branch, change));
            }
        }
        tries
    }

    fn remember(&mut self, repository: u64, actor: &str, change: &RefChange) {
        let id = self.moves.len() as u64 + 1;
        self.moves.push(Move {
            id,
            repository,
            reference: change.reference.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            actor: actor.to_owned(),
            time: now(),
        });
    }

    fn move_pulls(&mut self, id: u64, actor: &str, branch: &str, change: &RefChange) -> Vec<Try> {
        let open = |it: &&super::pull::Pull| it.open;
        let heads: Vec<(u64, u64)> = self
            .pulls
            .iter()
            .filter(|(_, it)| open(it) && it.head_repository == id && it.head_branch == branch)
            .map(|(key, _)| *key)
            .collect();
        let bases: Vec<(u64, u64)> = self
            .pulls
            .iter()
            .filter(|((base, _), it)| open(it) && *base == id && it.base_branch == branch)
            .map(|(key, _)| *key)
            .collect();
        let mut tries = Vec::new();
        for (base, number) in heads {
            if change.after == ZERO {
                self.pull_mut(base, number).open = false;
                self.pull_event(base, number, (actor, "closed"), &[]);
                continue;
            }
            self.pull_mut(base, number)
                .head_sha
                .clone_from(&change.after);
            tries.push(self.refresh(base, number));
            let extra = [
                ("before", change.before.clone().into()),
                ("after", change.after.clone().into()),
            ];
            self.pull_event(base, number, (actor, "synchronize"), &extra);
        }
        if change.after != ZERO {
            // A new base makes no event, only another merge.
            for (base, number) in bases {
                tries.push(self.refresh(base, number));
            }
        }
        tries
    }
}
