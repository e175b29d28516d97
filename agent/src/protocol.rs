//! What the agent and the supervisor in a job's container say to each other.
//!
//! Standard library only: the toolbox compiles this file too.
