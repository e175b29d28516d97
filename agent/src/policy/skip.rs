//! Whether an event makes a build, as far as it can be told without its config (run-time
//! reference §10.1–10.3), and what counts as skipped once the config was read.

use crate::store::Repository;
use schema::branches::{Branches, Decision};
use schema::request::{Event, Request};
use std::fmt;

/// An event that could make a build. That a pull request is a draft plays no part: drafts are
/// built.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its facts.
    pub request: &'a Request,
    /// The message of the head commit: of a push the newest, of a pull request that of its head,
    /// not of the merge commit.
    pub head_message: &'a str,
    /// Whether the branch or tag was deleted.
    pub deleted: bool,
    /// Its repository.
    pub repository: &'a Repository,
}

/// Why an event makes no build. `Display` is a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A branch or tag was deleted.
    Deleted,
    /// The event names no commit.
    NoCommit,
    /// The repository is known, and switched off.
    Inactive,
    /// The head commit's message asks for it; the words as people write them.
    Words(String),
    /// The repository does not build pushes.
    PushesOff,
    /// The repository does not build pull requests.
    PullRequestsOff,
    /// GitHub's pages branch, which has no config of its own as a rule.
    Pages(String),
    /// `branches:`, the root condition, or conditions that leave no job; in the config's words.
    Config(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleted => f.write_str("the branch or tag was deleted"),
            Self::NoCommit => f.write_str("the event names no commit"),
            Self::Inactive => f.write_str("the repository is switched off in the agent"),
            Self::Words(words) => write!(f, "the commit message says {words}"),
            Self::PushesOff => f.write_str("pushes are not built in this repository"),
            Self::PullRequestsOff => f.write_str("pull requests are not built in this repository"),
            Self::Pages(reason) | Self::Config(reason) => f.write_str(reason),
        }
    }
}

/// The first reason, in the order of the reference (§10.3), for which an event makes no build
/// whatever its config says.
#[must_use]
pub fn before_config(candidate: &Candidate<'_>) -> Option<Refusal> {
    let Candidate {
        request,
        repository,
        ..
    } = candidate;
    if candidate.deleted {
        return Some(Refusal::Deleted);
    }
    if request.sha.bytes().all(|digit| digit == b'0') {
        return Some(Refusal::NoCommit);
    }
    if !repository.active {
        return Some(Refusal::Inactive);
    }
    // Who asks for a build at a time or by hand means it (§10.2).
    let heeds_words = matches!(request.event, Event::Push | Event::PullRequest);
    if let Some(words) = skip_words(candidate.head_message).filter(|_| heeds_words) {
        return Some(Refusal::Words(words));
    }
    match request.event {
        Event::Push if !repository.settings.build_pushes => Some(Refusal::PushesOff),
        Event::PullRequest if !repository.settings.build_pull_requests => {
            Some(Refusal::PullRequestsOff)
        }
        _ => None,
    }
}

/// Why an event without a config makes no build rather than an errored one: a pages branch holds
/// a site, not a project (§10.3: the rule comes before "config missing").
#[must_use]
pub fn without_config(request: &Request) -> Option<Refusal> {
    match Branches::default().decide(request).0 {
        Decision::Skip(reason) => Some(Refusal::Pages(reason)),
        Decision::Build => None,
    }
}

