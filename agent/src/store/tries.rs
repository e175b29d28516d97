//! Trying again what the database gave up for a reason that passes.

use super::StoreError;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Why an attempt failed, and whether nothing of it can have been written, so that it may run again.
#[derive(Debug)]
pub(crate) struct Failed {
    error: StoreError,
    again: bool,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self {
            error,
            again: false,
        }
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        let again = conflicted(&error) || disconnected(&error);
        Self {
            error: error.into(),
            again,
        }
    }
}

impl Failed {
    /// A commit that failed: only a conflict says for certain that nothing was written.
    pub(crate) fn commit(error: sqlx::Error) -> Self {
        let again = conflicted(&error);
        Self {
            error: error.into(),
            again,
        }
    }
}

/// PostgreSQL ended the transaction in favour of another: serialization failure, deadlock.
fn conflicted(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| matches!(&*code, "40001" | "40P01"))
}

fn disconnected(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Connection exceptions; the server shuts down, crashed, starts, or ended an idle session.
            code.starts_with("08")
                || matches!(&*code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03")
        }),
        _ => false,
    }
}

/// How often an attempt may still be repeated.
#[derive(Debug)]
pub(crate) struct Tries {
    left: u32,
    pause: Duration,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            left: 6,
            pause: Duration::from_millis(10),
        }
    }
}

impl Tries {
    /// Waits before the next attempt, or gives the error back where there is to be none.
    pub(crate) async fn wait(&mut self, failed: Failed) -> Result<(), StoreError> {
        if !failed.again || self.left == 0 {
            return Err(failed.error);
        }
        self.left -= 1;
        // Those who collided must not come back together.
        let part = RandomState::new().hash_one(self.left) % 100;
        let jitter = self.pause * u32::try_from(part).unwrap_or(0) / 100;
        tokio::time::sleep(self.pause + jitter).await;
        self.pause *= 3;
        Ok(())
    }
}

/// Runs it until it succeeds, fails for good, or has failed too often.
pub(crate) async fn retry<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Failed>>,
{
    let mut tries = Tries::default();
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(failed) => tries.wait(failed).await?,
        }
    }
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}
