//! Sections of a config in their types, each made from a value in normal form.
//!
//! Values that do not fit were told of before; here they are passed over.

mod additions;
pub mod addons;
mod branches;
pub mod deploy;
pub mod env;
pub mod git;
pub mod job;
pub mod phases;
pub mod secrets;
pub mod services;
pub(crate) mod value;
