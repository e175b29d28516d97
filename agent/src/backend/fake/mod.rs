//! A backend without containers, for tests of everything above it: instances are entries in
//! memory, supervisors play what a test wrote, and time is tokio's, so it can be paused.
