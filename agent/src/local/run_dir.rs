//! The folder of one run: its number and its logs.

use crate::data_dir;
use std::io;
use std::path::{Path, PathBuf};

/// Runs whose folders are kept.
const KEPT: usize = 50;

/// A run's own folder below `<data>/runs`.
#[derive(Clone, Debug)]
pub struct RunDir {
    number: u64,
    path: PathBuf,
}

impl RunDir {
    /// Takes the next number; the oldest runs beyond the fifty kept are removed.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn new(data: &Path) -> io::Result<Self> {
        let runs = data.join("runs");
        data_dir::create(&runs)?;
        let mut numbers = numbers(&runs)?;
        numbers.sort_unstable();
        let oldest = numbers.len().saturating_sub(KEPT - 1);
        for number in numbers.iter().take(oldest) {
            // Another run may be at the same; nothing depends on it.
            let _ = std::fs::remove_dir_all(runs.join(number.to_string()));
        }
        let mut number = numbers.last().copied().unwrap_or(0) + 1;
        loop {
            let path = runs.join(number.to_string());
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self { number, path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The number, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The folder that the log of a job's attempt, from 1, goes to.
    #[must_use]
    pub fn log(&self, job: u32, attempt: u32) -> PathBuf {
        self.path.join(match attempt {
            1 => job.to_string(),
            attempt => format!("{job}.{attempt}"),
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn numbers(runs: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(runs)? {
        if let Ok(number) = entry?.file_name().to_string_lossy().parse() {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_and_old_runs_go_away() -> io::Result<()> {
        let data = tempfile::tempdir()?;
        for expected in 1..=60 {
            assert_eq!(RunDir::new(data.path())?.number(), expected);
        }
        let mut left = numbers(&data.path().join("runs"))?;
        left.sort_unstable();
        assert_eq!(left, (11..=60).collect::<Vec<_>>());
        Ok(())
    }
}
