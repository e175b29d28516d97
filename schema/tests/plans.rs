//! Whole configs to plans: `fixtures/plan/<case>/` holds a config, the event, and what comes of both.
//!
//! `request.json` has the facts that differ from a push to `main`. After a change on purpose:
//! `INSTA_UPDATE=always cargo test -p schema --test plans`.
#![allow(missing_docs)]

mod rendered;

use std::fs;
use std::path::{Path, PathBuf};

use schema::changes::Changes;
use schema::import::Import;
use schema::request::{Event, PullRequest, Request};
use schema::source::Source;
use schema::{Outcome, Sources, compile};
use serde_json::Value;

#[test]
fn each_config_has_the_plan_written_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/plan");
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases");
    for case in cases {
        let sources = sources(&case, Sources::new(config(&case)), &request(&case));
        let compiled = compile(&sources, &request(&case));
        insta::with_settings!({
            snapshot_path => &case,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("plan", rendered::compiled(&compiled, &sources.all()));
        });
    }
}

fn config(case: &Path) -> Source {
    for name in [".ci.yml", ".travis.yml"] {
        if let Ok(text) = fs::read_to_string(case.join(name)) {
            return Source::new(name, text);
        }
    }
    panic!("{} has no config", case.display());
}

/// With all that is asked for: `a.yml` lies beside the config, `o/r:a.yml@ref` in `o/r/` there.
fn sources(case: &Path, mut sources: Sources, request: &Request) -> Sources {
    while let Outcome::Need(need) = compile(&sources, request).outcome {
        for reference in need.imports {
            let folder = reference.repo.as_deref().unwrap_or_default();
            let path = case.join(folder).join(&reference.path);
            let found = fs::read_to_string(path).map_err(|_| "it is not there".to_owned());
            sources.imports.push(Import { reference, found });
        }
    }
    sources
}

fn request(case: &Path) -> Request {
    let text = fs::read_to_string(case.join("request.json")).expect("request.json");
    let facts: Value = serde_json::from_str(&text).expect("facts in JSON");
    let text = |key: &str| facts[key].as_str().map(str::to_owned);
    let event = match facts["event"].as_str() {
        None | Some("push") => Event::Push,
        Some("pull_request") => Event::PullRequest,
        Some("cron") => Event::Cron,
        Some(other) => panic!("{}: no event {other}", case.display()),
    };
    let pull_request = PullRequest {
        head_branch: text("head_branch").unwrap_or_default(),
        head_slug: text("head_slug").unwrap_or_default(),
        ..PullRequest::default()
    };
    Request {
        event,
        slug: "acme/thoughts".to_owned(),
        default_branch: "main".to_owned(),
        branch: text("branch").unwrap_or_else(|| "main".to_owned()),
        tag: text("tag"),
        sender: "someone".to_owned(),
        changes: match facts["changed"].as_array() {
            Some(paths) => Changes::of(
                paths
                    .iter()
                    .map(|path| path.as_str().expect("a path").to_owned())
                    .collect(),
            ),
            None => Changes::default(),
        },
        pull_request: (event == Event::PullRequest).then_some(pull_request),
        ..Request::default()
    }
}
