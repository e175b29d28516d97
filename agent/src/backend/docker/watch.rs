//! The end of containers beside the job, and what they printed last.

use super::Inner;
use super::engine::QUICK;
use super::stop::state;
use crate::backend::{BackendError, said};
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use std::time::Duration;

/// Between two looks at a container.
const AGAIN: Duration = Duration::from_millis(300);

/// Comes back only when the container ended, and says how.
pub(super) async fn ended(inner: &Inner, container: &str) -> Result<String, BackendError> {
    loop {
        tokio::time::sleep(AGAIN).await;
        let state = state(inner, container).await?.unwrap_or_default();
        if state.running != Some(true) {
            let code = state.exit_code.unwrap_or(-1);
            let why = match state.oom_killed {
                Some(true) => ": out of memory",
                _ => "",
            };
            return Ok(format!("ended with exit code {code}{why}"));
        }
    }
}

/// The last lines of a container's log, as they came.
pub(super) async fn last_words(inner: &Inner, container: &str, lines: u32) -> String {
    let options = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .tail(&lines.to_string())
        .build();
    let pieces = inner.engine.docker.logs(container, Some(options));
    let pieces = pieces
        .filter_map(|piece| async { piece.ok() })
        .map(|piece| piece.into_bytes())
        .collect::<Vec<_>>();
    // What was not told in time is not worth more waiting.
    let pieces = tokio::time::timeout(QUICK, pieces).await;
    said(&pieces.unwrap_or_default().concat())
}
