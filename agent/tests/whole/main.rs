//! The whole app: the real `agent serve` with real containers, git over HTTP and a registry, told by
//! the model of GitHub. Fails where no engine answers; run by `script/test whole`.
//!
//! Tests speak in verbs: `world.add("octo/hello", &[])`, `repo.push("main", …)`,
//! `repo.expect_status(&sha, PUSH, "success")`. Each ends with `world.finish(agent)`, which stops the
//! agent, compares all objects of the engine with those before, and lets the model complain.

#![allow(
    dead_code,
    reason = "what is shared with other targets is not all used here"
)]

#[path = "../build/agent.rs"]
mod agent;
#[path = "../build/checkout.rs"]
mod checkout;
#[path = "../build/engine.rs"]
mod engine;
#[path = "../github_model/mod.rs"]
mod github_model;
#[path = "../build/meeting.rs"]
mod meeting;
#[path = "../build/report.rs"]
mod report;
#[path = "../build/services.rs"]
mod services;
#[path = "../build/table.rs"]
mod table;

mod machine;
mod pages;
mod serving;
mod world;

mod canceled;
mod forks;
mod found;
mod images;
mod outcomes;
mod outlive;
mod private;
mod pull_requests;
mod repeated;
mod restarts;
mod sharing;
mod superseded;
