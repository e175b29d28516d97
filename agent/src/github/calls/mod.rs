//! The calls, one group of them a file. Each says which permission of a fine-grained token it needs.

mod activity;
mod branches;
mod commit;
mod compare;
mod file;
mod hook;
mod hook_delivery;
mod protection;
mod pull_request;
mod repository;
mod status;
mod user;

pub use branches::Tip;
pub use commit::Commit;
pub use compare::Changes;
pub use file::LONGEST_CONFIG;
pub use hook::{Hook, HookSetup};
pub use hook_delivery::HookDelivery;
pub use protection::Protection;
pub use pull_request::{Mergeable, PullRequestState, Trial};
pub use repository::{Access, Described};
pub use status::Posted;
pub use user::User;
