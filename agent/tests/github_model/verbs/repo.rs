//! Repositories, and pushing to them.

use super::super::git::{Edit, ZERO};
use super::super::hooks::Delivery;
use super::super::payload::RefChange;
use super::super::pushing::Try;
use super::super::shared::Shared;
use super::super::state::World;
use std::path::Path;
use std::sync::Arc;

/// A repository, and somebody who acts on it.
#[derive(Clone)]
pub(crate) struct Repo {
    pub(super) shared: Arc<Shared>,
    pub(crate) id: u64,
    pub(super) actor: String,
}

impl Repo {
    pub(super) fn new(shared: Arc<Shared>, id: u64, actor: &str) -> Self {
        Self {
            shared,
            id,
            actor: actor.to_owned(),
        }
    }

    /// The same repository in somebody else's hands.
    pub(crate) fn by(&self, login: &str) -> Self {
        self.shared.change(|world| world.user(login));
        Self::new(Arc::clone(&self.shared), self.id, login)
    }

    pub(super) fn changing<T>(&self, work: impl FnOnce(&mut World) -> (T, Vec<Try>)) -> T {
        let (done, tries) = self.shared.change(work);
        self.shared.try_merges(tries);
        done
    }

    pub(crate) fn full_name(&self) -> String {
        self.shared
            .with(|world| world.repositories[&self.id].full_name())
    }

    /// Where git finds it.
    pub(crate) fn clone_url(&self) -> String {
        let name = self.full_name();
        self.shared
            .with(|world| format!("{}/{name}.git", world.web))
    }

    /// Its folder, for whoever wants to look with git.
    pub(crate) fn folder(&self) -> std::path::PathBuf {
        self.shared
            .with(|world| world.repositories[&self.id].git.dir().to_owned())
    }

    pub(crate) fn default_branch(&self) -> String {
        self.shared
            .with(|world| world.repositories[&self.id].default_branch.clone())
    }

