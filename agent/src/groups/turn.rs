//! Whose turn it is.

use super::{Active, Build, Job, shown};
use std::collections::{HashMap, HashSet};

/// A build or a job, by its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A build.
    Build(u64),
    /// A job.
    Job(u64),
}

/// What a build or job waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The group, without its scope.
    pub group: String,
    /// Who has it, or comes first: `build 12` or `job 12.3`.
    pub who: String,
    /// Whether it has the group by now.
    pub holds: bool,
}

/// What a look at the groups of a repository says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Who takes a group now, each after those that it depends on.
    pub granted: Vec<Unit>,
    /// Who waits, and for whom.
    pub waiting: HashMap<Unit, Wait>,
}

/// Gives groups that are free to those whose turn it is: in the order in which they were made or last
/// restarted, of one build by their numbers.
///
/// Nothing can wait in a circle. Jobs that hold a group wait for nobody. A build that holds one waits
/// only for jobs that run, since it was not let in while another build had a group that its jobs want,
/// and lets no build in that wants what they want; so its jobs go before all that hold nothing. Those
/// wait for what runs, and for others that came before them.
#[must_use]
pub fn look(mut active: Active) -> Looked {
    let mut looked = Looked::default();
    loop {
        let (granted, waiting) = round(&active);
        let builds = granted.iter().any(|unit| matches!(unit, Unit::Build(_)));
        let taken: HashSet<Unit> = granted.iter().copied().collect();
        for build in &mut active.builds {
            build.holds |= taken.contains(&Unit::Build(build.id));
        }
        for job in &mut active.jobs {
            job.holds |= taken.contains(&Unit::Job(job.id));
        }
        looked.granted.extend(granted);
        // The jobs of a build that has its group come to their own.
        if !builds {
            looked.waiting = waiting;
            return looked;
        }
    }
}

#[derive(Clone, Copy)]
enum Candidate<'a> {
    Build(&'a Build),
    /// Of a build that holds a group itself, or of one that has none.
    Job(&'a Job, bool),
}

impl<'a> Candidate<'a> {
    fn unit(self) -> Unit {
        match self {
            Self::Build(build) => Unit::Build(build.id),
            Self::Job(job, _) => Unit::Job(job.id),
        }
    }

    fn key(self) -> &'a str {
        match self {
            Self::Build(build) => &build.key,
            Self::Job(job, _) => &job.key,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Build(build) => build.name(),
            Self::Job(job, _) => job.name(),
        }
    }

    fn place(self) -> (bool, u64, u64, u32) {
        match self {
            Self::Build(build) => (true, build.turn, build.id, 0),
            Self::Job(job, of_holder) => (!of_holder, job.turn, job.build, job.number),
        }
    }
}

/// Who has a group, who has the right that no build takes it, and who comes first.
#[derive(Default)]
struct Taken<'a> {
    builds: HashMap<&'a str, &'a Build>,
    jobs: HashMap<&'a str, &'a Job>,
    wanted: HashMap<&'a str, &'a Build>,
    ahead: HashMap<&'a str, Candidate<'a>>,
    wanted_ahead: HashMap<&'a str, &'a Build>,
}

fn round(active: &Active) -> (Vec<Unit>, HashMap<Unit, Wait>) {
    let roots: HashMap<u64, &Build> = active.builds.iter().map(|one| (one.id, one)).collect();
    let mut taken = Taken::default();
    let mut candidates = Vec::new();
    for build in &active.builds {
        if build.holds {
            taken.hold(Candidate::Build(build));
        } else {
            candidates.push(Candidate::Build(build));
        }
    }
    let mut behind = Vec::new();
    for job in &active.jobs {
        match roots.get(&job.build) {
            _ if job.holds => taken.hold(Candidate::Job(job, true)),
            Some(root) if !root.holds => behind.push((job, root.id)),
            root => candidates.push(Candidate::Job(job, root.is_some())),
        }
    }
    candidates.sort_by_key(|candidate| candidate.place());
    let (mut granted, mut waiting) = (Vec::new(), HashMap::new());
    for candidate in candidates {
        match taken.against(candidate) {
            None => {
                taken.hold(candidate);
                granted.push(candidate.unit());
            }
            Some(wait) => {
                taken.ahead.entry(candidate.key()).or_insert(candidate);
                if let Candidate::Build(build) = candidate {
                    for key in &build.wants {
                        taken.wanted_ahead.entry(key).or_insert(build);
                    }
                }
                waiting.insert(candidate.unit(), wait);
            }
        }
    }
    for (job, build) in behind {
        if let Some(wait) = waiting.get(&Unit::Build(build)).cloned() {
            waiting.insert(Unit::Job(job.id), wait);
        }
    }
    (granted, waiting)
}

impl<'a> Taken<'a> {
    fn hold(&mut self, candidate: Candidate<'a>) {
        match candidate {
            Candidate::Build(build) => {
                self.builds.insert(&build.key, build);
                for key in &build.wants {
                    self.wanted.insert(key, build);
                }
            }
            Candidate::Job(job, _) => {
                self.jobs.insert(&job.key, job);
            }
        }
    }

