//! A case: what to expect, and the config that is run.

use crate::added::Variable;
use crate::checkout::root;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;

/// The config's name where a case does not say.
pub(crate) const FILE: &str = ".ci.yml";

/// `fixtures/runtime/s1_4_skip.yml`: two YAML documents, this and the config.
#[derive(Debug)]
pub(crate) struct Case {
    /// The file's name: section and row of the reference.
    pub(crate) name: String,
    pub(crate) expect: Expect,
    /// Present for a case that is not one of many jobs of a build.
    pub(crate) run: Option<Run>,
    pub(crate) config: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    expect: Expect,
    run: Option<Run>,
}

/// How the job ends, and what can be read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// The job's state; `none` where there is no job.
    pub(crate) state: String,
    /// Part of what the table says beside the job.
    #[serde(default)]
    pub(crate) note: String,
    /// Lines of its log, in this order; `…` stands for any text.
    #[serde(default)]
    pub(crate) says: Vec<String>,
    /// Lines that are not in its log.
    #[serde(default)]
    pub(crate) silent: Vec<String>,
    /// Texts anywhere in what the agent prints.
    #[serde(default)]
    pub(crate) prints: Vec<String>,
}

/// How `agent run` is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    #[serde(default)]
    pub(crate) args: Vec<String>,
    #[serde(default = "file")]
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) settings: String,
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// Present where the repository was added on this machine.
    pub(crate) added: Option<Added>,
}

/// What an operator has set for the repository.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Added {
    #[serde(default)]
    pub(crate) variables: Vec<Variable>,
    pub(crate) travis: Option<bool>,
}

fn file() -> String {
    FILE.to_owned()
}

/// All cases of a folder of `fixtures`, by name.
pub(crate) fn all(folder: &str) -> Vec<Case> {
    let folder = root().join("fixtures").join(folder);
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let cases = paths.iter().map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap();
        let (head, config) = text
            .split_once("\n---\n")
            .unwrap_or_else(|| panic!("{name} has no config"));
        let head = serde_yaml::from_str(head);
        let Head { expect, run } = head.unwrap_or_else(|error| panic!("{name}: {error}"));
        Case {
            name,
            expect,
            run,
            config: config.to_owned(),
        }
    });
    cases.collect()
}

/// A config with a job for each.
pub(crate) fn joined(cases: &[&Case]) -> String {
    let mut config = String::from("jobs:\n  include:\n");
    for case in cases {
        config.push_str(&format!("    - name: {}\n", case.name));
        for line in case.config.lines() {
            let indent = if line.is_empty() { "" } else { "      " };
            config.push_str(&format!("{indent}{line}\n"));
        }
    }
    config
}
