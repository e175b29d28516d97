//! The daemon as a whole, in this process: webhooks from the GitHub model in, statuses out, with
//! either database between. Jobs run on the fake engine where a test asks for one; `tests/build` runs
//! them on Docker.

#[path = "../database/mod.rs"]
mod database;
#[path = "../github_model/mod.rs"]
mod github_model;
#[path = "../small_disk/mod.rs"]
mod small_disk;

mod agent;
mod conformance;
mod deliveries;
mod figures;
mod forks;
mod found;
mod full_disk;
mod given;
mod groups;
mod hidden;
mod imports;
mod operator;
mod order;
mod outcome;
mod paths;
mod post;
mod pull_requests;
mod pushes;
mod reload;
mod replays;
mod said;
mod sealing;
mod statuses;
mod trouble;
mod urls;
mod variables;
