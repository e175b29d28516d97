//! Who gives way: `cancel: true` of a newer one.

use super::{Active, shown};
use std::collections::{HashMap, HashSet};

/// A build or job that gives way to a newer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yields {
    /// The build.
    pub build: u64,
    /// Its job; `None` for all of the build.
    pub job: Option<u32>,
    /// The build's turn, since a restart makes it a newer one.
    pub turn: u64,
    /// To whom, and why: `build 14 took the group deploy`.
    pub why: String,
}

/// All that have come to a group which a newer one with `cancel: true` has come to as well. Jobs of one
/// build never cancel each other, and what is asked to stop already is not named again.
#[must_use]
pub fn yields(active: &Active) -> Vec<Yields> {
    let waiting = active.builds.iter().filter(|build| !build.holds);
    let waiting: HashSet<u64> = waiting.map(|build| build.id).collect();
    let came = |job: &&super::Job| !waiting.contains(&job.build);
    let builds = active.builds.iter();
    let newest = builds.filter(|build| build.cancel && !build.stopping);
    let newest = newest.map(|build| (&build.key, build.turn, build.name()));
    let jobs = active.jobs.iter().filter(came);
    let jobs = jobs.filter(|job| job.cancel && !job.stopping);
    let jobs = jobs.map(|job| (&job.key, job.turn, job.name()));
    let mut takes: HashMap<&str, (u64, String)> = HashMap::new();
    for (key, turn, name) in newest.chain(jobs) {
        match takes.get(key.as_str()) {
            Some((other, _)) if *other >= turn => {}
            _ => {
                takes.insert(key, (turn, name));
            }
        }
    }
    let why = |key: &str, turn: u64| {
        let (newer, name) = takes.get(key)?;
        (*newer > turn).then(|| format!("{name} took the group {}", shown(key)))
    };
    let builds = active.builds.iter().filter(|build| !build.stopping);
    let builds = builds.filter_map(|build| {
        Some(Yields {
            build: build.id,
            job: None,
            turn: build.turn,
            why: why(&build.key, build.turn)?,
        })
    });
    let jobs = active.jobs.iter().filter(came);
    let jobs = jobs.filter(|job| !job.stopping).filter_map(|job| {
        Some(Yields {
            build: job.build,
            job: Some(job.number),
            turn: job.turn,
            why: why(&job.key, job.turn)?,
        })
    });
    builds.chain(jobs).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Build, Job};
    use super::*;

    fn build(id: u64, cancel: bool) -> Build {
        Build {
            id,
            number: id,
            key: "own:a".to_owned(),
            turn: id,
            cancel,
            ..Build::default()
        }
    }

    fn job(of: u64, number: u32, cancel: bool) -> Job {
        Job {
            id: of * 10 + u64::from(number),
            number,
            build: of,
            build_number: of,
            key: "own:a".to_owned(),
            turn: of,
            cancel,
            ..Job::default()
        }
    }

    fn who(builds: Vec<Build>, jobs: Vec<Job>) -> Vec<String> {
        let yields = yields(&Active { builds, jobs });
        let line = |one: &Yields| format!("{} {:?}: {}", one.build, one.job, one.why);
        yields.iter().map(line).collect()
    }

    #[test]
    fn a_newer_one_takes_the_group_from_all_older_ones() {
        let took = "build 3 took the group a";
        assert_eq!(
            who(
                vec![
                    build(1, false),
                    build(3, true),
                    build(2, true),
                    build(4, false)
                ],
                vec![]
            ),
            [format!("1 None: {took}"), format!("2 None: {took}")]
        );
        assert_eq!(
            who(
                vec![build(3, true)],
                vec![job(2, 7, false), job(5, 1, false)]
            ),
            [format!("2 Some(7): {took}")]
        );
    }

    #[test]
    fn jobs_of_one_build_do_not_cancel_each_other() {
        assert!(who(vec![], vec![job(1, 1, true), job(1, 2, true)]).is_empty());
    }

    #[test]
    fn a_job_whose_build_still_waits_has_not_come_to_its_group() {
        let root = Build {
            key: "own:b".to_owned(),
            ..build(2, false)
        };
        let jobs = vec![job(1, 1, false), job(2, 1, true)];
        assert!(who(vec![root.clone()], jobs.clone()).is_empty());
        let holds = Build {
            holds: true,
            ..root
        };
        assert_eq!(
            who(vec![holds], jobs),
            ["1 Some(1): job 2.1 took the group a"]
        );
    }

    #[test]
    fn who_is_being_stopped_neither_takes_nor_gives_way_again() {
        let stopped = |id, cancel| Build {
            stopping: true,
            ..build(id, cancel)
        };
        assert!(who(vec![build(1, false), stopped(2, true)], vec![]).is_empty());
        assert!(who(vec![stopped(1, false), build(2, true)], vec![]).is_empty());
    }
}
