//! Names of rows, so that a build's number is never taken for a job's.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! row_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_name! {
    /// A repository: GitHub's own number, which stays when it is renamed or transferred.
    RepositoryId
}
row_name! {
    /// A delivery: one webhook, or one finding of the poller, in the order they were stored.
    DeliveryId
}
row_name! {
    /// A build, unique among all repositories. People see its number in its repository.
    BuildId
}
row_name! {
    /// A job, unique among all builds. People see `12.3`: the build's number and its own.
    JobId
}
