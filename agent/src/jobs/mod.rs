//! What a planned job needs before it runs, whoever drives its build: whether it may and can run
//! here, and its secrets, image, work tree and script.

mod admission;
mod context;
mod image;
mod prepare;
mod services;

pub use admission::{architecture, foreign, refusal, wants_docker};
pub use context::{Context, JobFacts, from_settings};
pub use image::wanted;
pub use prepare::{Ready, choose, masker, prepare};
