//! A small real project of each language, built by the commands that its language has by default, in
//! an image made from Debian's packages, as `agent run` does it. Fails where no engine answers; run
//! by `script/test languages`, which makes the images.

#![allow(
    dead_code,
    reason = "what is shared with other targets is not all used here"
)]

#[path = "../build/added.rs"]
mod added;
#[path = "../build/agent.rs"]
mod agent;
#[path = "../runtime/case.rs"]
mod case;
#[path = "../build/checkout.rs"]
mod checkout;
#[path = "../build/engine.rs"]
mod engine;
#[path = "../runtime/expect.rs"]
mod expect;
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

mod managers;
mod real;
mod side_by_side;

use case::{Case, Expect};
use checkout::root;
use side_by_side::all_end_as_they_say;
use std::collections::BTreeMap;
use world::World;

#[test]
fn a_project_of_each_language_builds_by_its_defaults() {
    let folder = root().join("fixtures/languages");
    let settings = std::fs::read_to_string(folder.join("agent.yml")).unwrap();
    let expect = std::fs::read_to_string(folder.join("expect.yml")).unwrap();
    let expect: BTreeMap<String, Vec<String>> = serde_yaml::from_str(&expect).unwrap();
    let cases: Vec<Case> = expect
        .into_iter()
        .map(|(name, says)| Case {
            name,
            expect: Expect {
                state: "passed".to_owned(),
                note: String::new(),
                says,
                // The image has what is asked for.
                silent: vec!["…is asked for, and this image has…".to_owned()],
                prints: Vec::new(),
            },
            run: None,
            config: String::new(),
        })
        .collect();
    assert!(cases.len() >= 10);
    all_end_as_they_say(&cases, |case| {
        let world = World::copy(&folder.join(&case.name), &settings);
        let build = world.run(&["--head"]);
        let failure = expect::check_alone(case, &build).err();
        world.finish();
        failure
    });
}
