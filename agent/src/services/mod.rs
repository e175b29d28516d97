//! Services by name: which image, variables, port and check each has (decision 14). Pure.
//!
//! A service is added by one row in `table.rs`; people find it in docs/services.md.

mod choose;
mod clash;
mod table;
mod told;

pub use choose::{Wanted, choose};
pub use clash::{clash, too_many};
pub use table::{Client, Row, row};
pub use told::{Told, ended, failed, ready};

use schema::plan::{Job, Service};

/// The services of a job that have a container of their own.
pub fn in_containers(job: &Job) -> impl Iterator<Item = &Service> {
    let services = job.services.iter();
    services.filter(|service| service.image.is_some() || row(&service.name).is_some())
}

/// Whether a job asks for a screen, which its own container has.
#[must_use]
pub fn wants_screen(job: &Job) -> bool {
    job.services.iter().any(|service| service.name == "xvfb")
}
