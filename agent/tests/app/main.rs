//! The daemon as a whole, in this process: webhooks from the GitHub model in, statuses out, with
//! either database between. No job runs here; `tests/build` runs them on Docker.

#[path = "../database/mod.rs"]
mod database;
#[path = "../github_model/mod.rs"]
mod github_model;

mod agent;
mod conformance;
mod deliveries;
mod found;
mod full_disk;
mod operator;
mod outcome;
mod post;
mod pull_requests;
mod pushes;
mod trouble;
