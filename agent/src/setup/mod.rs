//! Sets repositories up: key pair, webhook, entry in the store, variables, branch protection.
//!
//! Every act is told as a [`Step`]. What is there already is left as it is, so that whatever was cut
//! short is simply asked for again; a trial ([`Setup::dry`](Setup)) looks and changes nothing.

mod add;
mod contexts;
mod fetch;
mod hook;
mod key;
mod look;
mod open;
mod protect;
mod remove;
mod rights;
mod set;
mod setting;
mod step;
mod store;
pub mod variables;

pub use add::{TravisContexts, Wish, add};
pub use fetch::{FetchError, public_key};
pub use key::{Masters, masters};
pub use open::{OpenError, Setup};
pub use protect::{protect, unprotect};
pub use remove::remove;
pub use set::set;
pub use setting::{BadChange, Change, SETTINGS, Setting, Value};
pub use step::{Mark, Report, Step};
