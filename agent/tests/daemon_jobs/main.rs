//! The daemon's side of running jobs, on the fake backend and a real database of either kind.

#[path = "../database/mod.rs"]
mod database;
#[path = "../github_model/mod.rs"]
mod github_model;
#[path = "../small_disk/mod.rs"]
mod small_disk;

mod builds;
mod checkout;
mod limits;
mod restart;
mod stop;
mod unreadable;
mod world;
