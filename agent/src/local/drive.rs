//! The loop between the scheduler and the jobs.

use crate::protocol::JobResult;
use crate::runner::execute::{Cancel, Finished, JobEnd};
use crate::scheduler::{BuildState, Effect, Event, JobState, State, step};
use async_trait::async_trait;
use schema::plan::{Job, Plan};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How a single job is run, and who hears of it.
#[async_trait]
pub trait Jobs: Send + Sync + 'static {
    /// Runs a job to its end, whatever happens to it; `retried` is how often it has run again by its
    /// `retry:`, this time included.
    async fn run(&self, job: &Job, retried: u8, cancel: &Cancel) -> Finished;
    /// The group of which it alone may run, where it has one.
    fn group(&self, _job: &Job) -> Option<String> {
        None
    }
    /// A job's state changed.
    async fn changed(&self, _number: u32, _state: State) {}
}

/// A build that ended.
pub struct BuildEnd {
    /// The states of build and jobs.
    pub state: BuildState,
    /// The jobs that were run, by number.
    pub jobs: BTreeMap<u32, JobEnd>,
    /// From the first job's queueing to the last job's end.
    pub took: Duration,
    /// What could not be removed, in words.
    pub leftovers: Vec<String>,
}

/// Runs a build: at most `parallel` jobs at once, stages in order, until every job has ended and
/// everything is removed.
pub async fn drive(
    jobs: Arc<dyn Jobs>,
    plan: Arc<Plan>,
    skipped: &[u32],
    parallel: usize,
    cancel: Cancel,
) -> BuildEnd {
    let began = Instant::now();
    let mut build = BuildState::new(&plan, skipped);
    let mut ends = BTreeMap::new();
    let mut cleanups = JoinSet::new();
    let mut tasks = JoinSet::new();
    let (events, mut inbox) = mpsc::unbounded_channel();
    // In the order of the plan: a queue at a semaphore would take whichever task comes first.
    let mut queue = VecDeque::new();
    let mut running = 0;
    // The groups of jobs that run.
    let mut held: BTreeMap<u32, Option<String>> = BTreeMap::new();
    let mut pending = vec![Event::Begin];
    let mut canceled = false;
    loop {
        for event in std::mem::take(&mut pending) {
            for effect in step(&mut build, event) {
                match effect {
                    Effect::Enqueue(number) => {
                        jobs.changed(number, State::Queued).await;
                        queue.extend(find(&plan, number));
                    }
                    Effect::Canceled(number) => {
                        queue.retain(|job: &&Job| job.number != number);
                        jobs.changed(number, State::Canceled).await;
                    }
                    // All jobs share the build's cancellation.
                    Effect::Stop(_) | Effect::BuildStarted | Effect::BuildEnded(_) => {}
                }
            }
        }
        if build.jobs.iter().all(|job| job.state().is_final()) {
            break;
        }
        while !canceled && running < parallel.max(1) {
            let free = |job: &&Job| {
                let group = jobs.group(job);
                group.is_none() || !held.values().any(|held| *held == group)
            };
            let Some(at) = queue.iter().position(free) else {
                break;
            };
            let Some(job) = queue.remove(at) else { break };
            held.insert(job.number, jobs.group(job));
            running += 1;
            let retried = build.job(job.number).map_or(0, JobState::retried);
            tasks.spawn(one(&jobs, job, retried, &events, &cancel));
        }
        let message = tokio::select! {
            biased;
            () = cancel.soft.cancelled(), if !canceled => {
                canceled = true;
                pending.push(Event::CancelBuild);
                continue;
            }
            message = inbox.recv() => message,
        };
        match message {
            Some(Message::Started(number)) => {
                jobs.changed(number, State::Started).await;
                pending.push(Event::JobStarted(number));
            }
            Some(Message::Ended(number, finished)) => {
                running -= 1;
                held.remove(&number);
                let Finished { end, cleanup } = *finished;
                let state = state(end.result());
                jobs.changed(number, state).await;
                pending.push(if end.deployed {
                    Event::JobDeployed(number, state)
                } else {
                    Event::JobEnded(number, state)
                });
                ends.insert(number, end);
                cleanups.spawn(cleanup);
            }
            None => break,
        }
    }
    let took = began.elapsed();
    // A job that was canceled while it began is decided already, but not yet gone.
    while tasks.join_next().await.is_some() {}
    while let Ok(message) = inbox.try_recv() {
        if let Message::Ended(number, finished) = message {
            ends.insert(number, finished.end);
            cleanups.spawn(finished.cleanup);
        }
    }
    let mut leftovers = Vec::new();
    while let Some(done) = cleanups.join_next().await {
        match done {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => leftovers.push(error.to_string()),
            Ok(Err(error)) | Err(error) => leftovers.push(error.to_string()),
        }
    }
    BuildEnd {
        state: build,
        jobs: ends,
        took,
        leftovers,
    }
}

