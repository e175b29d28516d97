//! The operator's word: what the person who runs the agent allows.

/// What the person who runs the agent allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed<'a> {
    /// By the options of `agent run`.
    Run(RunAllowed),
    /// By the settings of the daemon.
    Daemon(DaemonAllowed<'a>),
}

/// What the options of `agent run` allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunAllowed {
    /// `--secrets`: secrets may be opened.
    pub secrets: bool,
    /// `--deploy`: deploy entries may run.
    pub deploy: bool,
    /// `--docker`: which engine jobs may use.
    pub docker: DockerPolicy,
}

/// What the daemon's operator allows to one repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaemonAllowed<'a> {
    /// Whether jobs may ask for a Docker daemon of their own: the repository is listed, see
    /// [`trusted`], or was set up so.
    pub docker: bool,
    /// The approvals of this repository's pull requests.
    pub approvals: &'a [Approval],
}

/// Somebody with the right to has looked at one commit of a pull request from a fork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The number of the pull request.
    pub pull_request: u64,
    /// The head commit that was looked at, in full.
    pub head_sha: String,
}

/// Which Docker engine the operator allows to jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DockerPolicy {
    /// A daemon of the job's own.
    #[default]
    Own,
    /// The user's own engine.
    Host,
}

/// Whether a repository is on the operator's list. An entry is `owner/name` or `owner/*`, without
/// regard to case, as on GitHub.
#[must_use]
pub fn trusted(list: &[String], slug: &str) -> bool {
    list.iter().any(|entry| match entry.strip_suffix("/*") {
        Some(owner) => slug
            .split_once('/')
            .is_some_and(|(of, _)| of.eq_ignore_ascii_case(owner)),
        None => entry.eq_ignore_ascii_case(slug),
    })
}
