//! Whole builds: the real `agent run` in a checkout, real containers, a real registry. Fails where
//! no engine answers; run by `script/test build`.
//!
//! Tests speak in verbs: `world.push("master")`, `build.expect_state("Unit Tests", "passed")`,
//! `registry.tags()`. Each ends with `world.finish()`, which compares all objects of the engine
//! with those before.

mod added;
mod agent;
mod bad_config;
mod bad_engine;
mod bad_secrets;
mod canary;
mod cancel;
mod checkout;
mod debugging;
mod engine;
mod fetched;
mod isolation;
mod killed;
mod limits;
mod meeting;
mod memory;
mod options;
mod plain;
mod proxy;
mod report;
mod sealing;
mod services;
mod table;
mod terminal;
mod thoughts;
mod variables;
mod verbs;
#[allow(dead_code, reason = "other targets use more of it")]
mod world;
