//! Services beside a job: what is made, when one is ready, and how one ended.

use super::{Image, Limits};
use std::time::Duration;

/// A service: a container in the job's network namespace, so that the job finds it on localhost.
///
/// It is given nothing secret, and nothing of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceSpec {
    /// What people call it; no other service of the instance has the name.
    pub name: String,
    /// Its image.
    pub image: Image,
    /// Variables of its container.
    pub env: Vec<(String, String)>,
    /// The words of its command; empty for those of the image.
    pub command: Vec<String>,
    /// Folders that are kept in memory, within its limit: quick, bounded, and gone with it.
    pub in_memory: Vec<String>,
    /// What its container may use.
    pub limits: Limits,
    /// When the job may begin.
    pub ready: Readiness,
}

/// When a service is ready: all that is said has to hold. With nothing said, as soon as it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// A port of the job's namespace that takes connections.
    pub port: Option<u16>,
    /// Shell text that ends with 0 in the service's container.
    pub command: Option<String>,
    /// Shell text that is run once in the service's container after that, and has to end with 0.
    pub then: Option<String>,
    /// The longest that all of it may take.
    pub timeout: Duration,
}

/// A service that ended although nobody stopped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEnd {
    /// Which.
    pub name: String,
    /// Its exit code; none where its container is gone.
    pub code: Option<i64>,
    /// Whether the kernel killed it for memory.
    pub out_of_memory: bool,
}
