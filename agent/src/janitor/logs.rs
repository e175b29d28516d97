//! The folders of logs: one for each job, with one for each of its attempts.

use super::Janitor;
use crate::log::LogId;
use crate::store::{JobId, StoreError};
use jiff::Timestamp;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folders that are held against the database at once.
const AT_ONCE: usize = 200;

impl Janitor {
    /// Removes the logs of jobs that no row stands for, or whose build ended before a time; how many.
    pub(super) async fn logs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let logs = folder(&self.data);
        let found = blocking(move || job_folders(&logs)).await;
        let mut removed = 0;
        for jobs in found.unwrap_or_default().chunks(AT_ONCE) {
            let kept = self.store.jobs_with_logs(jobs, before).await?;
            let old = jobs.iter().copied().filter(|job| !kept.contains(job));
            removed += self.remove_logs(old.collect()).await;
        }
        Ok(removed)
    }

    /// Removes the logs of jobs; how many there were. One that stays is found by the next sweep.
    pub(super) async fn remove_logs(&self, jobs: Vec<JobId>) -> u64 {
        let logs = folder(&self.data);
        let removed = blocking(move || {
            let folders = jobs.iter().map(|job| logs.join(job.0.to_string()));
            folders.map(|folder| u64::from(remove(&folder))).sum()
        });
        removed.await.unwrap_or_default()
    }
}

/// The folder that holds the logs of all jobs.
fn folder(data: &Path) -> PathBuf {
    let id = LogId { job: 0, attempt: 0 };
    let folder = id.folder(data);
    let above = folder.parent().and_then(Path::parent);
    above.unwrap_or(data).to_owned()
}

/// The jobs that have a folder here. What is called otherwise is not ours.
fn job_folders(logs: &Path) -> Vec<JobId> {
    let entries = std::fs::read_dir(logs).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut jobs: Vec<JobId> = names
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .filter_map(|name| name.parse().ok().map(JobId))
        .collect();
    jobs.sort();
    jobs
}

fn remove(folder: &Path) -> bool {
    match std::fs::remove_dir_all(folder) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(
                "{}: an old log cannot be removed yet: {error}",
                folder.display()
            );
            false
        }
    }
}

/// Looks at files on a thread that may wait for them.
async fn blocking<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(look).await.ok()
}
