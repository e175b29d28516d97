//! Pull requests.

use super::super::opening::Opening;
use super::super::pull::Pull;
use super::Repo;
use serde_json::json;

/// One pull request.
#[derive(Clone)]
pub(crate) struct PullRequest {
    /// The repository that it is for.
    pub(crate) base: Repo,
    /// Where its commits come from.
    pub(crate) head: Repo,
    pub(crate) number: u64,
}

impl Repo {
    /// Asks for `head` to be merged into `base`.
    ///
    /// # Panics
    /// If one of the branches is not there.
    pub(crate) fn open_pull_request(&self, head: &str, base: &str, title: &str) -> PullRequest {
        self.open(self, (head, base), title, false)
    }

    /// The same as a draft.
    pub(crate) fn open_draft(&self, head: &str, base: &str, title: &str) -> PullRequest {
        self.open(self, (head, base), title, true)
    }

    /// Somebody forks the repository, unless they have, commits files to a branch of the fork, and
    /// asks for it to be merged into the default branch.
    pub(crate) fn open_pull_request_from_fork(
        &self,
        login: &str,
        branch: &str,
        files: &[(&str, &str)],
        title: &str,
    ) -> PullRequest {
        let fork = self.fork(login);
        fork.push(branch, files, title);
        self.open_pull_request_of(&fork, branch, title)
    }

    /// Asks for a branch of a fork to be merged into the default branch.
    pub(crate) fn open_pull_request_of(
        &self,
        fork: &Self,
        branch: &str,
        title: &str,
    ) -> PullRequest {
        self.open(fork, (branch, &self.default_branch()), title, false)
    }

    fn open(&self, head: &Self, (from, to): (&str, &str), title: &str, draft: bool) -> PullRequest {
        let opening = Opening {
            base: (self.id, to),
            head: (head.id, from),
            title,
            draft,
            actor: &head.actor,
        };
        let number = self.changing(|world| world.open_pull(&opening));
        PullRequest {
            base: self.clone(),
            head: head.clone(),
            number,
        }
    }

    /// The pull request of that number.
    pub(crate) fn pull_request(&self, number: u64) -> PullRequest {
        let head = self
            .shared
            .with(|world| world.pull_mut(self.id, number).head_repository);
        let owner = self
            .shared
            .with(|world| world.repositories.get(&head).map(|it| it.owner.clone()));
        let head = Self::new(self.shared.clone(), head, &owner.unwrap_or_default());
        PullRequest {
            base: self.clone(),
            head,
            number,
        }
    }
}

impl PullRequest {
    /// As it is now.
    pub(crate) fn now(&self) -> Pull {
        self.base
            .shared
            .with(|world| world.pull_mut(self.base.id, self.number).clone())
    }

    pub(crate) fn head_sha(&self) -> String {
        self.now().head_sha
    }

    /// Another commit on its head.
    pub(crate) fn synchronize(&self, files: &[(&str, &str)], message: &str) -> String {
        self.head.push(&self.now().head_branch, files, message)
    }

    /// Moves its head to a commit that is there already.
    pub(crate) fn go_back(&self, sha: &str) {
        self.head.move_branch(&self.now().head_branch, sha);
    }

    /// Waits until GitHub knows whether it can be merged; the merge commit, or none for a conflict.
    ///
    /// # Panics
    /// If that takes longer than the model's patience.
    pub(crate) async fn merge_commit(&self) -> Option<String> {
        let (base, number) = (self.base.id, self.number);
        let patience = self.base.shared.with(|world| world.patience);
        let known = self.base.shared.until(patience, move |world| {
            let pull = world.pull_mut(base, number);
            pull.mergeable.map(|_| pull.merge_commit.clone())
        });
        known
            .await
            .unwrap_or_else(|| panic!("nobody has tried the merge of #{number}"))
    }

    /// Presses the button once GitHub knows whether it can be merged. The merge commit.
    ///
    /// # Errors
    /// GitHub's refusal.
    pub(crate) async fn merge(&self) -> Result<String, String> {
        self.merge_commit().await;
        let (base, actor) = (self.base.id, self.base.actor.clone());
        let done = self
            .base
            .shared
            .change(|world| world.merge(base, self.number, &actor));
        let (sha, tries) = done?;
        self.base.shared.try_merges(tries);
        Ok(sha)
    }

    pub(crate) fn close(&self) {
        self.act("closed", |pull| pull.open = false);
    }

    pub(crate) fn reopen(&self) {
        self.act("reopened", |pull| pull.open = true);
    }

    pub(crate) fn ready_for_review(&self) {
        self.act("ready_for_review", |pull| pull.draft = false);
    }

    pub(crate) fn convert_to_draft(&self) {
        self.act("converted_to_draft", |pull| pull.draft = true);
    }

    /// Asks for another base.
    pub(crate) fn retarget(&self, base: &str) {
        let sha = self.base.head(base);
        let old = self.now();
        let from = json!({ "base": { "ref": { "from": old.base_branch }, "sha": { "from": old.base_sha } } });
        self.base.changing(|world| {
            let pull = world.pull_mut(self.base.id, self.number);
            base.clone_into(&mut pull.base_branch);
            pull.base_sha = sha;
            let tries = vec![world.refresh(self.base.id, self.number)];
            let who = (self.base.actor.as_str(), "edited");
            world.pull_event(self.base.id, self.number, who, &[("changes", from)]);
            ((), tries)
        });
    }

    fn act(&self, action: &str, change: impl FnOnce(&mut Pull)) {
        self.base.changing(|world| {
            change(world.pull_mut(self.base.id, self.number));
            let tries = match action {
                "reopened" => vec![world.refresh(self.base.id, self.number)],
                _ => Vec::new(),
            };
            world.pull_event(self.base.id, self.number, (&self.head.actor, action), &[]);
            ((), tries)
        });
    }

    /// `refs/pull/N/head` and `refs/pull/N/merge` by name.
    pub(crate) fn reference(&self, end: &str) -> String {
        format!("refs/pull/{}/{end}", self.number)
    }
}
