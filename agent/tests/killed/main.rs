//! The daemon, killed: the real `agent serve` with real containers and git over HTTP dies by SIGKILL
//! at random moments and is started again. A build must come to what it comes to undisturbed. Fails
//! where no engine answers; run by `script/test killed`.
//!
//! `AGENT_TEST_KILLS` says how many kills there are (20), `AGENT_TEST_SEED` which ones: a run prints
//! its own.

#![allow(clippy::print_stdout, reason = "a run tells its figures")]
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
#[path = "../whole/machine.rs"]
mod machine;
#[path = "../whole/pages.rs"]
mod pages;
#[path = "../build/report.rs"]
mod report;
#[path = "../whole/serving.rs"]
mod serving;
#[path = "../build/table.rs"]
mod table;
#[path = "../whole/world.rs"]
mod world;

mod again;
mod alive;
mod dice;
mod gone;
mod leftovers;
mod moment;
mod outcome;
mod own_docker;
mod project;
mod tally;
