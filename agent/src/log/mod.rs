//! The way of a job's bytes.
//!
//! ```text
//!  supervisor's pty ──► mask ──┬──► limit ──► segments      (what is kept)
//!                              └──► lines ──► terminal      (what `agent run` shows)
//! ```
//!
//! - [`mask`] hides secrets. What it gives is [`Masked`], and nothing else can be stored or shown.
//! - [`limit`] keeps the beginning and the end of a log that is too long.
//! - [`segments`] is a log as files in a folder, with offsets.
//! - [`lines`] makes display lines of the same bytes: progress bars folded to their last state,
//!   fold and time markers ([`fold`]) as events, only colours left of all control sequences.
//! - [`live`] tells those who read a log how far it has grown.
//!
//! Each step holds a bounded number of bytes, whatever a job prints.

mod escape;
pub mod fold;
pub mod limit;
pub mod lines;
pub mod live;
pub mod mask;
mod masked;
pub mod segments;

pub use escape::clean;
pub use fold::{Marker, Timing};
pub use limit::{LimitedLog, Limits};
pub use lines::{Event, Lines};
pub use live::{Growth, Live, LogId};
pub use mask::{Checkpoint, MaskStream, Masker};
pub use masked::{Masked, MaskedBuf};
pub use segments::{LogError, Segments};
