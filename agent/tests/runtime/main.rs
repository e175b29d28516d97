//! The run-time reference, row by row: each case of `fixtures/runtime` as a job in a container, as
//! `agent run` does it. Fails where no engine answers; run by `script/test runtime`.
//!
//! docs/compat.md says which row each case is of; `tests/docs` compares the two.

#![allow(
    dead_code,
    reason = "what is shared with other targets is not all used here"
)]
#![allow(clippy::print_stdout, reason = "a test prints its figures")]

#[path = "../build/added.rs"]
mod added;
#[path = "../build/agent.rs"]
mod agent;
#[path = "../build/checkout.rs"]
mod checkout;
#[path = "../build/engine.rs"]
mod engine;
#[path = "../build/report.rs"]
mod report;
#[path = "../build/sealing.rs"]
mod sealing;
#[path = "../build/services.rs"]
mod services;
#[path = "../build/table.rs"]
mod table;
#[path = "../build/verbs.rs"]
mod verbs;
#[path = "../build/world.rs"]
mod world;

mod case;
mod expect;

use ::agent::store::RepositorySettings;
use case::Case;
use expect::Failure;
use std::fmt::Write as _;
use std::sync::Mutex;
use world::World;

/// Cases that have a build of their own run so many at once; they mostly wait.
const AT_ONCE: usize = 4;

#[test]
fn every_case_ends_as_it_says() {
    let cases = case::all("runtime");
    let (together, alone): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.run.is_none());
    let failures = Mutex::new(Vec::new());
    let rest = Mutex::new(alone.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = rest.lock().unwrap().next();
                    let Some(case) = next else { return };
                    let found = run_alone(case);
                    failures.lock().unwrap().extend(found);
                }
            });
        }
        let found = run_together(&together);
        failures.lock().unwrap().extend(found);
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort_by(|a, b| a.case.cmp(&b.case));
    let mut text = String::new();
    for failure in &failures {
        let _ = writeln!(text, "\n{failure}");
    }
    let failed = failures.len();
    println!(
        "{} cases, {} as they say",
        cases.len(),
        cases.len() - failed
    );
    assert_eq!(failed, 0, "{text}");
}

/// One build with a job for each case.
fn run_together(cases: &[&Case]) -> Vec<Failure> {
    if cases.is_empty() {
        return Vec::new();
    }
    // One that hangs is a failure of its own.
    let limit = "jobs: { hard_limit: 180s }\n";
    let world = World::with_settings(&case::joined(cases), limit);
    let build = world.run(&["--jobs", "4"]);
    assert_ne!(build.code, Some(3), "{}", build.all());
    let found = cases.iter().filter_map(|case| {
        let title = case.name.as_str();
        expect::check(case, &build, title).err()
    });
    let found = found.collect();
    world.finish();
    found
}

fn run_alone(case: &Case) -> Option<Failure> {
    let run = case.run.as_ref()?;
    let world = World::with_settings(&case.config, &run.settings);
    if run.file != case::FILE {
        let path = world.checkout.path();
        std::fs::rename(path.join(case::FILE), path.join(&run.file)).unwrap();
    }
    for (name, text) in &run.files {
        let path = world.checkout.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let _ = world.checkout.git(&["add", "--all"]);
    if !world.checkout.git(&["status", "--porcelain"]).is_empty() {
        world.checkout.commit();
    }
    let mut args: Vec<&str> = run.args.iter().map(String::as_str).collect();
    if let Some(added) = &run.added {
        let settings = RepositorySettings {
            travis: added.travis,
            ..RepositorySettings::default()
        };
        world.add_repository(&added.variables, settings);
        args.extend(["-r", "example/small"]);
    }
    let build = world.run(&args);
    let failure = expect::check_alone(case, &build).err();
    world.finish();
    failure
}
