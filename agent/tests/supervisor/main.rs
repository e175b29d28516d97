//! The real supervisor on real jobs, without Docker and without root: every row of the
//! run-time reference §1 as a promise, with decisions 17 to 24.

mod attaching;
mod deploying;
mod ending;
mod harness;
mod helpers;
mod holding;
mod limits;
mod log_bytes;
mod posix_shell;
mod results;
mod secrets;
mod session;