/// The first of the words that skip a build, as it was written (§10.2).
#[must_use]
pub fn skip_words(message: &str) -> Option<String> {
    const NAMES: [&str; 5] = ["ci", "travis", "travis ci", "travis-ci", "travisci"];
    // ASCII only, so that places are the same in both.
    let lower = message.to_ascii_lowercase();
    let forms = NAMES
        .iter()
        .flat_map(|name| [format!("[skip {name}]"), format!("[{name} skip]")]);
    let (start, form) = forms
        .filter_map(|form| lower.find(&form).map(|start| (start, form)))
        .min()?;
    message
        .get(start..start + form.len())
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RepositoryId, RepositorySettings};
    use schema::request::PullRequest;

    const SHA: &str = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";

    /// What each case of the tables changes.
    struct World {
        request: Request,
        message: &'static str,
        deleted: bool,
        repository: Repository,
    }

    impl World {
        fn of(event: Event) -> Self {
            let repository = Repository {
                id: RepositoryId(42),
                slug: "acme/widget".to_owned(),
                private: false,
                default_branch: "main".to_owned(),
                active: true,
                hook: None,
                settings: RepositorySettings::default(),
            };
            let request = Request {
                event,
                branch: "main".to_owned(),
                sha: SHA.to_owned(),
                ..Request::default()
            };
            Self {
                request,
                message: "Keep widgets",
                deleted: false,
                repository,
            }
        }

        fn refusal(&self) -> Option<Refusal> {
            before_config(&Candidate {
                request: &self.request,
                head_message: self.message,
                deleted: self.deleted,
                repository: &self.repository,
            })
        }
    }

    #[test]
    fn every_documented_form_skips_in_any_case_and_place() {
        for name in ["ci", "travis", "travis ci", "travis-ci", "travisci"] {
            for form in [format!("[skip {name}]"), format!("[{name} skip]")] {
                for written in [
                    form.clone(),
                    form.to_uppercase(),
                    form.replace("ski", "SkI"),
                ] {
                    for message in [
                        written.clone(),
                        format!("Fix docs {written}"),
                        format!("Grüße\n\nbody\n{written} end"),
                    ] {
                        assert_eq!(skip_words(&message), Some(written.clone()), "{message}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_only_looks_like_them_does_not_skip() {
        for message in [
            "",
            "skip ci",
            "(skip ci)",
            "[skip-ci]",
            "[skip  ci]",
            "[skip ci",
            "[skip cis]",
            "[no skip ci]",
            "[ci]",
            "[skip\nci]",
            "skip: [build]",
        ] {
            assert_eq!(skip_words(message), None, "{message:?}");
        }
    }

    #[test]
    fn the_first_words_are_named() {
        let words = skip_words("a [travis skip] b [skip ci]");
        assert_eq!(words.as_deref(), Some("[travis skip]"));
    }

    #[test]
    fn the_reasons_come_in_the_order_of_the_reference() {
        let mut world = World::of(Event::Push);
        world.deleted = true;
        world.request.sha = "0".repeat(40);
        world.repository.active = false;
        world.message = "[skip ci]";
        world.repository.settings.build_pushes = false;
        let mut said = Vec::new();
        let mut say = |world: &World| {
            said.push(
                world
                    .refusal()
                    .map_or("built".to_owned(), |r| r.to_string()),
            );
        };
        say(&world);
        world.deleted = false;
        say(&world);
        world.request.sha = SHA.to_owned();
        say(&world);
        world.repository.active = true;
        say(&world);
        world.message = "Keep widgets";
        say(&world);
        world.repository.settings.build_pushes = true;
        say(&world);
        insta::assert_snapshot!(said.join("\n"), @r"
        the branch or tag was deleted
        the event names no commit
        the repository is switched off in the agent
        the commit message says [skip ci]
        pushes are not built in this repository
        built
        ");
    }

    #[test]
    fn each_kind_of_event_heeds_its_own_switch() {
        for (event, pushes, pulls, expected) in [
            (Event::Push, false, true, Some(Refusal::PushesOff)),
            (Event::Push, true, false, None),
            (
                Event::PullRequest,
                true,
                false,
                Some(Refusal::PullRequestsOff),
            ),
            (Event::PullRequest, false, true, None),
            (Event::Cron, false, false, None),
            (Event::Api, false, false, None),
        ] {
            let mut world = World::of(event);
            world.repository.settings.build_pushes = pushes;
            world.repository.settings.build_pull_requests = pulls;
            assert_eq!(world.refusal(), expected, "{event:?} {pushes} {pulls}");
        }
    }

    #[test]
    fn a_tag_is_a_push_and_a_draft_is_built() {
        let mut tag = World::of(Event::Push);
        tag.request.tag = Some("v1".to_owned());
        assert_eq!(tag.refusal(), None);
        tag.repository.settings.build_pushes = false;
        assert_eq!(tag.refusal(), Some(Refusal::PushesOff));
        let mut draft = World::of(Event::PullRequest);
        draft.request.pull_request = Some(PullRequest {
            draft: true,
            ..PullRequest::default()
        });
        assert_eq!(draft.refusal(), None);
    }

    #[test]
    fn the_words_count_in_the_head_commit_only_and_not_for_cron_and_api() {
        let mut merge = World::of(Event::PullRequest);
        merge.request.commit_message = "Merge [skip ci] into main".to_owned();
        assert_eq!(merge.refusal(), None);
        for event in [Event::Cron, Event::Api] {
            let mut world = World::of(event);
            world.message = "[skip ci]";
            assert_eq!(world.refusal(), None, "{event:?}");
        }
    }

    #[test]
    fn an_event_without_a_sha_makes_no_build() {
        for sha in ["", "0000000000000000000000000000000000000000"] {
            let mut world = World::of(Event::Push);
            world.request.sha = sha.to_owned();
            assert_eq!(world.refusal(), Some(Refusal::NoCommit));
        }
    }

    #[test]
    fn a_pages_branch_without_a_config_is_skipped_and_another_is_not() {
        let mut world = World::of(Event::Push);
        assert_eq!(without_config(&world.request), None);
        world.request.branch = "gh-pages".to_owned();
        let refusal = without_config(&world.request);
        assert!(
            matches!(&refusal, Some(Refusal::Pages(reason)) if reason.contains("gh-pages")),
            "{refusal:?}"
        );
    }
}
