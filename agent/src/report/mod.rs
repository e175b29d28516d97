//! Texts for the world outside, as pure functions.

pub mod duration;
pub mod status;
