//! The daemon as a process: signals, the service manager, and what keeps it from starting.
//!
//! Each process is this test program again, told by a variable which part to play.

mod life;
mod process;
mod serve;
