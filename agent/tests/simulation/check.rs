//! What must be so when all is quiet, whatever happened before.

use crate::life::Life;
use crate::people::People;
use crate::seen::{self, Build, Seen};
use crate::world::World;
use agent::log::{LimitedLog, Limits, LogId};
use agent::report::status::of_build;
use agent::scheduler::State;
use agent::store::JobRow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Whether all has come to its end: nobody waits for anything.
pub(crate) fn is_settled(life: &Life, people: &People) -> bool {
    if !seen::is_idle(life) {
        return false;
    }
    let seen = seen::all(life);
    let built = |push: &(String, String)| seen.builds.iter().any(|build| is_of(build, push));
    people.pushed.iter().all(built)
        && seen.deliveries.iter().all(|one| one.outcome.is_some())
        && seen.builds.iter().all(Build::has_ended)
        && seen.unsent.is_empty()
}

fn is_of(build: &Build, (name, sha): &(String, String)) -> bool {
    build.row.request.sha == *sha && build.name() == *name
}

/// Looks at everything and counts what is wrong.
pub(crate) fn all(world: &mut World) {
    let Some(life) = world.agents[0].life.as_ref() else {
        world.figures.wrong("the agent does not start".to_owned());
        world.figures.stuck += 1;
        return;
    };
    let seen = seen::all(life);
    count(world, &seen);
    deliveries(world, &seen);
    builds(world, &seen);
    jobs(world, &seen);
    deploys(world);
    let left = world.engine.fake.instances();
    if !left.is_empty() {
        world.figures.leftovers += left.len() as u64;
        world.figures.wrong(format!("left over: {left:?}"));
    }
    let twice = world.engine.twice();
    if world.figures.freezes == 0 && world.agents.len() == 1 && !twice.is_empty() {
        world
            .figures
            .wrong(format!("a job had two instances at once: {twice:?}"));
        world.figures.wrong_jobs += 1;
    }
    let unknown = world.github.state().unknown.clone();
    if !unknown.is_empty() {
        world
            .figures
            .wrong(format!("GitHub here knows no {unknown:?}"));
    }
}

fn count(world: &mut World, seen: &Seen) {
    let people = &world.people;
    let figures = &mut world.figures;
    let state = world.github.state();
    figures.deliveries = state.deliveries.len() as u64;
    figures.statuses = state.statuses.len() as u64;
    figures.lost_webhooks = people.lost;
    figures.repeated_webhooks = people.repeated;
    figures.restarts = people.restarts.values().sum();
    figures.cancels = people.cancels.values().sum();
    figures.builds = seen.builds.len() as u64;
    let jobs = seen.builds.iter().flat_map(|build| &build.jobs);
    figures.jobs = jobs.map(|job| u64::from(job.attempt.number)).sum();
}

/// Each was stored, and has come to an end; each push has one build.
fn deliveries(world: &mut World, seen: &Seen) {
    let stored: BTreeSet<&str> = seen
        .deliveries
        .iter()
        .map(|one| one.new.guid.as_str())
        .collect();
    let told = world.github.state().deliveries.clone();
    for one in told.iter().filter(|one| (200..300).contains(&one.answered)) {
        if !stored.contains(one.guid.as_str()) {
            world.figures.lost_deliveries += 1;
            world
                .figures
                .wrong(format!("{} was accepted and is not there", one.guid));
        }
    }
    for one in seen.deliveries.iter().filter(|one| one.outcome.is_none()) {
        world.figures.stuck += 1;
        world
            .figures
            .wrong(format!("{} waits: {:?}", one.new.guid, one.last_error));
    }
    let pushed: BTreeSet<(String, String)> = world.people.pushed.iter().cloned().collect();
    for push in &pushed {
        let builds = seen.builds.iter().filter(|build| is_of(build, push));
        match builds.count() {
            0 => {
                world.figures.lost_deliveries += 1;
                world
                    .figures
                    .wrong(format!("nothing was built of {push:?}"));
            }
            1 => {}
            count => {
                world.figures.duplicate_builds += 1;
                world.figures.wrong(format!("{count} builds of {push:?}"));
            }
        }
    }
}