    /// What speaks against giving a candidate its group now.
    fn against(&self, candidate: Candidate<'_>) -> Option<Wait> {
        let key = candidate.key();
        let holds = |key: &str, who: String| Wait {
            group: shown(key).to_owned(),
            who,
            holds: true,
        };
        let own = |build: &&&Build| match candidate {
            Candidate::Build(_) => false,
            Candidate::Job(job, _) => build.id == job.build,
        };
        if let Some(build) = self.builds.get(key).filter(|build| !own(build)) {
            return Some(holds(key, build.name()));
        }
        if let Some(job) = self.jobs.get(key) {
            return Some(holds(key, job.name()));
        }
        if let Candidate::Build(build) = candidate {
            if let Some(other) = self.wanted.get(key) {
                return Some(holds(key, other.name()));
            }
            let mut wants = build.wants.iter();
            let held = wants.find_map(|key| Some((key, self.builds.get(key.as_str())?)));
            if let Some((key, other)) = held {
                return Some(holds(key, other.name()));
            }
        }
        let ahead = self.ahead.get(key).map(|other| other.name());
        let ahead = ahead.or_else(|| match candidate {
            Candidate::Build(_) => self.wanted_ahead.get(key).map(|other| other.name()),
            Candidate::Job(..) => None,
        })?;
        Some(Wait {
            holds: false,
            ..holds(key, ahead)
        })
    }
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let first = if self.holds { "" } else { " comes first" };
        write!(f, "waiting for group {}: {}{first}", self.group, self.who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(id: u64, key: &str, holds: bool) -> Build {
        Build {
            id,
            number: id + 10,
            key: key.to_owned(),
            turn: id,
            holds,
            ..Build::default()
        }
    }

    fn job(id: u64, of: u64, key: &str, holds: bool) -> Job {
        Job {
            id,
            number: u32::try_from(id).unwrap(),
            build: of,
            build_number: of + 10,
            key: key.to_owned(),
            turn: of,
            holds,
            ..Job::default()
        }
    }

    fn says(looked: &Looked, unit: Unit) -> String {
        looked
            .waiting
            .get(&unit)
            .map_or_else(String::new, ToString::to_string)
    }

    #[test]
    fn one_holds_and_the_others_come_in_the_order_in_which_they_were_made() {
        let builds = vec![
            build(3, "own:a", false),
            build(1, "own:a", true),
            build(2, "own:a", false),
        ];
        let mut active = Active {
            builds,
            jobs: vec![],
        };
        let looked = look(active.clone());
        assert_eq!(looked.granted, []);
        assert_eq!(
            says(&looked, Unit::Build(2)),
            "waiting for group a: build 11"
        );
        active.builds.remove(1);
        let looked = look(active.clone());
        assert_eq!(looked.granted, [Unit::Build(2)]);
        assert_eq!(
            says(&looked, Unit::Build(3)),
            "waiting for group a: build 12"
        );
        // One that was restarted comes last.
        active.builds[1].turn = 9;
        assert_eq!(look(active).granted, [Unit::Build(3)]);
    }

    #[test]
    fn a_job_of_the_group_that_its_build_has_runs_and_another_builds_waits() {
        let active = Active {
            builds: vec![build(1, "own:a", true)],
            jobs: vec![
                job(1, 1, "own:a", false),
                job(2, 1, "own:a", false),
                job(3, 2, "own:a", false),
            ],
        };
        let looked = look(active);
        assert_eq!(looked.granted, [Unit::Job(1)]);
        assert_eq!(says(&looked, Unit::Job(2)), "waiting for group a: job 11.1");
        assert_eq!(says(&looked, Unit::Job(3)), "waiting for group a: build 11");
    }

    #[test]
    fn the_jobs_of_a_build_come_to_their_groups_with_it() {
        let active = Active {
            builds: vec![Build {
                wants: vec!["own:b".to_owned()],
                ..build(1, "own:a", false)
            }],
            jobs: vec![job(1, 1, "own:b", false)],
        };
        assert_eq!(look(active).granted, [Unit::Build(1), Unit::Job(1)]);
    }

    #[test]
    fn two_builds_that_want_each_others_group_for_a_job_do_not_run_together() {
        let crossed = |id, key: &str, wants: &str, holds| Build {
            wants: vec![wants.to_owned()],
            ..build(id, key, holds)
        };
        let active = Active {
            builds: vec![
                crossed(1, "own:a", "own:b", true),
                crossed(2, "own:b", "own:a", false),
            ],
            jobs: vec![job(1, 1, "own:b", false)],
        };
        let looked = look(active);
        assert_eq!(looked.granted, [Unit::Job(1)]);
        assert_eq!(
            says(&looked, Unit::Build(2)),
            "waiting for group b: job 11.1"
        );
    }

    #[test]
    fn who_came_first_is_named_where_nobody_holds_the_group() {
        // Build 1 waits for its jobs' group, which build 9 has.
        let active = Active {
            builds: vec![
                build(9, "own:b", true),
                Build {
                    wants: vec!["own:b".to_owned()],
                    ..build(1, "own:a", false)
                },
                build(2, "own:a", false),
            ],
            jobs: vec![],
        };
        let looked = look(active);
        assert_eq!(
            says(&looked, Unit::Build(1)),
            "waiting for group b: build 19"
        );
        assert_eq!(
            says(&looked, Unit::Build(2)),
            "waiting for group a: build 11 comes first"
        );
    }
}
