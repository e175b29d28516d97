//! What tests say.

mod model;
mod pull_request;
mod repo;
mod settings;
mod trouble;
mod watching;

pub(crate) use model::GithubModel;
pub(crate) use pull_request::PullRequest;
pub(crate) use repo::Repo;
