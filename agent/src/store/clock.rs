//! The clock that leases go by (reliability P5).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A clock that leases can go by instead of PostgreSQL's: it never goes back, whatever happens to
/// the machine's time.
///
/// Its readings mean nothing to another clock. A lease that was given by another one, as before a
/// restart of the process, is taken to last for [`LEASE`](crate::queue::LEASE) from this clock's zero.
#[derive(Clone)]
pub struct LeaseClock {
    name: Arc<str>,
    read: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl LeaseClock {
    /// A clock with a name that no other has; for tests and simulations, which turn it by hand.
    #[must_use]
    pub fn new(name: &str, read: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            name: name.into(),
            read: Arc::new(read),
        }
    }

    /// The monotonic clock of this process, zero now.
    #[must_use]
    pub fn process() -> Self {
        let zero = Instant::now();
        Self::new(&ulid::Ulid::generate().to_string(), move || zero.elapsed())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Milliseconds since its zero.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from((self.read)().as_millis()).unwrap_or(i64::MAX)
    }
}

impl fmt::Debug for LeaseClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LeaseClock").field(&self.name).finish()
    }
}
