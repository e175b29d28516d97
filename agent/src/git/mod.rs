//! The host's side of git: mirrors, and work trees made from them as archives.
//!
//! The only room that starts git. It never opens a tree that a job has touched: trees go into
//! containers as tar files and nothing comes back. Everything here blocks; callers in async code
//! use a blocking thread.

mod archive;
mod changes;
mod checkout;
mod command;
mod default_branch;
mod error;
mod file;
mod files;
mod gitdir;
mod history;
mod index;
mod lfs;
mod lies;
mod materialise;
mod mirror;
mod remote;
mod sparse;
mod trees;
mod url;
mod version;

pub use archive::Archive;
pub use changes::{Against, changes};
pub use checkout::{Head, has_commit, head, tags};
pub use default_branch::default_branch;
pub use error::GitError;
pub use file::{file_elsewhere, file_of};
pub use files::{AutoCrlf, Files, Found};
pub use lies::AsItLies;
pub use materialise::{Ref, Want};
pub use mirror::Mirror;
pub use remote::{Origin, origin, origin_url, toplevel};
pub use trees::{Source, Tree, Trees};
pub use url::{WebHost, public_url, web_host};
pub use version::version;
