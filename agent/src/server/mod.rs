//! What the agent answers over HTTP: pages, logs, health, metrics; and where webhooks come in.
//!
//! ```text
//!  request ─► headers ─► access log ─► panic ─► limits ─┬► webhook (made in `github`)
//!                                                       ├► health, metrics
//!                                                       └► who asks? ─► which repository may be
//!                                                            seen? ─► page, log, action
//! ```
//!
//! - Reading goes through [`Reader`], doing through [`Actions`]; no handler knows a database.
//! - A repository that the asker must not see is answered like one that does not exist, on every
//!   path, by the one function that finds repositories (security T5).
//! - `GET` changes nothing. What changes something is a `POST` by the operator (security T35).
//! - Pages can be read without script; texts of others are escaped by the templates, and logs by
//!   one writer (security T33).

mod access;
mod actions;
mod app;
mod assets;
mod auth;
mod connection;
mod crowd;
mod error;
mod headers;
mod health;
mod heard;
mod limits;
mod log;
mod metrics;
mod pages;
mod reader;
mod repeat;
mod routes;
mod serve;
mod visible;

pub use actions::{ActionError, Actions, Cancel, Restart};
pub use app::{App, Forge, Options};
pub use health::{NotReady, Probes};
pub use reader::Reader;
pub use routes::router;
pub use serve::{serve, serve_at_most};
