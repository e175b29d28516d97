//! GitHub for tests: stateful, strict, and on this machine alone.
//!
//! Repositories are real bare git repositories, served over smart HTTP; pull requests have real
//! merge commits; webhooks are signed and sent. Every call is held against what GitHub's REST API
//! asks for. A call that the model does not know, a field that GitHub does not know and a status
//! that no test has looked at fail the test when the model is dropped or [`GithubModel::finish`]ed.
//!
//! A test target takes it in with `#[path = "github_model/mod.rs"] mod github_model;`.

#![allow(
    dead_code,
    reason = "each test target and the example use a part of it"
)]

mod answer;
mod api;
mod asked;
mod calls;
mod check;
mod git;
mod history;
mod hooks;
mod http;
mod limits;
mod mischief;
mod opening;
mod payload;
mod postman;
mod pull;
mod pushing;
mod repository;
mod shared;
mod state;
mod statuses;
mod token;
mod verbs;

#[allow(unused_imports, reason = "as above")]
pub(crate) use {
    calls::Call,
    hooks::{Delivery, Loss},
    limits::Secondary,
    mischief::Mischief,
    shared::Shared,
    statuses::Status,
    token::{Level, Token},
    verbs::{GithubModel, PullRequest, Repo},
};
