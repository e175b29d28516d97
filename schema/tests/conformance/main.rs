//! Runs the shared conformance cases and prints how many agree.
//!
//! The cases lie in `$CI_CONFORMANCE_DIR`, by default `../shared/conformance` beside the
//! workspace. Without that folder each test says so and runs the small cases of
//! `fixtures/` alone. To add a kind of cases: a module here with one test that calls
//! [`harness::run`].

mod conditions;
mod configs;
mod decisions;
mod env_strings;
mod harness;
mod json;
mod mending;
mod migrating;
mod reading;
