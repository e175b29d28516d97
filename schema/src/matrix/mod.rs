//! From a config in its normal form to the jobs of a build, in order (language reference §4).
//!
//! [`expand`] multiplies the axes, adds the jobs written out, removes what is excluded;
//! [`finish`] sorts jobs into stages and marks those whose failure does not count.

mod allow_failures;
mod axes;
mod conditions;
mod env;
mod exclude;
mod facts;
mod job;
mod notifications;
mod same;
mod stages;
mod unique;
mod unsupported;
mod weight;

use job::Shared;
use unique::unique;
use weight::{TEXT, VALUES, Weight};

pub use conditions::{Conditions, Failed, Failure, LeftOut, Overlay, Skip, SkipKind, Verdict};
pub use facts::Facts;
pub use job::Job;
pub use stages::Stage;

use crate::yaml::{Map, Node};

/// Jobs a build may have (decision 9).
pub const JOBS: usize = 200;
/// Combinations that are looked at before rules about jobs remove some.
const COMBINATIONS: usize = 10 * JOBS;

/// How often values of rules about jobs may be held against jobs.
const COMPARISONS: usize = 500_000;

/// The matrix is larger than what a build may have (decision 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// More jobs than a build may have.
    #[error("{count} jobs are too many: a build has at most {JOBS}")]
    Jobs {
        /// How many there are, as far as they were counted.
        count: usize,
    },
    /// More rules than can be held against the jobs.
    #[error(
        "the rules have {values} values, too many for {jobs} jobs: values times jobs are at most \
         {COMPARISONS}"
    )]
    Rules {
        /// The values in the rules.
        values: usize,
        /// The jobs.
        jobs: usize,
    },
    /// More values than the jobs of a build may hold.
    #[error("the jobs hold {values} values together: at most {VALUES} are allowed")]
    Values {
        /// How many there are, as far as they were counted.
        values: usize,
    },
    /// More text than the jobs of a build may hold.
    #[error("the jobs hold {bytes} bytes of text together: at most {TEXT} are allowed")]
    Text {
        /// How much there is.
        bytes: usize,
    },
}

/// Jobs with what was left out on the way.
#[derive(Clone, Debug, Default)]
pub struct Expanded<'c> {
    /// The jobs, each a map in its normal form.
    pub jobs: Vec<Job<'c>>,
    /// What was left out because of a condition.
    pub left_out: LeftOut,
}

/// Jobs in stages.
#[derive(Clone, Debug, Default)]
pub struct Staged<'c> {
    /// The stages in order; empty where the config has none.
    pub stages: Vec<Stage>,
    /// The jobs in the order of their numbers.
    pub jobs: Vec<Job<'c>>,
    /// The notifications whose conditions hold.
    pub notifications: Option<Map>,
    /// What was left out because of a condition, in [`expand`] too.
    pub left_out: LeftOut,
}

/// The jobs of a config. Without `conditions` nothing is filtered by `if`.
///
/// # Errors
/// When there are more jobs than a build may have, or they hold more than they may.
pub fn expand<'c>(
    root: &'c Map,
    conditions: Option<&dyn Conditions>,
) -> Result<Expanded<'c>, TooLarge> {
    let axes = axes::axes(root);
    let included = included(root);
    let count = axes::combinations(&axes).saturating_add(included.len());
    if count > COMBINATIONS {
        return Err(TooLarge::Jobs { count });
    }
    for rules in [exclude::rules(root), allow_failures::rules(root)] {
        let values = Weight::of_all(rules).values;
        if values.saturating_mul(count) > COMPARISONS {
            return Err(TooLarge::Rules {
                values,
                jobs: count,
            });
        }
    }
    let rules = exclude::Rules::of(root);
    let shared = shared(root);
    let values = (shared.len() + axes.len()).saturating_mul(count);
    if values > VALUES {
        return Err(TooLarge::Values { values });
    }
    let mut jobs = axes::product(&axes);
    if jobs.len() == 1 && !included.is_empty() {
        jobs.clear();
    }
    jobs.extend(included);
    if jobs.is_empty() {
        jobs.push(Job::default());
    }
    for job in &mut jobs {
        job.fill(&shared);
        axes::fill(&axes, job);
    }
    env::assign(root, &mut jobs)?;
    let mut left_out = LeftOut::default();
    jobs.retain(|job| !rules.exclude(job, conditions, &mut left_out));
    for job in &mut jobs {
        unsupported::remove(job);
    }
    let mut jobs = unique(jobs);
    if let Some(conditions) = conditions {
        jobs.retain(|job| conditions::accepts_job(conditions, job, &mut left_out));
    }
    if jobs.len() > JOBS {
        return Err(TooLarge::Jobs { count: jobs.len() });
    }
    weight::check(&jobs)?;
    Ok(Expanded { jobs, left_out })
}

/// Sorts jobs into stages, marks those whose failure does not count, and orders them.
pub fn finish<'c>(
    root: &Map,
    expanded: Expanded<'c>,
    conditions: Option<&dyn Conditions>,
) -> Staged<'c> {
    let Expanded { jobs, mut left_out } = expanded;
    let (stages, mut jobs) = stages::assign(root, jobs, conditions, &mut left_out);
    let notifications = notifications::filter(root, conditions, &mut left_out);
    allow_failures::mark(root, &mut jobs, conditions, &mut left_out);
    let index = |job: &Job<'_>| {
        let name = job.text("stage").unwrap_or_default();
        stages
            .iter()
            .position(|stage| stage.is(name))
            .unwrap_or_default()
    };
    jobs.sort_by_key(|job| (index(job), job.flag("allow_failure")));
    Staged {
        stages,
        jobs: unique(jobs),
        notifications,
        left_out,
    }
}

/// `jobs.include`; an entry without a stage is in the one before it.
fn included(root: &Map) -> Vec<Job<'_>> {
    let include = root.get("jobs").and_then(|jobs| jobs.get("include"));
    let items = include.and_then(Node::as_seq).unwrap_or_default();
    let mut stage: Option<Shared<'_>> = None;
    let mut jobs = Vec::new();
    for item in items {
        let Some(map) = item.as_map() else {
            continue;
        };
        let mut job = Job::from_map(map, item.span);
        match (job.shared("stage"), &stage) {
            (Some(own), _) => stage = Some(own.clone()),
            (None, Some(stage)) => job.set("stage", stage.clone()),
            (None, None) => {}
        }
        jobs.push(job);
    }
    jobs
}

/// What every job gets from the root.
fn shared(root: &Map) -> Vec<(&str, &Node)> {
    const OWN: &[&str] = &[
        "jobs",
        "import",
        "stages",
        "notifications",
        "version",
        "allow_failure",
        "global_env",
        "merge_mode",
    ];
    let expand = crate::reference::expand_keys();
    let is_shared = |key: &str| key != "env" && !expand.contains(&key) && !OWN.contains(&key);
    root.entries
        .iter()
        .filter(|entry| is_shared(&entry.key.text) && crate::normalise::is_given(&entry.value))
        .map(|entry| (entry.key.text.as_str(), &entry.value))
        .collect()
}
