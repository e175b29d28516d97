//! A task that takes turns: when it is rung, and else after a pause.

use super::TaskError;
use crate::clock::Clock;
use crate::store::StoreError;
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Between two turns that both had something to do, so that work that can't be noted down, on a
/// full disk for one, does not become a busy loop.
const BREATH: Duration = Duration::from_millis(5);
/// The longest pause after turns that failed.
const LONGEST: Duration = Duration::from_secs(30);

/// Takes turns until `stop`. A turn says how much it did: after something it comes again at once,
/// after nothing when `bell` rings or the `pause`, which is asked for each time, is over. One that
/// fails is logged and comes again after ever longer pauses; the task lives on, since what it has to
/// do lies in the database.
///
/// # Errors
/// None; it has the shape of a task.
pub(super) async fn turns<F>(
    name: &'static str,
    (clock, stop): (&Clock, CancellationToken),
    bell: &Notify,
    pause: impl Fn() -> Duration,
    mut turn: impl FnMut(Timestamp) -> F,
) -> Result<(), TaskError>
where
    F: Future<Output = Result<usize, StoreError>>,
{
    let mut failures = 0;
    // A turn that has begun ends by itself: what it did in part would be done again.
    while !stop.is_cancelled() {
        let wait = match turn(clock.now()).await {
            Ok(0) => Some(pause()),
            Ok(_) => None,
            Err(error) => {
                tracing::error!(task = name, %error, "a turn failed");
                failures += 1;
                let pause = pause().max(Duration::from_secs(1)) * failures;
                let () = sleep(&stop, pause.min(LONGEST)).await;
                continue;
            }
        };
        failures = 0;
        match wait {
            None => sleep(&stop, BREATH).await,
            Some(pause) => tokio::select! {
                () = bell.notified() => {}
                () = sleep(&stop, pause) => {}
            },
        }
    }
    Ok(())
}

async fn sleep(stop: &CancellationToken, pause: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::Instant;

    /// The seconds at which turns came that answered so, and then with nothing.
    async fn times(answers: Vec<Result<usize, StoreError>>, rung_at: Option<u64>) -> Vec<u64> {
        let start = Instant::now();
        let stop = CancellationToken::new();
        let bell = Arc::new(Notify::new());
        if let Some(at) = rung_at {
            let bell = Arc::clone(&bell);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(at)).await;
                bell.notify_one();
            });
        }
        let count = AtomicUsize::new(0);
        let mut seen = Vec::new();
        let pause = Duration::from_secs(10);
        let clock = Clock::system();
        let end = turns(
            "test",
            (&clock, stop.clone()),
            &bell,
            || pause,
            |_| {
                seen.push(start.elapsed().as_secs());
                let at = count.fetch_add(1, Ordering::SeqCst);
                let answer = answers.get(at).cloned().unwrap_or(Ok(0));
                if at >= answers.len() {
                    stop.cancel();
                }
                std::future::ready(answer)
            },
        );
        end.await.unwrap();
        seen
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_with_something_to_do_is_followed_at_once_and_an_idle_one_after_the_pause() {
        assert_eq!(times(vec![Ok(3), Ok(0)], None).await, [0, 0, 10]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_bell_ends_the_pause() {
        assert_eq!(times(vec![Ok(0)], Some(4)).await, [0, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_fails_is_taken_again_ever_later_and_never_ends_the_task() {
        let failed = || Err(StoreError::DiskFull);
        let lasting = || Err(StoreError::Refused("x".to_owned()));
        let seen = times(vec![failed(), lasting(), failed(), failed()], None).await;
        assert_eq!(seen, [0, 10, 30, 60, 90]);
    }
}
