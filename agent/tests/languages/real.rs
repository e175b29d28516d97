//! Configs of real projects, each on a small project that has the files which it expects:
//! `fixtures/real/NAME/case.yml` says which config it is, what is stood in for, and how each job ends.
//! docs/real-configs.md lists them.
//!
//! The configs lie in `$CI_CONFORMANCE_DIR`, by default `../shared/conformance` beside the project; they
//! are read from there and are no part of it. Without the folder nothing of this is run, and it says so.

use crate::case::{Case, Expect};
use crate::checkout::root;
use crate::expect::{self, Failure};
use crate::side_by_side::all_end_as_they_say;
use crate::table::table;
use crate::world::World;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The image has a user with sudo and what configs expect of a machine.
const SETTINGS: &str = "images: [{ language: '*', image: agent-test/real }]\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Real {
    /// The row of `configs.jsonl.gz`.
    id: String,
    /// For the page.
    #[allow(dead_code, reason = "read by tests/docs")]
    has: String,
    #[allow(dead_code, reason = "for who reads the case")]
    stands_in: String,
    /// What is different from Travis CI, with its reason.
    #[allow(dead_code, reason = "read by tests/docs")]
    #[serde(default)]
    differs: String,
    #[serde(default)]
    args: Vec<String>,
    /// Texts anywhere in what the agent prints.
    #[serde(default)]
    prints: Vec<String>,
    /// All jobs in the order of the table.
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Job {
    title: String,
    state: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
}

#[test]
#[allow(clippy::print_stdout, reason = "a test prints its figures")]
fn configs_of_real_projects_end_as_their_cases_say() {
    let Some(corpus) = corpus() else {
        println!("no configs of real projects here; set CI_CONFORMANCE_DIR to run them");
        return;
    };
    let folder = root().join("fixtures/real");
    let reals = read_all(&folder);
    assert!(reals.len() >= 20, "{}", reals.len());
    let configs = configs(&corpus, &reals);
    let cases: Vec<Case> = reals.keys().map(|name| case(name, Vec::new())).collect();
    all_end_as_they_say(&cases, |case| {
        let real = &reals[&case.name];
        run(
            &folder.join(&case.name),
            &case.name,
            real,
            &configs[&real.id],
        )
    });
    let jobs: usize = reals.values().map(|real| real.jobs.len()).sum();
    println!("{} configs, {jobs} jobs, all as they say", reals.len());
}

fn run(folder: &Path, name: &str, real: &Real, config: &str) -> Option<Failure> {
    let world = World::copy_with(
        &folder.join("files"),
        name,
        SETTINGS,
        &[(".travis.yml", config)],
    );
    let mut args = vec!["--head", "--jobs", "2"];
    args.extend(real.args.iter().map(String::as_str));
    let build = world.run(&args);
    let rows = table(&build.out);
    let titles: Vec<&str> = rows.iter().map(|row| row.title).collect();
    let wanted: Vec<&str> = real.jobs.iter().map(|job| job.title.as_str()).collect();
    let found = if titles != wanted {
        let what = format!("its jobs are {titles:?}");
        Some(expect::failure(&case(name, Vec::new()), what, build.all()))
    } else if let Some(text) = real.prints.iter().find(|text| !build.all().contains(*text)) {
        let what = format!("no {text:?}");
        Some(expect::failure(&case(name, Vec::new()), what, build.all()))
    } else {
        rows.iter().zip(&real.jobs).find_map(|(row, job)| {
            let mut case = case(&format!("{name} {}", row.number), job.says.clone());
            case.expect.state.clone_from(&job.state);
            case.expect.note.clone_from(&job.note);
            case.expect.silent.clone_from(&job.silent);
            expect::check_row(&case, row, &build.log_of(row.number)).err()
        })
    };
    world.finish();
    found
}

fn case(name: &str, says: Vec<String>) -> Case {
    Case {
        name: name.to_owned(),
        expect: Expect {
            state: "passed".to_owned(),
            note: String::new(),
            says,
            silent: Vec::new(),
            prints: Vec::new(),
        },
        run: None,
        config: String::new(),
    }
}

fn read_all(folder: &Path) -> BTreeMap<String, Real> {
    let entries = std::fs::read_dir(folder).unwrap();
    let reals = entries.map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(path.join("case.yml")).unwrap();
        let mut value: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        value.apply_merge().unwrap();
        let real = serde_yaml::from_value(value);
        let real = real.unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, real)
    });
    reals.collect()
}

/// The file of configs; a folder that was asked for must have it.
fn corpus() -> Option<PathBuf> {
    let file = |folder: PathBuf| folder.join("configs.jsonl.gz");
    if let Some(asked) = std::env::var_os("CI_CONFORMANCE_DIR") {
        return Some(file(root().join(asked)));
    }
    Some(file(root().join("../shared/conformance"))).filter(|path| path.exists())
}

/// The configs of the cases, by id.
fn configs(corpus: &Path, reals: &BTreeMap<String, Real>) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        yaml: String,
    }
    let file = File::open(corpus).unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
    let lines = BufReader::new(MultiGzDecoder::new(file)).lines();
    let rows = lines.map(|line| serde_json::from_str::<Row>(&line.unwrap()).unwrap());
    let wanted = rows.filter(|row| reals.values().any(|real| real.id == row.id));
    let configs: BTreeMap<_, _> = wanted.map(|row| (row.id, row.yaml)).collect();
    for (name, real) in reals {
        assert!(configs.contains_key(&real.id), "{name}: no {}", real.id);
    }
    configs
}
