//! What happens to a repository as a whole, and the first sign of life of a webhook.

use super::{Account, Event, Repository, ignored, wire};

/// A repository changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryChange {
    /// How.
    pub action: RepositoryAction,
    /// The repository as it is since; the number is the old one.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<Account>,
}

/// How a repository changed. Other actions are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepositoryAction {
    /// It has another name.
    Renamed,
    /// It has another owner.
    Transferred,
    /// It is private now; its logs must not be seen from now on (security T5).
    Privatized,
    /// It is public now.
    Publicized,
    /// It is gone.
    Deleted,
    /// Nothing can be pushed any more.
    Archived,
    /// Pushes are taken again.
    Unarchived,
    /// Its default branch, description or the like changed.
    Edited,
}

/// A webhook says that it was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// The webhook's number.
    pub hook: Option<u64>,
    /// The repository it belongs to; none for webhooks of an organisation.
    pub repository: Option<Repository>,
}

pub(super) fn read(raw: wire::RepositoryChange) -> Result<Event, String> {
    let action = match raw.action.as_str() {
        "renamed" => RepositoryAction::Renamed,
        "transferred" => RepositoryAction::Transferred,
        "privatized" => RepositoryAction::Privatized,
        "publicized" => RepositoryAction::Publicized,
        "deleted" => RepositoryAction::Deleted,
        "archived" => RepositoryAction::Archived,
        "unarchived" => RepositoryAction::Unarchived,
        "edited" => RepositoryAction::Edited,
        other => return Ok(ignored("repository", Some(other))),
    };
    Ok(Event::Repository(RepositoryChange {
        action,
        repository: raw.repository.facts()?,
        sender: raw.sender.map(Into::into),
    }))
}

pub(super) fn read_ping(raw: wire::Ping) -> Result<Ping, String> {
    Ok(Ping {
        hook: raw.hook_id,
        repository: raw.repository.map(wire::Repository::facts).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_that_matters_is_known_and_others_are_ignored() {
        let read = |action: &str| {
            let body = format!(
                r#"{{"action":"{action}","repository":{{"id":5,"full_name":"o/new","private":true}}}}"#
            );
            Event::parse("repository", body.as_bytes()).unwrap()
        };
        for (word, known) in [
            ("renamed", RepositoryAction::Renamed),
            ("transferred", RepositoryAction::Transferred),
            ("privatized", RepositoryAction::Privatized),
            ("publicized", RepositoryAction::Publicized),
            ("deleted", RepositoryAction::Deleted),
            ("archived", RepositoryAction::Archived),
            ("unarchived", RepositoryAction::Unarchived),
            ("edited", RepositoryAction::Edited),
        ] {
            let Event::Repository(change) = read(word) else {
                panic!("{word} is not known");
            };
            assert_eq!(change.action, known);
            assert_eq!(change.repository.id.0, 5);
            assert!(change.repository.private);
        }
        assert_eq!(
            read("created"),
            Event::Ignored("repository created".to_owned())
        );
    }
}
