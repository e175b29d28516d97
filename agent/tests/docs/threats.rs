//! docs/threats.md: every test that it names is one.

use super::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The threats that the daemon must have an answer to.
const NAMED: [u32; 24] = [
    1, 2, 3, 4, 5, 10, 11, 12, 13, 18, 19, 20, 21, 22, 23, 27, 28, 29, 30, 31, 33, 35, 37, 38,
];

#[test]
fn each_threat_has_tests_and_each_of_them_exists() {
    let text = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let mut tests = BTreeSet::new();
    for folder in ["agent/src", "agent/tests", "schema/src", "schema/tests"] {
        collect(&root().join(folder), &mut tests);
    }
    assert!(tests.len() > 500, "{} tests", tests.len());
    let mut answered = BTreeSet::new();
    for row in text
        .lines()
        .filter(|line| line.starts_with("| T") || line.starts_with("| |"))
    {
        let columns: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [threat, _, _, named] = columns[..] else {
            panic!("a row has four columns: {row}");
        };
        if named == "tests" {
            continue;
        }
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{threat} has no test");
        for test in named {
            assert!(tests.contains(test), "{threat}: there is no test {test}");
        }
        answered.extend(threat.trim_start_matches('T').parse::<u32>());
    }
    for threat in NAMED {
        assert!(answered.contains(&threat), "T{threat} is not in the table");
    }
}

/// The names of all functions below that have a test's attribute.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut marked = false;
            for line in text.lines().map(str::trim) {
                let name = line
                    .strip_prefix("async ")
                    .unwrap_or(line)
                    .strip_prefix("fn ");
                match name.and_then(|rest| rest.split('(').next()) {
                    Some(name) if marked => {
                        tests.insert(name.to_owned());
                        marked = false;
                    }
                    _ if line.starts_with("#[test]") || line.starts_with("#[tokio::test") => {
                        marked = true;
                    }
                    // Other attributes may stand between.
                    _ => marked &= line.starts_with("#[") || line.starts_with("//"),
                }
            }
        }
    }
}
