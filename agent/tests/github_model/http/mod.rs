//! The model's server: the API below `/api/v3` and at the root, repositories over smart HTTP.

mod connection;
mod respond;
mod smart;

pub(crate) use connection::{Listener, Wire};
pub(crate) use respond::serve;
