//! What the agent answers over HTTP, from outside: rows in memory, files on disk, no database.
//!
//! Tests speak in verbs: `world.anybody().get("/octo/hello")`, `world.operator().post(…)`.

mod connections;
mod crowds;
mod forms;
mod headers;
mod health;
mod hostile;
mod hostile_texts;
mod log;
mod memory;
mod pages;
mod rows;
mod store;
mod visibility;
mod world;
