//! `--event`, `--branch`, `--tag` …: the options that stand for what GitHub would tell.

use super::checkout::Checkout;
use super::repository;
use crate::error::{Exit, UserError};
use crate::git::Head;
use crate::policy::Facts;
use clap::{Args, ValueEnum};
use schema::changes::Changes;
use schema::request::{Event, PullRequest, Request};

/// The heading of these options in a help text.
const HEADING: &str = "Event";

/// What the build is for.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct EventArgs {
    /// What happened [default: push, or tag with --tag]
    #[arg(long, value_enum, help_heading = HEADING)]
    pub event: Option<EventKind>,
    /// The pushed branch [default: the one that is checked out]; a pull request's base branch
    /// [default: the default branch]
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub branch: Option<String>,
    /// The pushed tag
    #[arg(long, value_name = "NAME", conflicts_with = "branch", help_heading = HEADING)]
    pub tag: Option<String>,
    /// The pull request comes from a fork
    #[arg(long, help_heading = HEADING)]
    pub fork: bool,
    /// The repository [default: that of the remote `origin`]
    #[arg(
        long,
        short = 'r',
        value_name = "OWNER/REPO",
        value_parser = repository::slug,
        help_heading = HEADING
    )]
    pub repo: Option<String>,
}

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum EventKind {
    /// Commits were pushed to a branch
    Push,
    /// A pull request was opened or updated
    PullRequest,
    /// A tag was pushed
    Tag,
    /// A scheduled build
    Cron,
}

impl EventArgs {
    /// The request that these options and the checkout stand for.
    ///
    /// # Errors
    /// Options that contradict each other.
    pub(super) fn request(
        &self,
        checkout: &Checkout,
        head: Option<&Head>,
    ) -> Result<Request, UserError> {
        let kind = self.event.unwrap_or(if self.tag.is_some() {
            EventKind::Tag
        } else {
            EventKind::Push
        });
        self.check(kind)?;
        let slug = self
            .repo
            .clone()
            .or_else(|| Some(checkout.origin()?.slug.clone()))
            .unwrap_or_else(|| "local/checkout".to_owned());
        let default_branch = checkout
            .default_branch()
            .unwrap_or_else(|| "master".to_owned());
        let current = head.and_then(|head| head.branch.clone());
        let branch = match (&self.tag, &self.branch) {
            (Some(tag), _) => tag.clone(),
            (None, Some(branch)) => branch.clone(),
            (None, None) if kind == EventKind::PullRequest => default_branch.clone(),
            (None, None) => current.clone().unwrap_or_else(|| default_branch.clone()),
        };
        let sha = head.map(|head| head.sha.clone()).unwrap_or_default();
        let pull_request = (kind == EventKind::PullRequest).then(|| PullRequest {
            number: 1,
            head_branch: current.unwrap_or_else(|| "patch-1".to_owned()),
            head_sha: sha.clone(),
            head_slug: if self.fork {
                format!("fork/{}", slug.rsplit('/').next().unwrap_or_default())
            } else {
                slug.clone()
            },
            base_sha: String::new(),
            draft: false,
        });
        Ok(Request {
            event: match kind {
                EventKind::Push | EventKind::Tag => Event::Push,
                EventKind::PullRequest => Event::PullRequest,
                EventKind::Cron => Event::Cron,
            },
            slug,
            private: false,
            default_branch,
            branch,
            tag: self.tag.clone(),
            sha,
            commit_range: String::new(),
            commit_message: head.map(|head| head.message.clone()).unwrap_or_default(),
            sender: String::new(),
            fork: self.fork,
            pull_request,
            variables: Vec::new(),
            changes: Changes::default(),
        })
    }

    /// What trust hangs on, for [`crate::policy::decide`].
    #[must_use]
    pub(super) fn facts(&self, request: &Request) -> Facts {
        Facts::of(request)
    }

    fn check(&self, kind: EventKind) -> Result<(), UserError> {
        let usage = |message: &str| Err(UserError::new(Exit::Usage, message));
        match kind {
            EventKind::Tag if self.tag.is_none() => usage("--event tag needs --tag NAME"),
            EventKind::Tag => Ok(()),
            _ if self.tag.is_some() => usage("--tag goes with --event tag"),
            EventKind::PullRequest => Ok(()),
            _ if self.fork => usage("--fork goes with --event pull_request"),
            _ => Ok(()),
        }
    }
}