    /// The commit of a branch, a tag or a ref.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn head(&self, name: &str) -> String {
        let sha = self
            .shared
            .with(|world| world.repositories[&self.id].git.resolve(name));
        sha.unwrap_or_else(|| panic!("{} has no `{name}`", self.full_name()))
    }

    /// One commit with these files on a branch, which starts at the default branch when it is new.
    /// A file that starts with `#!` is executable. Returns the commit.
    pub(crate) fn push(&self, branch: &str, files: &[(&str, &str)], message: &str) -> String {
        let files: Vec<Edit<'_>> = files
            .iter()
            .map(|(path, text)| (*path, Some(text.as_bytes())))
            .collect();
        self.push_edits(branch, &files, message)
    }

    /// The same with any bytes, and with `None` for files to delete.
    pub(crate) fn push_edits(&self, branch: &str, files: &[Edit<'_>], message: &str) -> String {
        self.commit(branch, None, files, false, message)
    }

    /// Moves a branch to a new commit on top of `onto`.
    pub(crate) fn force_push(
        &self,
        branch: &str,
        onto: &str,
        files: &[(&str, &str)],
        message: &str,
    ) -> String {
        let files: Vec<Edit<'_>> = files
            .iter()
            .map(|(path, text)| (*path, Some(text.as_bytes())))
            .collect();
        self.commit(branch, Some(onto), &files, false, message)
    }

    /// Moves a branch to a commit that is there already.
    pub(crate) fn move_branch(&self, branch: &str, sha: &str) {
        self.changing(|world| {
            let git = world.repositories[&self.id].git.clone();
            let reference = format!("refs/heads/{branch}");
            let before = git.sha(&reference).unwrap_or_else(|| ZERO.to_owned());
            git.set(&reference, sha);
            let tries = world.pushed(self.id, &self.actor, &[change(&reference, &before, sha)]);
            ((), tries)
        });
    }

    /// A commit whose tree is what lies in a folder, `.git` left out.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn push_folder(
        &self,
        branch: &str,
        folder: &Path,
        message: &str,
    ) -> std::io::Result<String> {
        let mut files = Vec::new();
        collect(folder, "", &mut files)?;
        let files: Vec<Edit<'_>> = files
            .iter()
            .map(|(path, bytes)| (path.as_str(), Some(bytes.as_slice())))
            .collect();
        Ok(self.commit(branch, None, &files, true, message))
    }

    fn commit(
        &self,
        branch: &str,
        onto: Option<&str>,
        files: &[Edit<'_>],
        whole: bool,
        message: &str,
    ) -> String {
        self.changing(|world| {
            let repository = &world.repositories[&self.id];
            let git = repository.git.clone();
            let reference = format!("refs/heads/{branch}");
            let before = git.sha(&reference);
            let from = onto.map(str::to_owned).or_else(|| before.clone());
            let from =
                from.or_else(|| git.sha(&format!("refs/heads/{}", repository.default_branch)));
            let after = git.commit(
                branch,
                from.as_deref(),
                files,
                whole,
                (&self.actor, message),
            );
            let before = before.unwrap_or_else(|| ZERO.to_owned());
            let tries = world.pushed(self.id, &self.actor, &[change(&reference, &before, &after)]);
            (after, tries)
        })
    }

    /// A tag at the head of the default branch. Returns its commit.
    pub(crate) fn push_tag(&self, tag: &str) -> String {
        let sha = self.head(&self.default_branch());
        self.make_tags(&[(tag.to_owned(), sha.clone())]);
        sha
    }

    /// An annotated tag there. Returns its commit; the push names the tag's own object.
    pub(crate) fn push_annotated_tag(&self, tag: &str, message: &str) -> String {
        let sha = self.head(&self.default_branch());
        let git = self
            .shared
            .with(|world| world.repositories[&self.id].git.clone());
        git.must(&["tag", "--annotate", "--message", message, tag, &sha]);
        let object = git.must(&["rev-parse", &format!("refs/tags/{tag}")]);
        self.make_tags(&[(tag.to_owned(), object)]);
        sha
    }

    /// So many tags in one push: `v0.0.1`, `v0.0.2` … GitHub makes no event for more than three.
    pub(crate) fn push_tags(&self, count: usize) -> Vec<String> {
        let sha = self.head(&self.default_branch());
        let tags: Vec<(String, String)> = (1..=count)
            .map(|number| (format!("v0.0.{number}"), sha.clone()))
            .collect();
        self.make_tags(&tags);
        tags.into_iter().map(|(tag, _)| tag).collect()
    }

    fn make_tags(&self, tags: &[(String, String)]) {
        self.changing(|world| {
            let git = &world.repositories[&self.id].git;
            let mut changes = Vec::new();
            for (tag, sha) in tags {
                let reference = format!("refs/tags/{tag}");
                git.set(&reference, sha);
                changes.push(change(&reference, ZERO, sha));
            }
            ((), world.pushed(self.id, &self.actor, &changes))
        });
    }

    pub(crate) fn delete_branch(&self, branch: &str) {
        self.delete_ref(&format!("refs/heads/{branch}"));
    }

    pub(crate) fn delete_tag(&self, tag: &str) {
        self.delete_ref(&format!("refs/tags/{tag}"));
    }

    fn delete_ref(&self, reference: &str) {
        let before = self.head(reference.trim_start_matches("refs/"));
        self.changing(|world| {
            world.repositories[&self.id].git.delete(reference);
            (
                (),
                world.pushed(self.id, &self.actor, &[change(reference, &before, ZERO)]),
            )
        });
    }

    /// The attempts of deliveries of this repository, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.shared.with(|world| {
            let mine = world
                .deliveries
                .iter()
                .filter(|it| it.repository == self.id);
            mine.cloned().collect()
        })
    }

    /// Another attempt of a delivery, as somebody presses "Redeliver". Its id.
    ///
    /// # Panics
    /// If there is no such delivery.
    pub(crate) fn redeliver(&self, delivery: u64) -> u64 {
        let again = self.shared.change(|world| world.deliver_again(delivery));
        again.unwrap_or_else(|| panic!("no delivery {delivery}"))
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == ".git" {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, std::fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// A branch or tag that was made, moved or deleted.
fn change(reference: &str, before: &str, after: &str) -> RefChange {
    RefChange {
        reference: reference.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    }
}
