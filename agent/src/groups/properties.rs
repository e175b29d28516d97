//! What holds whoever comes in whatever order: never two holders, and everything ends.

use super::{Active, Build, Job, Looked, Unit, look, yields};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// A build as it is planned: its group, and the groups of its jobs in two stages.
#[derive(Clone, Debug)]
struct Planned {
    group: Option<u8>,
    cancel: bool,
    stages: Vec<Vec<Option<(u8, bool)>>>,
}

fn planned() -> impl Strategy<Value = Planned> {
    let group = || prop_oneof![2 => Just(None), 3 => (0..3u8).prop_map(Some)];
    let job = (group(), any::<bool>()).prop_map(|(group, cancel)| Some((group?, cancel)));
    let stages = proptest::collection::vec(proptest::collection::vec(job, 1..4), 1..3);
    (group(), any::<bool>(), stages).prop_map(|(group, cancel, stages)| Planned {
        group,
        cancel,
        stages,
    })
}

fn key(group: u8) -> String {
    format!("own:{group}")
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Created,
    Queued,
    Runs,
    Over,
}

/// One job that lives.
#[derive(Clone, Debug)]
struct Living {
    build: usize,
    stage: usize,
    group: Option<(u8, bool)>,
    open: bool,
    life: Life,
}

/// A repository that builds, with the rules of the store and nothing of its tables.
struct World {
    planned: Vec<Planned>,
    holds: Vec<bool>,
    came: usize,
    jobs: Vec<Living>,
}

impl World {
    fn new(planned: Vec<Planned>) -> Self {
        let mut jobs = Vec::new();
        for (build, plan) in planned.iter().enumerate() {
            for (stage, groups) in plan.stages.iter().enumerate() {
                jobs.extend(groups.iter().map(|&group| Living {
                    build,
                    stage,
                    group,
                    open: group.is_none() && plan.group.is_none(),
                    life: Life::Created,
                }));
            }
        }
        let holds = vec![false; planned.len()];
        Self {
            planned,
            holds,
            came: 0,
            jobs,
        }
    }

    fn over(&self, build: usize) -> bool {
        let mut of = self.jobs.iter().filter(|job| job.build == build);
        of.all(|job| job.life == Life::Over)
    }

    fn active(&self) -> Active {
        let builds = (0..self.came).filter(|&at| !self.over(at));
        let builds = builds.filter_map(|at| {
            let of = self.jobs.iter().filter(|job| job.build == at);
            Some(Build {
                id: at as u64,
                turn: at as u64,
                key: key(self.planned[at].group?),
                cancel: self.planned[at].cancel,
                holds: self.holds[at],
                wants: of.filter_map(|job| Some(key(job.group?.0))).collect(),
                ..Build::default()
            })
        });
        let jobs = self.jobs.iter().enumerate();
        let jobs = jobs.filter(|(_, job)| matches!(job.life, Life::Queued | Life::Runs));
        let jobs = jobs.filter_map(|(at, job)| {
            let (group, cancel) = job.group?;
            Some(Job {
                id: at as u64,
                number: u32::try_from(at).unwrap(),
                build: job.build as u64,
                turn: job.build as u64,
                key: key(group),
                cancel,
                holds: job.open,
                ..Job::default()
            })
        });
        Active {
            builds: builds.collect(),
            jobs: jobs.collect(),
        }
    }

    /// Queues the first stage of each build that has one left.
    fn advance(&mut self) {
        for build in 0..self.came {
            let of = self
                .jobs
                .iter()
                .filter(|job| job.build == build && job.life != Life::Over);
            let Some(stage) = of.map(|job| job.stage).min() else {
                self.holds[build] = false;
                continue;
            };
            for job in &mut self.jobs {
                if (job.build, job.stage, job.life) == (build, stage, Life::Created) {
                    job.life = Life::Queued;
                }
            }
        }
    }

    fn take(&mut self) -> Looked {
        let looked = look(self.active());
        for unit in &looked.granted {
            match *unit {
                Unit::Build(build) => {
                    let build = usize::try_from(build).unwrap();
                    self.holds[build] = true;
                    let own = |job: &&mut Living| job.build == build && job.group.is_none();
                    self.jobs
                        .iter_mut()
                        .filter(own)
                        .for_each(|job| job.open = true);
                }
                Unit::Job(job) => self.jobs[usize::try_from(job).unwrap()].open = true,
            }
        }
        for job in &mut self.jobs {
            if job.open && job.life == Life::Queued {
                job.life = Life::Runs;
            }
        }
        looked
    }

    fn give_way(&mut self) {
        for one in yields(&self.active()) {
            let build = usize::try_from(one.build).unwrap();
            for (at, job) in self.jobs.iter_mut().enumerate() {
                let named = one.job.is_none_or(|number| number as usize == at);
                if job.build == build && named {
                    job.life = Life::Over;
                }
            }
        }
    }

    /// Of each group one build, or one job, or a build with one of its own jobs.
    fn nobody_shares(&self) -> Result<(), TestCaseError> {
        let mut builds = BTreeMap::new();
        for at in (0..self.came).filter(|&at| self.holds[at] && !self.over(at)) {
            if let Some(group) = self.planned[at].group {
                prop_assert!(
                    builds.insert(group, at).is_none(),
                    "two builds hold {group}"
                );
            }
        }
        let mut jobs = HashSet::new();
        for job in self.jobs.iter().filter(|job| job.life == Life::Runs) {
            let root = self.planned[job.build].group;
            prop_assert!(root.is_none() || self.holds[job.build]);
            if let Some((group, _)) = job.group {
                prop_assert!(jobs.insert(group), "two jobs hold {group}");
                let holder = builds.get(&group).copied().unwrap_or(job.build);
                prop_assert_eq!(holder, job.build, "a build and a job of another");
            }
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn never_two_holders_and_everything_ends(
        planned in proptest::collection::vec(planned(), 1..7),
        acts in proptest::collection::vec((0..4u8, 0..40usize), 0..60),
        cancels in any::<bool>(),
    ) {
        let mut world = World::new(planned);
        for (act, which) in acts {
            match act {
                0 => world.came = (world.came + 1).min(world.planned.len()),
                1 if cancels => world.give_way(),
                _ => {
                    let running = |job: &&mut Living| job.life == Life::Runs;
                    let count = world.jobs.iter().filter(|job| job.life == Life::Runs).count();
                    let mut running = world.jobs.iter_mut().filter(running);
                    if let Some(job) = running.nth(which % count.max(1)) {
                        job.life = Life::Over;
                    }
                }
            }
            world.advance();
            world.take();
            world.nobody_shares()?;
        }
        world.came = world.planned.len();
        // Each round ends all that runs: something always does.
        while world.jobs.iter().any(|job| job.life != Life::Over) {
            world.advance();
            let looked = world.take();
            world.nobody_shares()?;
            for job in &world.active().jobs {
                prop_assert!(job.holds || looked.waiting.contains_key(&Unit::Job(job.id)), "{job:?}");
            }
            let running = world.jobs.iter_mut().filter(|job| job.life == Life::Runs);
            let mut ended = 0;
            running.for_each(|job| { job.life = Life::Over; ended += 1; });
            prop_assert!(ended > 0, "all wait for each other: {looked:?}");
        }
    }
}
