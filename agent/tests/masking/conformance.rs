//! Cases made for four other maskers, from `masking/` of the conformance folder.
#![allow(clippy::print_stdout, reason = "it prints its figures")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::*;

/// Below this many bytes, without blanks around it, a value is not masked.
const MIN_VALUE: usize = agent::log::mask::MIN_VALUE;

struct Case {
    id: String,
    text: Vec<u8>,
    secrets: Vec<Vec<u8>>,
    expected: Option<Vec<u8>>,
}

#[test]
fn cases_of_other_maskers_agree_under_every_split() {
    let folder = folder();
    if !folder.is_dir() {
        println!("no masking cases at {}", folder.display());
        return;
    }
    let exceptions = exceptions();
    let mut used = BTreeSet::new();
    let mut differ = Vec::new();
    for (file, cases) in [
        ("travis_filter", expected_cases("travis_filter")),
        ("gitlab_masker", expected_cases("gitlab_masker")),
        (
            "github_runner_masker",
            expected_cases("github_runner_masker"),
        ),
        ("buildkite_fuzz_corpus", buildkite_cases()),
    ] {
        let mut agree = 0;
        for case in &cases {
            match (check(case), exceptions.get(&case.id)) {
                (Ok(()), None) => agree += 1,
                (Ok(()), Some(_)) => differ.push(format!("{} agrees: no exception", case.id)),
                (Err(_), Some(_)) => assert!(used.insert(case.id.clone())),
                (Err(what), None) => differ.push(format!("{}: {what}", case.id)),
            }
        }
        println!("masking/{file}: agree {agree} of {}", cases.len());
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    let unused: Vec<_> = exceptions.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "exceptions without a case: {unused:?}");
}

/// Most of the fuzz corpus is about secrets of one or two bytes. With each byte written as three
/// the same overlaps and splits are met, and none of them is an exception.
#[test]
fn the_fuzz_corpus_agrees_wholly_when_its_letters_are_wide() {
    if !folder().is_dir() {
        return;
    }
    for case in buildkite_cases() {
        let trimmed = case.secrets.iter().map(|secret| wide(secret.trim_ascii()));
        let case = Case {
            text: wide(&case.text),
            secrets: trimmed.collect(),
            ..case
        };
        assert_eq!(check(&case), Ok(()), "{}", case.id);
    }
}

/// Three letters for each byte, which no other three in a row can be taken for.
fn wide(text: &[u8]) -> Vec<u8> {
    let letters = |b: &u8| [b'A' + (b >> 4), b'a' + (b & 15), b'.'];
    text.iter().flat_map(letters).collect()
}

/// What holds for each case, exception or not, is asserted; what an exception may break is told.
fn check(case: &Case) -> Result<(), String> {
    let secrets: Vec<_> = case.secrets.iter().map(Vec::as_slice).collect();
    let masker = masker(&secrets);
    let out = masked_all_ways(&masker, &case.text);
    let trimmed = secrets.iter().map(|secret| secret.trim_ascii());
    for secret in trimmed.clone().filter(|secret| secret.len() >= MIN_VALUE) {
        assert!(!contains(&out, secret), "{}: a needle is left", case.id);
    }
    only_marks_differ(&case.text, &out, masker.mark());

    match &case.expected {
        Some(expected) if *expected != out => Err(format!(
            "expected {:?}, got {:?}",
            String::from_utf8_lossy(expected),
            String::from_utf8_lossy(&out)
        )),
        Some(_) => Ok(()),
        None => {
            for secret in trimmed.filter(|secret| !secret.is_empty()) {
                if contains(&out, secret) {
                    return Err(format!("{secret:?} is left"));
                }
            }
            // Only what is equal to a secret may be gone.
            let exact = hide_exactly(&case.text, &secrets, masker.mark());
            (out == exact)
                .then_some(())
                .ok_or("more is hidden than the secrets".to_owned())
        }
    }
}

/// The output without its marks must be the input with some pieces left out.
fn only_marks_differ(text: &[u8], out: &[u8], mark: &[u8]) {
    let mut rest = text;
    let mut left = out;
    while let Some(at) = left.windows(mark.len()).position(|window| window == mark) {
        let (piece, after) = left.split_at(at);
        let found = rest
            .windows(piece.len().max(1))
            .position(|window| window == piece);
        let from = if piece.is_empty() {
            0
        } else {
            found.expect("a piece of the input")
        };
        rest = &rest[from + piece.len()..];
        left = &after[mark.len()..];
    }
    assert!(rest.ends_with(left), "the end differs");
}

fn hide_exactly(text: &[u8], secrets: &[&[u8]], mark: &[u8]) -> Vec<u8> {
    let mut hidden = vec![false; text.len()];
    for secret in secrets.iter().map(|secret| secret.trim_ascii()) {
        for at in 0..text.len() {
            if secret.len() >= MIN_VALUE && text[at..].starts_with(secret) {
                hidden[at..at + secret.len()].fill(true);
            }
        }
    }
    let mut out = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match hidden[at] {
            false => out.push(*byte),
            true if at == 0 || !hidden[at - 1] => out.extend_from_slice(mark),
            true => (),
        }
    }
    out
}

fn folder() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let folder = std::env::var_os("CI_CONFORMANCE_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| "../shared/conformance".into());
    PathBuf::from(root).join(folder).join("masking")
}

fn read(name: &str) -> Value {
    let path = folder().join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).expect("the file of cases can be read");
    serde_json::from_str(&text).expect("the file of cases is JSON")
}

fn exceptions() -> BTreeMap<String, String> {
    let file: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("exceptions.json")).expect("exceptions are JSON");
    let pair =
        |(reason, ids): (String, Vec<String>)| ids.into_iter().map(move |id| (id, reason.clone()));
    file.into_iter().flat_map(pair).collect()
}

/// Files with an expected output; `|` separates writes, which is why it is taken out here.
fn expected_cases(name: &str) -> Vec<Case> {
    let file = read(name);
    let replacement = file["replacement"].as_str().expect("a replacement");
    let cut = file["note"]
        .as_str()
        .is_some_and(|note| note.contains("'|'"));
    let case = |(n, case): (usize, &Value)| {
        let secrets = [&case["values"], &case["secrets"], &file["secrets"]];
        let secrets = secrets
            .into_iter()
            .find_map(Value::as_array)
            .expect("secrets");
        let text = case["input"].as_str().expect("an input");
        let text = if cut {
            text.replace('|', "")
        } else {
            text.to_owned()
        };
        let expected = case["expected"].as_str().expect("an output");
        Case {
            id: format!("{name}#{n}"),
            text: text.into_bytes(),
            secrets: secrets
                .iter()
                .map(|s| s.as_str().expect("text").into())
                .collect(),
            expected: Some(expected.replace(replacement, "[secure]").into_bytes()),
        }
    };
    let cases = file["cases"].as_array().expect("cases");
    cases.iter().enumerate().map(case).collect()
}

fn buildkite_cases() -> Vec<Case> {
    let file = read("buildkite_fuzz_corpus");
    let bytes = |value: &Value| {
        STANDARD
            .decode(value.as_str().expect("text"))
            .expect("base64")
    };
    let case = |case: &Value| Case {
        id: format!("buildkite#{}", case["name"].as_str().expect("a name")),
        text: bytes(&case["text"]),
        secrets: case["secrets"]
            .as_array()
            .expect("secrets")
            .iter()
            .map(bytes)
            .collect(),
        expected: None,
    };
    file["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .map(case)
        .collect()
}
