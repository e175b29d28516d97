//! The `toolbox` command: what the agent brings into a job's container.
//!
//! Static and small: standard library and rustix only. It shares nothing with the agent but
//! the protocol module.

#[allow(dead_code, unused_imports, unreachable_pub)]
#[path = "../../protocol/mod.rs"]
mod protocol;

fn main() {}