fn builds(world: &mut World, seen: &Seen) {
    let statuses = world.github.state().statuses.clone();
    let refs = world.github.state().refs.clone();
    for build in &seen.builds {
        let number = build.row.number;
        if !build.has_ended() {
            world.figures.stuck += 1;
            world
                .figures
                .wrong(format!("build {number} is {:?}", build.row.state));
            continue;
        }
        if build.row.state != build.expected() {
            world.figures.wrong_jobs += 1;
            world
                .figures
                .wrong(format!("build {number} is {:?}", build.row.state));
        }
        let newest = refs.get(&build.name()) == Some(&build.row.request.sha);
        let canceled = build.row.state == State::Canceled;
        if newest && canceled && !gave_way(build) && !world.people.cancels.contains_key(&number) {
            world.figures.wrong_jobs += 1;
            let of_it = world.people.pushed.iter().zip(1..);
            let of_it = of_it.filter(|((name, _), _)| *name == build.name());
            let of_it: Vec<(u64, &str)> = of_it.map(|((_, sha), at)| (at, &sha[36..])).collect();
            let ended = seen.deliveries.iter().rev();
            let ended: Vec<_> = ended.map(|one| (&one.new.guid, &one.outcome)).collect();
            let restarts = world.people.restarts.get(&number).copied().unwrap_or(0);
            let jobs = build.jobs.iter().map(|job| &job.attempt);
            let jobs: Vec<_> = jobs.map(|job| (job.number, job.state)).collect();
            world.figures.wrong(format!(
                "build {number}, the newest, did not run; attempts {jobs:?}, restarts {restarts}, \
                 superseded {}, pushes {of_it:?}, deliveries {ended:?}",
                build.state.superseded()
            ));
        }
        let sha = &build.row.status_sha;
        let told: Vec<&str> = statuses
            .iter()
            .filter(|(of, _, _)| of == sha)
            .map(|(_, _, state)| state.as_str())
            .collect();
        let name = |_| String::new();
        let status = of_build(String::new(), &build.state, Duration::ZERO, name);
        if told.last() != Some(&status.state.as_str()) {
            world.figures.wrong_statuses += 1;
            world.figures.wrong(format!(
                "build {number} is {:?}, and GitHub heard {told:?}",
                build.row.state
            ));
        }
        // Only a restart makes a commit wait again; going back to a commit may be one.
        let again = told
            .windows(2)
            .filter(|two| two[0] != "pending" && two[1] == "pending");
        let backs = world
            .people
            .pushed
            .iter()
            .filter(|(_, of)| of == sha)
            .count() as u64
            - 1;
        let asked = world.people.restarts.get(&number).copied().unwrap_or(0) + backs;
        // What an agent that stood still had in its hand comes whenever it goes on; the newest is then
        // sent over.
        if again.count() as u64 > asked && world.figures.freezes == 0 {
            world.figures.wrong_statuses += 1;
            world.figures.wrong(format!(
                "build {number} had {asked} restarts, and GitHub heard {told:?}"
            ));
        }
    }
}

fn jobs(world: &mut World, seen: &Seen) {
    let ran = world.engine.ran();
    for build in &seen.builds {
        for job in &build.jobs {
            let name = format!("job {}.{}", build.row.number, job.plan.number);
            let attempt = &job.attempt;
            let mut of_attempt = ran
                .iter()
                .filter(|(_, ran)| ran.job == job.id.0 && ran.attempt == attempt.number);
            let ends: Vec<bool> = of_attempt
                .clone()
                .map(|(_, ran)| ran.script.passes)
                .collect();
            let right = match attempt.state {
                State::Passed => ends.contains(&true),
                State::Failed => ends.contains(&false),
                State::Errored => {
                    world.figures.given_up += 1;
                    let reason = attempt.reason.as_deref().unwrap_or_default();
                    reason.ends_with("it is not repeated by itself")
                }
                State::Canceled => is_explained(world, build),
                _ => false,
            };
            if !right {
                world.figures.wrong_jobs += 1;
                world.figures.wrong(format!(
                    "{name} is {:?} ({:?}), and ran {ends:?}",
                    attempt.state, attempt.reason
                ));
            }
            if !matches!(attempt.state, State::Passed | State::Failed) {
                continue;
            }
            let whole = of_attempt.any(|(id, ran)| {
                let expected = ran.script.output(id).concat();
                world
                    .agents
                    .iter()
                    .any(|agent| log(&agent.place.data, job) == expected)
            });
            if !whole {
                world.figures.wrong_logs += 1;
                world
                    .figures
                    .wrong(format!("the log of {name} is another one"));
            }
        }
    }
}

/// Whether something asked for the cancellation of jobs of a build: a person, a newer push, a newer one
/// of its group, or the end of an earlier stage.
fn is_explained(world: &World, build: &Build) -> bool {
    let sha = &build.row.request.sha;
    let first = world
        .people
        .pushed
        .iter()
        .position(|push| is_of(build, push));
    let newer = world
        .people
        .pushed
        .iter()
        .skip(first.map_or(0, |at| at + 1));
    world.people.cancels.contains_key(&build.row.number)
        || newer
            .clone()
            .any(|(name, other)| *name == build.name() && other != sha)
        || matches!(build.row.state, State::Failed | State::Errored)
        || gave_way(build)
}

/// Whether a newer one took the group of a build, or of a job of it, and what it canceled stayed so.
fn gave_way(build: &Build) -> bool {
    let mut reasons = build
        .jobs
        .iter()
        .filter_map(|job| job.attempt.reason.as_deref());
    build.row.gave_way.is_some() || reasons.any(|reason| reason.contains(" took the group "))
}

fn log(data: &std::path::Path, job: &JobRow) -> String {
    let id = LogId {
        job: job.id.0,
        attempt: job.attempt.number,
    };
    let folder = id.folder(data);
    if !folder.exists() {
        return String::new();
    }
    let mut out = Vec::new();
    let log = LimitedLog::open(&folder, Limits::default()).unwrap();
    log.copy_to(&mut out).unwrap();
    String::from_utf8_lossy(&out).into_owned()
}

/// What deploys is handed over once in each attempt.
fn deploys(world: &mut World) {
    let mut begun: BTreeMap<(u64, u32), u64> = BTreeMap::new();
    for ran in world.engine.ran().values().filter(|ran| ran.script.deploys) {
        *begun.entry((ran.job, ran.attempt)).or_default() += 1;
    }
    world.figures.deployments = begun.len() as u64;
    for (which, count) in begun.into_iter().filter(|(_, count)| *count > 1) {
        world.figures.duplicate_deploys += 1;
        world
            .figures
            .wrong(format!("{which:?} was let deploy {count} times"));
    }
}
