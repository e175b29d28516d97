//! Pull requests, and the merges that GitHub tries for them.

use super::payload::RefChange;
use super::pushing::Try;
use super::state::World;

/// One pull request.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) id: u64,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) user: String,
    pub(crate) base_branch: String,
    pub(crate) base_sha: String,
    /// Where the head is; its repository may have been deleted since.
    pub(crate) head_repository: u64,
    pub(crate) head_branch: String,
    pub(crate) head_sha: String,
    pub(crate) open: bool,
    pub(crate) draft: bool,
    pub(crate) merged: bool,
    /// Unknown until GitHub has tried.
    pub(crate) mergeable: Option<bool>,
    pub(crate) merge_commit: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    /// Counts the merges to try, so that a late try for an old head changes nothing.
    pub(crate) generation: u64,
}

impl World {
    /// Points `refs/pull/N/head` to the head, and forgets whether it can be merged. Returns what
    /// [`Self::try_merge`] is to be called with after [`World::merge_delay`].
    pub(crate) fn refresh(&mut self, base: u64, number: u64) -> Try {
        let (git, stale) = (self.repositories[&base].git.clone(), self.stale_merges);
        let pull = self.pull_mut(base, number);
        pull.generation += 1;
        pull.mergeable = None;
        if !stale {
            pull.merge_commit = None;
        }
        if let Some(sha) = git.sha(&format!("refs/heads/{}", pull.base_branch)) {
            pull.base_sha = sha;
        }
        let (head, sha) = (pull.head_repository, pull.head_sha.clone());
        let generation = pull.generation;
        let reference = format!("refs/pull/{number}/head");
        match self.repositories.get(&head) {
            Some(fork) if head != base => git.take(&fork.git, &sha, &reference),
            _ => git.set(&reference, &sha),
        }
        (base, number, generation)
    }

    /// Merges head and base: `refs/pull/N/merge` with the result, or none when they conflict.
    pub(crate) fn try_merge(&mut self, (base, number, generation): Try) {
        let Some(git) = self.repositories.get(&base).map(|it| it.git.clone()) else {
            return;
        };
        let pull = self.pull_mut(base, number);
        if !pull.open || pull.generation != generation {
            return;
        }
        let message = format!("Merge {} into {}", pull.head_sha, pull.base_sha);
        let merge = git.merge(&pull.base_sha, &pull.head_sha, &message);
        let reference = format!("refs/pull/{number}/merge");
        match &merge {
            Some(sha) => git.set(&reference, sha),
            None if git.sha(&reference).is_some() => git.delete(&reference),
            None => {}
        }
        pull.mergeable = Some(merge.is_some());
        pull.merge_commit = merge;
    }

    /// Merges it as somebody does who presses the button: base, events, and all.
    ///
    /// # Errors
    /// Why it cannot be merged now.
    pub(crate) fn merge(
        &mut self,
        base: u64,
        number: u64,
        actor: &str,
    ) -> Result<(String, Vec<Try>), String> {
        if let Some(refusal) = self.refusal(base, number) {
            return Err(refusal);
        }
        let pull = self.pulls[&(base, number)].clone();
        let owner = self
            .repositories
            .get(&pull.head_repository)
            .map_or("unknown", |it| &it.owner);
        let message = format!(
            "Merge pull request #{number} from {owner}/{}\n\n{}",
            pull.head_branch, pull.title
        );
        let git = self.repositories[&base].git.clone();
        let sha = git
            .merge(&pull.base_sha, &pull.head_sha, &message)
            .ok_or("Pull Request is not mergeable")?;
        let reference = format!("refs/heads/{}", pull.base_branch);
        git.set(&reference, &sha);
        let it = self.pull_mut(base, number);
        (it.open, it.merged) = (false, true);
        it.merge_commit = Some(sha.clone());
        self.pull_event(base, number, (actor, "closed"), &[]);
        let change = RefChange {
            reference,
            before: pull.base_sha,
            after: sha.clone(),
        };
        let tries = self.pushed(base, actor, &[change]);
        Ok((sha, tries))
    }

    /// # Panics
    /// If there is no such pull request.
    pub(crate) fn pull_mut(&mut self, base: u64, number: u64) -> &mut Pull {
        self.pulls
            .get_mut(&(base, number))
            .unwrap_or_else(|| panic!("no pull request {number} in repository {base}"))
    }

    /// Why it cannot be merged now, in GitHub's words.
    pub(crate) fn refusal(&self, base: u64, number: u64) -> Option<String> {
        let pull = &self.pulls[&(base, number)];
        if !pull.open {
            return Some("Pull Request is not mergeable".to_owned());
        }
        if pull.draft {
            return Some("Pull Request is still a draft".to_owned());
        }
        if pull.mergeable != Some(true) {
            return Some("Pull Request is not mergeable".to_owned());
        }
        let repository = &self.repositories[&base];
        let required = repository
            .protection
            .get(&pull.base_branch)?
            .required
            .as_ref()?;
        if required.strict && !repository.git.is_ancestor(&pull.base_sha, &pull.head_sha) {
            return Some("The head branch is not up to date with the base branch".to_owned());
        }
        let missing: Vec<&String> = required
            .contexts
            .iter()
            .filter(|context| self.state_of(base, &pull.head_sha, context) != Some("success"))
            .collect();
        match missing.as_slice() {
            [] => None,
            [one] => match self.state_of(base, &pull.head_sha, one) {
                None => Some(format!("Required status check \"{one}\" is expected.")),
                Some("pending") => Some(format!("Required status check \"{one}\" is pending.")),
                Some(_) => Some(format!("Required status check \"{one}\" is failing.")),
            },
            more => Some(format!(
                "{} of {} required status checks have not succeeded.",
                more.len(),
                required.contexts.len()
            )),
        }
    }

    /// GitHub's one word on whether it can be merged.
    pub(crate) fn mergeable_state(&self, base: u64, number: u64) -> &'static str {
        let pull = &self.pulls[&(base, number)];
        match pull.mergeable {
            None => "unknown",
            Some(false) => "dirty",
            Some(true) if pull.draft => "draft",
            Some(true) if self.refusal(base, number).is_some() => "blocked",
            Some(true) => "clean",
        }
    }
}