enum Message {
    Started(u32),
    Ended(u32, Box<Finished>),
}

/// One job: tells that it starts, runs, tells.
fn one(
    jobs: &Arc<dyn Jobs>,
    job: &Job,
    retried: u8,
    events: &mpsc::UnboundedSender<Message>,
    cancel: &Cancel,
) -> impl Future<Output = ()> + use<> {
    let (jobs, job) = (Arc::clone(jobs), job.clone());
    let (events, cancel) = (events.clone(), cancel.clone());
    async move {
        let number = job.number;
        // The loop may be gone when the build was canceled: then nobody waits for the answer.
        let _ = events.send(Message::Started(number));
        let run = tokio::spawn(async move { jobs.run(&job, retried, &cancel).await });
        let finished = run.await.unwrap_or_else(|_| broken());
        let _ = events.send(Message::Ended(number, Box::new(finished)));
    }
}

/// The end of a job in whose running the agent itself broke: the build must not wait for it. The
/// panic has told where; what the job had is removed by the next run.
fn broken() -> Finished {
    let mut end =
        JobEnd::refused("the agent broke while it ran this job; this is a mistake of its own");
    // Nobody knows how far it came: it is not run again by itself.
    end.deployed = true;
    Finished {
        end,
        cleanup: tokio::spawn(async { Ok(()) }),
    }
}

fn find(plan: &Plan, number: u32) -> Option<&Job> {
    let mut jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
    jobs.find(|job| job.number == number)
}

/// The word for a result.
#[must_use]
pub fn state_word(result: JobResult) -> &'static str {
    state(result).as_str()
}

