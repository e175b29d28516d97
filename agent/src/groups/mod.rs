//! `concurrency:` – of one group one build, or one job, runs at a time (decision 8). Pure: what a group
//! is called, whose turn it is, and who gives way to a newer one. The queue asks at each claim, pages
//! when they show what a job waits for.
//!
//! A build takes its group with its first job and holds it until the last one has ended; a job of a
//! group holds it while it runs. Names are of one kind: a build and a job of another build exclude each
//! other by the same group.

mod name;
#[cfg(test)]
mod properties;
mod turn;
mod yielding;

pub use name::{Group, Groups, Known, shown};
pub use turn::{Looked, Unit, Wait, look};
pub use yielding::{Yields, yields};

/// A build of a group that has begun and has not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Its row.
    pub id: u64,
    /// Its number in the repository.
    pub number: u64,
    /// Its group, with the scope.
    pub key: String,
    /// When it came to the group, among all of its repository: grows with each build and restart.
    pub turn: u64,
    /// Whether it cancels older ones.
    pub cancel: bool,
    /// Whether it has the group.
    pub holds: bool,
    /// Whether all that is left of it is asked to stop.
    pub stopping: bool,
    /// The groups of its jobs.
    pub wants: Vec<String>,
}

/// A job of a group that is queued or runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Its row.
    pub id: u64,
    /// Its number in the build.
    pub number: u32,
    /// Its build.
    pub build: u64,
    /// The build's number in the repository.
    pub build_number: u64,
    /// Its group, with the scope.
    pub key: String,
    /// That of its build.
    pub turn: u64,
    /// Whether it cancels older ones.
    pub cancel: bool,
    /// Whether it has the group.
    pub holds: bool,
    /// Whether it is asked to stop.
    pub stopping: bool,
}

/// All builds and jobs of one repository that hold a group or wait for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Active {
    /// Builds with a group of their own.
    pub builds: Vec<Build>,
    /// Jobs with a group of their own.
    pub jobs: Vec<Job>,
}

impl Build {
    fn name(&self) -> String {
        format!("build {}", self.number)
    }
}

impl Job {
    fn name(&self) -> String {
        format!("job {}.{}", self.build_number, self.number)
    }
}
