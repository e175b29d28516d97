//! A log that is not here, and why: an empty page would look like a job that said nothing.

use crate::server::app::App;
use crate::server::error::Error;
use crate::store::Attempt;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::time::Duration;

/// Why an attempt that has run has no log in its folder; none where it has one, or may still get one.
pub(in crate::server) async fn why(
    app: &App,
    attempt: &Attempt,
    folder: PathBuf,
) -> Result<Option<String>, Error> {
    let Some(ended) = attempt.finished.filter(|_| attempt.started.is_some()) else {
        return Ok(None);
    };
    if tokio::task::spawn_blocking(move || folder.exists()).await? {
        return Ok(None);
    }
    Ok(Some(text(ended, app.clock.now(), app.logs_kept())))
}

fn text(ended: Timestamp, now: Timestamp, kept: Duration) -> String {
    let age = now.duration_since(ended);
    if SignedDuration::try_from(kept).is_ok_and(|kept| age >= kept) {
        return format!("Its log was removed after {} (logs.retention).", long(kept));
    }
    // Each agent of a database keeps the logs of the jobs that it ran.
    "This agent has no log of it: another agent ran the job, or the log was removed by hand."
        .to_owned()
}

/// A time of which only whole days or hours are of interest.
fn long(time: Duration) -> String {
    let hours = time.as_secs() / 3600;
    let (count, unit) = match hours {
        48.. if hours.is_multiple_of(24) => (hours / 24, "day"),
        _ => (hours, "hour"),
    };
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{many}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_retention_removed_is_told_from_what_is_elsewhere() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let kept = Duration::from_secs(90 * 24 * 3600);
        let removed = "Its log was removed after 90 days (logs.retention).";
        assert_eq!(text(at(0), at(90 * 24), kept), removed);
        assert!(text(at(0), at(90 * 24 - 1), kept).starts_with("This agent has no log"));
    }

    #[test]
    fn a_time_is_told_in_days_where_it_has_whole_ones() {
        let told = [1, 24, 36, 48, 49, 2160].map(|hours| long(Duration::from_secs(hours * 3600)));
        let expected = [
            "1 hour", "24 hours", "36 hours", "2 days", "49 hours", "90 days",
        ];
        assert_eq!(told, expected);
    }
}
