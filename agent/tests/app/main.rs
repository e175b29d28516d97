//! The daemon as a whole, in this process: webhooks from the GitHub model in, statuses out, with
//! SQLite between. No job runs here; `tests/build` runs them on Docker.

#[path = "../github_model/mod.rs"]
mod github_model;

mod agent;
mod conformance;
mod deliveries;
mod found;
mod operator;
mod order;
mod outcome;
mod post;
mod pull_requests;
mod pushes;
mod statuses;
mod trouble;
