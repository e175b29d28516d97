//! The GitHub model keeps its own promises. Needs git only.

#[path = "../github_model/mod.rs"]
mod github_model;

mod agents_client;
mod api;
mod calls;
mod client;
mod cloning;
mod creating;
mod deliveries;
mod limits;
mod moving;
mod payloads;
mod protection;
mod pull_requests;
mod receiver;
mod statuses;
mod trouble;
