//! One job, from what it was granted to its end.

pub mod execute;
pub mod opened;
