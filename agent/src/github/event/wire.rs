//! The shapes as GitHub writes them, cut down to what is used.
//!
//! They can be written too: what the poller finds is stored as the delivery that was lost.

use super::{Account, Repository as Facts};
use crate::store::RepositoryId;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct Action {
    pub(super) action: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) full_name: String,
    pub(super) private: Option<bool>,
    pub(super) default_branch: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) login: String,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Push {
    #[serde(rename = "ref")]
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
    #[serde(default)]
    pub(super) forced: bool,
    pub(super) head_commit: Option<Commit>,
    pub(super) repository: Repository,
    pub(super) sender: Option<User>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Commit {
    pub(super) id: String,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Deserialize, Serialize)]
pub(super) struct PullRequestEvent {
    pub(super) action: String,
    pub(super) pull_request: PullRequest,
    pub(super) repository: Repository,
    pub(super) sender: Option<User>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct PullRequest {
    pub(super) number: u64,
    #[serde(default)]
    pub(super) title: String,
    pub(super) draft: Option<bool>,
    pub(super) user: Option<User>,
    pub(super) merge_commit_sha: Option<String>,
    pub(super) head: Side,
    pub(super) base: Side,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Side {
    #[serde(rename = "ref")]
    pub(super) name: String,
    pub(super) sha: String,
    pub(super) repo: Option<SideRepository>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct SideRepository {
    pub(super) id: u64,
    pub(super) full_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RefChange {
    #[serde(rename = "ref")]
    pub(super) name: Option<String>,
    pub(super) ref_type: String,
    pub(super) repository: Repository,
    pub(super) sender: Option<User>,
}

#[derive(Deserialize)]
pub(super) struct Ping {
    pub(super) hook_id: Option<u64>,
    pub(super) repository: Option<Repository>,
}

#[derive(Deserialize)]
pub(super) struct RepositoryChange {
    pub(super) action: String,
    pub(super) repository: Repository,
    pub(super) sender: Option<User>,
}

impl Repository {
    pub(super) fn facts(self) -> Result<Facts, String> {
        Ok(Facts {
            id: RepositoryId(self.id),
            slug: self.full_name.parse().map_err(|error| format!("{error}"))?,
            private: self.private.unwrap_or(true),
            default_branch: self.default_branch.filter(|name| !name.is_empty()),
        })
    }
}

impl From<&Facts> for Repository {
    fn from(facts: &Facts) -> Self {
        Self {
            id: facts.id.0,
            full_name: facts.slug.to_string(),
            private: Some(facts.private),
            default_branch: facts.default_branch.clone(),
        }
    }
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            login: user.login,
        }
    }
}

impl From<&Account> for User {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            login: account.login.clone(),
        }
    }
}
