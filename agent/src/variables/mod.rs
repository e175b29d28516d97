//! Variables of repositories' settings: which names there may be, which of them a build gets, and
//! their values, sealed and opened (run-time reference §4.4).
//!
//! All values lie sealed in the store, public ones, too. Secret ones are opened only for who has the
//! grant of secrets; of others not a byte is read.

mod choose;
mod name;
mod open;

pub use choose::choose;
pub use name::{BadName, check_name};
pub use open::{BadVariable, Given, Masters, former, given, open, public, reseal, seal};
