//! A pull request from its opening on.

use super::pull::Pull;
use super::pushing::Try;
use super::state::{World, now};

/// What somebody asks for.
pub(crate) struct Opening<'a> {
    /// The repository it is for, and the branch.
    pub(crate) base: (u64, &'a str),
    /// Where the commits come from.
    pub(crate) head: (u64, &'a str),
    pub(crate) title: &'a str,
    pub(crate) draft: bool,
    pub(crate) actor: &'a str,
}

impl World {
    /// Opens it. Its number, and the merge to try.
    ///
    /// # Panics
    /// If one of the branches is not there.
    pub(crate) fn open_pull(&mut self, it: &Opening<'_>) -> (u64, Vec<Try>) {
        let sha = |(id, branch): (u64, &str)| {
            let repository = &self.repositories[&id];
            let sha = repository.git.resolve(branch);
            sha.unwrap_or_else(|| panic!("{} has no `{branch}`", repository.full_name()))
        };
        let (head_sha, base_sha) = (sha(it.head), sha(it.base));
        let (base, base_branch) = it.base;
        let id = self.fresh_id();
        let repository = self.repositories.get_mut(&base);
        let number = repository.map_or(0, |it| {
            it.last_number += 1;
            it.last_number
        });
        let pull = Pull {
            id,
            number,
            title: it.title.to_owned(),
            user: it.actor.to_owned(),
            base_branch: base_branch.to_owned(),
            base_sha,
            head_repository: it.head.0,
            head_branch: it.head.1.to_owned(),
            head_sha,
            open: true,
            draft: it.draft,
            merged: false,
            mergeable: None,
            merge_commit: None,
            created_at: now(),
            updated_at: now(),
            generation: 0,
        };
        self.pulls.insert((base, number), pull);
        let tries = vec![self.refresh(base, number)];
        self.pull_event(base, number, (it.actor, "opened"), &[]);
        (number, tries)
    }
}
