//! From start to stop: run, drain, stop (reliability P9).
//!
//! Draining begins no job and lets running ones end, while webhooks are still taken and statuses
//! sent. Stopping ends everything; a job that still runs then is left to its supervisor, and the
//! next start takes it up again (decision 17).

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// How far along the daemon's life is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Jobs begin.
    Running,
    /// No job begins; running ones go on.
    Draining,
    /// Everything ends.
    Stopping,
}

/// What somebody asks of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// SIGTERM or Ctrl-C: drain for a limited time; a second time: stop.
    Stop,
    /// SIGQUIT: drain for as long as the jobs take.
    Drain,
}

/// The daemon's life, as its tasks share it.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    state: Arc<watch::Sender<State>>,
    draining: CancellationToken,
    stopping: CancellationToken,
}

#[derive(Clone, Copy, Debug)]
struct State {
    phase: Phase,
    /// Jobs that run.
    busy: usize,
    /// When draining ends at the latest.
    deadline: Option<Instant>,
    /// Whether somebody asked once more, while stopping.
    hurried: bool,
    /// The time that SIGTERM leaves to running jobs.
    drain_timeout: Duration,
}

/// A place of a running job; the daemon is idle when all of them are dropped.
#[derive(Debug)]
pub struct Busy(Arc<watch::Sender<State>>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0
            .send_modify(|state| state.busy = state.busy.saturating_sub(1));
    }
}

impl Lifecycle {
    /// A life that begins now; `drain_timeout` is the time that SIGTERM leaves to running jobs.
    #[must_use]
    pub fn new(drain_timeout: Duration) -> Self {
        let state = State {
            phase: Phase::Running,
            busy: 0,
            deadline: None,
            hurried: false,
            drain_timeout,
        };
        Self {
            state: Arc::new(watch::Sender::new(state)),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
        }
    }

