//! Payloads of events, in the shape of the real ones.

mod account;
mod pull_request;
mod push;
mod repository;

pub(crate) use push::RefChange;