/// The state that a result stands for.
fn state(result: JobResult) -> State {
    match result {
        JobResult::Passed => State::Passed,
        JobResult::Failed => State::Failed,
        JobResult::Errored => State::Errored,
        JobResult::Canceled => State::Canceled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::plan::{Retry, Stage};
    use std::sync::Mutex;

    /// What job 2 does after its sleep.
    #[derive(Clone, Copy, PartialEq)]
    enum Second {
        Passes,
        Breaks,
        BreaksOnce,
        Panics,
    }

    impl Second {
        /// Whether it breaks in the run after so many others.
        fn breaks(&self, before: u8) -> bool {
            *self == Self::Breaks || (*self == Self::BreaksOnce && before == 0)
        }
    }

    /// Jobs that sleep.
    struct Sleepers {
        second: Second,
        order: Mutex<Vec<String>>,
    }

    #[async_trait]
    impl Jobs for Sleepers {
        async fn run(&self, job: &Job, retried: u8, cancel: &Cancel) -> Finished {
            let number = job.number;
            tokio::select! {
                () = cancel.soft.cancelled() => {}
                () = tokio::time::sleep(Duration::from_secs(u64::from(number))) => {}
            }
            let end = if cancel.soft.is_cancelled() {
                let mut end = JobEnd::refused("");
                end.end = crate::runner::execute::End::Canceled;
                end
            } else if self.second == Second::Panics && number == 2 {
                panic!("as a mistake of the agent would")
            } else if number == 2 && self.second.breaks(retried) {
                JobEnd::refused("broken")
            } else {
                let mut end = JobEnd::refused("");
                end.end = crate::runner::execute::End::Told(crate::protocol::Outcome {
                    result: JobResult::Passed,
                    cause: crate::protocol::Cause::Finished,
                    warnings: Vec::new(),
                });
                end
            };
            Finished {
                end,
                cleanup: tokio::spawn(async { Ok(()) }),
            }
        }

        fn group(&self, job: &Job) -> Option<String> {
            job.concurrency.as_ref().map(|said| said.group.clone())
        }

        async fn changed(&self, number: u32, state: State) {
            let line = format!("{number} {}", state.as_str());
            self.order.lock().unwrap().push(line);
        }
    }

    async fn run(second: Second, parallel: usize, cancel: Cancel) -> (BuildEnd, Vec<String>) {
        let job = |number| Job {
            number,
            retry: (second == Second::BreaksOnce).then_some(Retry {
                count: 2,
                on: Vec::new(),
            }),
            ..Job::default()
        };
        let stage = |jobs| Stage { name: None, jobs };
        let plan = Plan {
            stages: vec![stage(vec![job(1), job(2)]), stage(vec![job(3)])],
            ..Plan::default()
        };
        let jobs = Arc::new(Sleepers {
            second,
            order: Mutex::default(),
        });
        let shared = Arc::clone(&jobs) as Arc<dyn Jobs>;
        let end = drive(shared, Arc::new(plan), &[], parallel, cancel).await;
        let order = jobs.order.lock().unwrap().clone();
        (end, order)
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_of_a_stage_run_together_and_stages_one_after_the_other() {
        let (end, order) = run(Second::Passes, 8, Cancel::default()).await;
        assert_eq!(end.state.state(), State::Passed);
        assert_eq!(end.took.as_secs(), 2 + 3);
        let at = |line: &str| order.iter().position(|one| one == line);
        assert!(at("2 started") < at("1 passed"));
        assert!(at("2 passed") < at("3 queued"));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_jobs_run_than_there_are_places_and_in_the_order_of_the_plan() {
        let (_, order) = run(Second::Passes, 1, Cancel::default()).await;
        let at = |line: &str| order.iter().position(|one| one == line);
        assert!(at("1 passed") < at("2 started"), "{order:?}");
        assert!(at("1 started") < at("1 passed"), "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_of_one_group_run_one_after_the_other_and_others_pass_them() {
        let job = |number, group: &str| Job {
            number,
            concurrency: (!group.is_empty()).then(|| schema::plan::Concurrency {
                group: group.to_owned(),
                cancel: true,
            }),
            ..Job::default()
        };
        let plan = Plan {
            stages: vec![Stage {
                name: None,
                jobs: vec![job(1, "db"), job(2, "db"), job(3, ""), job(4, "other")],
            }],
            ..Plan::default()
        };
        let jobs = Arc::new(Sleepers {
            second: Second::Passes,
            order: Mutex::default(),
        });
        let shared = Arc::clone(&jobs) as Arc<dyn Jobs>;
        let end = drive(shared, Arc::new(plan), &[], 2, Cancel::default()).await;
        assert_eq!(end.state.state(), State::Passed);
        let order = jobs.order.lock().unwrap().clone();
        let started = order.iter().filter(|line| line.ends_with("started"));
        let started: Vec<&String> = started.collect();
        assert_eq!(
            started,
            ["1 started", "3 started", "2 started", "4 started"]
        );
        let at = |line: &str| order.iter().position(|one| one == line);
        assert!(at("1 passed") < at("2 started"), "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_job_cancels_the_next_stage() {
        let (end, order) = run(Second::Breaks, 8, Cancel::default()).await;
        assert_eq!(end.state.state(), State::Errored);
        assert!(order.contains(&"3 canceled".to_owned()));
        assert!(!end.jobs.contains_key(&3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_runs_again_by_its_retry_and_the_next_stage_waits_for_it() {
        let (end, order) = run(Second::BreaksOnce, 8, Cancel::default()).await;
        assert_eq!(end.state.state(), State::Passed);
        assert_eq!(end.state.job(2).map(JobState::retried), Some(1));
        let ends = order.iter().filter(|line| line.starts_with("2 "));
        let ends: Vec<&String> = ends.collect();
        assert_eq!(
            ends,
            [
                "2 queued",
                "2 started",
                "2 errored",
                "2 queued",
                "2 started",
                "2 passed"
            ]
        );
        let at = |line: &str| order.iter().position(|one| one == line);
        assert!(at("2 passed") < at("3 queued"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_in_which_the_agent_breaks_is_errored_and_holds_nobody() {
        let (end, _) = run(Second::Panics, 8, Cancel::default()).await;
        assert_eq!(end.state.state(), State::Errored);
        let reason = end.jobs[&2].reason().unwrap_or_default();
        assert!(reason.contains("a mistake of its own"), "{reason}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_canceled_build_ends_with_every_job_canceled() {
        let cancel = Cancel::default();
        let soft = cancel.soft.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            soft.cancel();
        });
        let (end, _) = run(Second::Passes, 1, cancel).await;
        assert_eq!(end.state.state(), State::Canceled);
        assert!(
            end.state
                .jobs
                .iter()
                .all(|job| job.state() == State::Canceled)
        );
    }
}