    /// How far along it is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.state.borrow().phase
    }

    /// How long running jobs may go on; none where nothing limits it.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let deadline = self.state.borrow().deadline;
        deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// How many jobs run.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.state.borrow().busy
    }

    /// Is cancelled when no job may begin any more.
    #[must_use]
    pub fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// Is cancelled when everything is to end.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// A place for a job that is about to begin, to be held until it has ended; none once the
    /// daemon drains. Take it before the job is claimed: between the two nobody can miss the end.
    #[must_use]
    pub fn begin_job(&self) -> Option<Busy> {
        let begun = self.state.send_if_modified(|state| {
            let runs = state.phase == Phase::Running;
            state.busy += usize::from(runs);
            runs
        });
        begun.then(|| Busy(Arc::clone(&self.state)))
    }

    /// Does what is asked.
    pub fn ask(&self, ask: Ask) {
        let now = Instant::now();
        self.change(|state| match (state.phase, ask) {
            (Phase::Running, Ask::Drain) => state.phase = Phase::Draining,
            (Phase::Running, Ask::Stop) => {
                state.phase = Phase::Draining;
                state.deadline = Some(now + state.drain_timeout);
            }
            // Who let it take its time may still ask it to hurry.
            (Phase::Draining, Ask::Stop) if state.deadline.is_none() => {
                state.deadline = Some(now + state.drain_timeout);
            }
            (Phase::Draining, Ask::Stop) => {
                state.phase = Phase::Stopping;
                state.hurried = true;
            }
            (Phase::Stopping, Ask::Stop) => state.hurried = true,
            (Phase::Draining | Phase::Stopping, Ask::Drain) => {}
        });
    }

    /// Another time for running jobs, from the next SIGTERM on.
    pub fn set_drain_timeout(&self, timeout: Duration) {
        self.state
            .send_modify(|state| state.drain_timeout = timeout);
    }

    /// Stops at once, because something is broken.
    pub fn fail(&self) {
        self.change(|state| state.phase = Phase::Stopping);
    }

    /// Ends draining when no job runs any more or its time is over; returns once the daemon stops.
    pub async fn watch(&self) {
        let mut states = self.state.subscribe();
        loop {
            let state = *states.borrow_and_update();
            match (state.phase, state.deadline) {
                (Phase::Stopping, _) => return,
                (Phase::Draining, _) if state.busy == 0 => self.fail(),
                (Phase::Draining, Some(deadline)) => {
                    tokio::select! {
                        _ = states.changed() => {}
                        () = sleep_until(deadline) => self.fail(),
                    }
                }
                (Phase::Running | Phase::Draining, _) => {
                    // The sender lives as long as `self`.
                    let _ = states.changed().await;
                }
            }
        }
    }

    /// Waits until somebody asks once more while it stops.
    pub async fn hurried(&self) {
        let mut states = self.state.subscribe();
        let _ = states.wait_for(|state| state.hurried).await;
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut phase = Phase::Running;
        self.state.send_modify(|state| {
            change(state);
            phase = state.phase;
        });
        if phase >= Phase::Draining {
            self.draining.cancel();
        }
        if phase == Phase::Stopping {
            self.stopping.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(600);

    /// A life that is watched, with so many jobs.
    fn life(jobs: usize) -> (Lifecycle, Vec<Busy>) {
        let life = Lifecycle::new(LIMIT);
        let jobs = (0..jobs).filter_map(|_| life.begin_job()).collect();
        let watched = life.clone();
        tokio::spawn(async move { watched.watch().await });
        (life, jobs)
    }

    /// Waits for the end, and says after how many seconds it came.
    async fn end(life: &Lifecycle) -> Option<u64> {
        let start = Instant::now();
        let day = Duration::from_secs(24 * 3600);
        let end = tokio::time::timeout(day, life.stopping().cancelled()).await;
        end.is_ok().then(|| start.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn it_runs_until_somebody_asks() {
        let (life, _) = life(0);
        assert_eq!(end(&life).await, None);
        assert_eq!(life.phase(), Phase::Running);
        assert!(!life.draining().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_daemon_stops_at_once_whatever_is_asked() {
        for ask in [Ask::Stop, Ask::Drain] {
            let (life, _) = life(0);
            life.ask(ask);
            assert_eq!(end(&life).await, Some(0), "{ask:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn sigterm_lets_jobs_end_for_a_limited_time() {
        let (life, jobs) = life(2);
        life.ask(Ask::Stop);
        assert_eq!(life.phase(), Phase::Draining);
        assert!(life.draining().is_cancelled());
        assert!(!life.stopping().is_cancelled());
        assert_eq!(end(&life).await, Some(600));
        assert_eq!(jobs.len(), life.jobs());
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_with_its_last_job() {
        let (life, mut jobs) = life(2);
        life.ask(Ask::Stop);
        tokio::time::sleep(Duration::from_secs(5)).await;
        jobs.pop();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(life.phase(), Phase::Draining);
        jobs.pop();
        assert_eq!(end(&life).await, Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_sigterm_does_not_wait() {
        let (life, _jobs) = life(1);
        life.ask(Ask::Stop);
        life.ask(Ask::Stop);
        assert_eq!(end(&life).await, Some(0));
        life.hurried().await;
    }

    #[tokio::test(start_paused = true)]
    async fn sigquit_waits_as_long_as_the_jobs_take() {
        let (life, mut jobs) = life(1);
        life.ask(Ask::Drain);
        life.ask(Ask::Drain);
        assert_eq!(end(&life).await, None);
        assert_eq!(life.phase(), Phase::Draining);
        jobs.pop();
        assert_eq!(end(&life).await, Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn sigterm_after_sigquit_sets_the_limit_and_another_one_stops() {
        let (life, _jobs) = life(1);
        life.ask(Ask::Drain);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        life.ask(Ask::Stop);
        life.ask(Ask::Drain);
        assert_eq!(end(&life).await, Some(600));

        let (life, _jobs) = self::life(1);
        life.ask(Ask::Drain);
        life.ask(Ask::Stop);
        life.ask(Ask::Stop);
        assert_eq!(end(&life).await, Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn no_job_begins_once_it_drains() {
        let (life, jobs) = life(1);
        assert_eq!(life.jobs(), 1);
        life.ask(Ask::Drain);
        assert!(life.begin_job().is_none());
        assert_eq!(life.jobs(), 1);
        drop(jobs);
        assert_eq!(end(&life).await, Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn something_broken_stops_it_with_its_jobs_running() {
        let (life, _jobs) = life(3);
        life.fail();
        assert_eq!(end(&life).await, Some(0));
        assert!(life.draining().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_is_hurried_only_when_asked_again() {
        let (life, _) = life(0);
        life.fail();
        let hurried = tokio::time::timeout(LIMIT, life.hurried());
        assert!(hurried.await.is_err());
        life.ask(Ask::Stop);
        life.hurried().await;
    }
}
