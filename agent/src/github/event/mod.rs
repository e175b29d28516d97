//! What GitHub tells, as facts: only the fields that are used, and none of them a URL.
//!
//! A field that some deliveries lack is an option; one that no sense can be made without is an
//! error that names it. Unknown kinds and actions are [`Event::Ignored`], never an error.

mod commit;
mod pull_request;
mod push;
mod refs;
mod repository;
mod wire;

pub use commit::Sha;
pub use pull_request::{PullRequest, PullRequestAction, Side};
pub use push::{HeadCommit, Push};
pub use refs::{RefChange, RefName};
pub use repository::{Ping, RepositoryAction, RepositoryChange};

use super::slug::Slug;
use crate::store::RepositoryId;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A branch or tag was made, moved or deleted.
    Push(Box<Push>),
    /// A pull request has something new to build.
    PullRequest(Box<PullRequest>),
    /// A branch or tag was made. What it points to comes with a push.
    Created(RefChange),
    /// A branch or tag was deleted.
    Deleted(RefChange),
    /// A webhook says that it was set up.
    Ping(Ping),
    /// A repository changed its name, owner, visibility, or is gone.
    Repository(RepositoryChange),
    /// Nothing that the agent acts on; which kind, and which action of it.
    Ignored(String),
}

/// A repository as a delivery describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// GitHub's number.
    pub id: RepositoryId,
    /// Its name at that time.
    pub slug: Slug,
    /// Whether it is private; where nothing is said, it counts as such.
    pub private: bool,
    /// Its default branch, where it is told.
    pub default_branch: Option<String>,
}

/// An account. Only the number is fit for decisions (security T3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// GitHub's number.
    pub id: u64,
    /// Its name at that time.
    pub login: String,
}

/// Why a delivery's body is not what its kind promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} event cannot be read: {reason}")]
pub struct EventError {
    kind: String,
    reason: String,
}

impl EventError {
    fn new(kind: &str, reason: &dyn std::fmt::Display) -> Self {
        // The reason may quote the body, which may be long.
        Self {
            kind: kind.to_owned(),
            reason: reason.to_string().chars().take(300).collect(),
        }
    }
}

impl Event {
    /// Reads the body of an event of this kind (`X-GitHub-Event`).
    ///
    /// # Errors
    /// The body is no JSON, is nested too deeply, or lacks a field that the kind can't go without.
    pub fn parse(kind: &str, body: &[u8]) -> Result<Self, EventError> {
        let parsed = match kind {
            "push" => read(body).and_then(push::read).map(Self::from),
            "pull_request" => read(body).and_then(pull_request::read),
            "create" => read(body).and_then(|raw| refs::read(raw, Self::Created)),
            "delete" => read(body).and_then(|raw| refs::read(raw, Self::Deleted)),
            "ping" => read(body).and_then(repository::read_ping).map(Self::Ping),
            "repository" => read(body).and_then(repository::read),
            _ => read(body).map(|wire::Action { action }| ignored(kind, action.as_deref())),
        };
        parsed.map_err(|reason| EventError::new(kind, &reason))
    }

    /// The repository it is about, where there is one.
    #[must_use]
    pub fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Push(push) => Some(&push.repository),
            Self::PullRequest(pull) => Some(&pull.repository),
            Self::Created(change) | Self::Deleted(change) => Some(&change.repository),
            Self::Ping(ping) => ping.repository.as_ref(),
            Self::Repository(change) => Some(&change.repository),
            Self::Ignored(_) => None,
        }
    }
}

impl From<Push> for Event {
    fn from(push: Push) -> Self {
        Self::Push(Box::new(push))
    }
}

/// An event that is let go: `issue_comment created`.
fn ignored(kind: &str, action: Option<&str>) -> Event {
    let action = action.unwrap_or_default().chars().take(100);
    let text: String = kind.chars().chain([' ']).chain(action).collect();
    Event::Ignored(text.trim_end().to_owned())
}

fn read<'a, T: serde::Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    super::json::check(body).map_err(|error| error.to_string())?;
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const KINDS: [&str; 7] = [
        "push",
        "pull_request",
        "create",
        "delete",
        "ping",
        "repository",
        "unknown",
    ];

    #[test]
    fn a_kind_that_nobody_knows_is_ignored_with_its_name() {
        for (body, text) in [
            (r#"{"action":"made","x":1}"#, "sponsorship made"),
            ("{}", "sponsorship"),
            (r#"{"action":null}"#, "sponsorship"),
        ] {
            assert_eq!(
                Event::parse("sponsorship", body.as_bytes()),
                Ok(Event::Ignored(text.to_owned()))
            );
        }
    }

    #[test]
    fn a_body_without_what_it_must_have_is_an_error_that_names_it() {
        let error = Event::parse("push", br#"{"before":"x"}"#).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the push event cannot be read: missing field `ref`"),
            "{error}"
        );
    }

    #[test]
    fn a_deep_body_is_an_error_and_no_crash() {
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        for kind in KINDS {
            assert!(Event::parse(kind, deep.as_bytes()).is_err(), "{kind}");
        }
    }

    /// A body that every kind can be read from.
    fn body() -> Value {
        let side =
            json!({"ref": "main", "sha": "a".repeat(40), "repo": {"id": 1, "full_name": "o/r"}});
        json!({
            "action": "opened", "ref": "refs/heads/main", "ref_type": "branch", "forced": false,
            "before": "0".repeat(40), "after": "a".repeat(40), "hook_id": 5,
            "head_commit": {"id": "a".repeat(40), "message": "m"},
            "repository": {"id": 1, "full_name": "o/r", "private": true, "default_branch": "main"},
            "sender": {"id": 2, "login": "l"},
            "pull_request": {
                "number": 3, "title": "t", "draft": false, "user": {"id": 2, "login": "l"},
                "merge_commit_sha": "b".repeat(40), "head": side, "base": side,
            },
        })
    }

    /// The paths of all values inside.
    fn paths(value: &Value, at: &str, all: &mut Vec<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            paths(value, &at, all);
            all.push(at);
        }
    }

    fn other() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,200}".prop_map(Value::from),
            "[0-9a-f]{40}".prop_map(Value::from),
            Just(json!({})),
            Just(json!([[]])),
        ]
    }

    #[test]
    fn a_body_with_everything_reads_as_each_kind() {
        for kind in KINDS {
            assert!(
                Event::parse(kind, body().to_string().as_bytes()).is_ok(),
                "{kind}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_value_in_any_place_breaks_it(
            kind in prop::sample::select(&KINDS[..]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), other()), 1..4),
        ) {
            let mut changed = body();
            let mut all = Vec::new();
            paths(&changed, "", &mut all);
            for (place, value) in changes {
                if let Some(old) = changed.pointer_mut(place.get::<String>(&all)) {
                    *old = value;
                }
            }
            if let Err(error) = Event::parse(kind, changed.to_string().as_bytes()) {
                prop_assert!(error.to_string().chars().count() < 400);
            }
        }

        #[test]
        fn no_bytes_break_it(kind in prop::sample::select(&KINDS[..]), body: Vec<u8>) {
            let is_json = serde_json::from_slice::<Value>(&body).is_ok();
            prop_assert!(Event::parse(kind, &body).is_err() || is_json);
        }
    }
}
