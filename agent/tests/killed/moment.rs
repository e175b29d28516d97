//! Moments at which an agent is killed, and what it was about.

use crate::dice::Dice;
use crate::engine::docker;
use crate::project::Project;
use crate::serving::PATIENCE;
use agent::scheduler::State;
use agent::store::{BuildFilter, Cursor, JobRow, Location, Store};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// How long an agent lives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// So long.
    After(Duration),
    /// Until so many things have happened, calls at GitHub and events of the engine, and so long
    /// after that; but not longer than this in all.
    Upon(usize, Duration, Duration),
    /// Until the build has come so far, and so long after that.
    Past(usize, Duration),
}

impl Moment {
    /// So many for one build, spread over its whole life; each life lasts about `mean`.
    pub(crate) fn some(dice: &mut Dice, count: u64, mean: Duration) -> Vec<Self> {
        let moment = |at| {
            let steps = u64::try_from(Project::STEPS).unwrap() + 1;
            let step = usize::try_from(at * steps / count).unwrap();
            match dice.within(0..6) {
                // What follows at once: the end of the engine's call, the note in the database.
                0 => Self::Past(step, dice.below(Duration::from_millis(50))),
                1 | 2 => Self::Past(step, dice.below(mean)),
                _ => Self::any(dice, mean),
            }
        };
        (0..count).map(moment).collect()
    }

    fn any(dice: &mut Dice, mean: Duration) -> Self {
        let longest = 2 * mean;
        match dice.within(0..5) {
            // Starting up, and taking jobs up.
            0 => Self::After(dice.below(Duration::from_millis(400))),
            1 | 2 => Self::After(dice.below(longest)),
            _ => {
                let news = usize::try_from(dice.within(1..30)).unwrap();
                Self::Upon(news, dice.below(Duration::from_millis(30)), longest)
            }
        }
    }

    /// Waits for it, from the agent's start on.
    pub(crate) fn wait(self, project: &Project) {
        match self {
            Self::After(life) => std::thread::sleep(life),
            Self::Upon(news, more, longest) => {
                let (begin, before) = (Instant::now(), project.news());
                while project.news() < before + news && begin.elapsed() < longest {
                    std::thread::sleep(Duration::from_millis(3));
                }
                std::thread::sleep(more);
            }
            Self::Past(step, more) => {
                let begin = Instant::now();
                while project.steps() < step && begin.elapsed() < PATIENCE {
                    std::thread::sleep(Duration::from_millis(3));
                }
                std::thread::sleep(more);
            }
        }
    }
}

/// What an agent was about that is dead now, by what it left.
pub(crate) async fn about(project: &Project) -> &'static str {
    let location = Location::Sqlite(project.world.machine.data().join("agent.db"));
    let store = Store::open(&location).await.unwrap();
    let all = BuildFilter::default();
    let builds = store.builds(&all, Cursor(None), 10).await.unwrap();
    let Some(build) = builds.first() else {
        return "before the build";
    };
    if build.state.is_final() {
        let later = Timestamp::now() + SignedDuration::from_hours(1);
        let unsent = store.unsent_statuses(later, 1).await.unwrap();
        return if unsent.is_empty() {
            "after the end"
        } else {
            "the last status"
        };
    }
    let jobs = store.jobs(build.id).await.unwrap();
    let started = |job: &&JobRow| job.attempt.state == State::Started;
    let started: Vec<&JobRow> = jobs.iter().filter(started).collect();
    if started.is_empty() {
        return "between jobs";
    }
    let states: Vec<String> = started.iter().map(|job| containers(job)).collect();
    let any = |state: &str| states.iter().any(|states| states.contains(state));
    let deploys = project
        .tally
        .all()
        .keys()
        .any(|words| words.starts_with("deployment"));
    match () {
        () if deploys => "a deployment",
        () if any("created") => "making a container",
        () if states.iter().any(String::is_empty) => "preparing a job",
        () if any("exited") => "the end of a job",
        () => "running jobs",
    }
}

/// The states of a job's containers.
fn containers(job: &JobRow) -> String {
    let label = format!("label=ci.job={}", job.id.0);
    docker(&["ps", "-a", "--filter", &label, "--format", "{{.State}}"])
}
