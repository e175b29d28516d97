//! The daemon behind nginx and Caddy, with the files of docs/examples: what GitHub and browsers meet
//! where a proxy ends TLS. Fails where the two are not installed; run by `script/test proxy`.

#[path = "../database/mod.rs"]
mod database;
#[path = "../github_model/mod.rs"]
mod github_model;

#[allow(
    dead_code,
    reason = "shared with the tests of the daemon, which use all of it"
)]
#[path = "../app/agent.rs"]
mod agent;
#[allow(dead_code, reason = "as above")]
#[path = "../app/post.rs"]
mod post;

mod behind;
mod server;
