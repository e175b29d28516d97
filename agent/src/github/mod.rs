//! The only room that knows GitHub's URLs and JSON.
//!
//! Inwards, [`webhook`] lets through verified deliveries only, and [`event`] turns their bodies into
//! facts. Outwards, [`Client`] keeps GitHub's limits and answers with typed errors; each call is a
//! small file of `calls`. A URL that stands in a payload is never used (security T21): every address
//! is made from the settings' base, a checked [`Slug`] and numbers.

mod address;
mod calls;
mod client;
pub mod event;
mod json;
pub mod signature;
mod slug;
pub mod webhook;

pub use address::api_of;
pub use calls::*;
pub use client::{
    Budget, Client, GithubError, Options, SetupError, TokenError, TokenSource, Transport,
};
pub use slug::{BadSlug, Slug};
