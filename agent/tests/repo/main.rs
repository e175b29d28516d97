//! `agent repo` on the GitHub model, as an operator meets it.

mod add;
mod desk;
mod encrypt;
mod env;
#[path = "../github_model/mod.rs"]
mod github_model;
mod list;
mod protect;
mod remove;
mod rights;
mod set;
