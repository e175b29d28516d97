//! GitHub at the door and on the line: signatures, deliveries, events, and calls with all that can
//! go wrong on them.

mod calls;
mod conformance;
mod events;
mod faults;
mod limits;
mod server;
mod setting_up;
mod signatures;
mod webhook;
