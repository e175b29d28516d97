//! `agent encrypt --add`: each folder of `fixtures/encrypt` holds a config before and after.
//!
//! `before.yml` with `after.yml`, or with `refused.txt` where no safe place is; `target` names the
//! place when it is not `env.global`. `SEALED` stands for the sealed string and `TOKEN` is the
//! variable. Set `BLESS=1` to write what comes out, and read the difference well.

#![allow(clippy::print_stdout, reason = "a test prints its figures")]

use agent::yaml_edit::{Entry, Target, add};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

const ENTRY: Entry<'static> = Entry {
    name: "TOKEN",
    sealed: "SEALED",
};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/encrypt");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|case| case.unwrap().path())
        .collect();
    cases.sort();
    cases
}

fn target(case: &Path) -> Target {
    let text = std::fs::read_to_string(case.join("target"));
    text.map_or(Target::EnvGlobal, |text| text.trim().parse().unwrap())
}

#[test]
fn every_case_comes_out_as_written() {
    let mut wrong = Vec::new();
    for case in cases() {
        let before = std::fs::read_to_string(case.join("before.yml")).unwrap();
        let (file, is) = match add(&before, &target(&case), &ENTRY) {
            Ok(edited) => ("after.yml", edited.text),
            Err(error) => ("refused.txt", format!("{error}\n")),
        };
        if std::env::var_os("BLESS").is_some() {
            let _ = std::fs::remove_file(case.join("after.yml"));
            let _ = std::fs::remove_file(case.join("refused.txt"));
            std::fs::write(case.join(file), &is).unwrap();
        }
        let expected = std::fs::read_to_string(case.join(file)).unwrap_or_default();
        if is != expected {
            wrong.push(format!("{}/{file} is\n{is}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a text comes out of another by taking pieces away.
fn is_within(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|wanted| rest.any(|is| is == wanted))
}

#[test]
fn nothing_of_the_file_is_lost() {
    for case in cases() {
        let before = std::fs::read_to_string(case.join("before.yml")).unwrap();
        if let Ok(edited) = add(&before, &target(&case), &ENTRY) {
            let kept = if edited.replaced {
                before.replacen("old", "", 1).replace('\'', "")
            } else {
                before
            };
            assert!(is_within(&kept, &edited.text), "{}", case.display());
        }
    }
}

#[test]
fn a_second_variable_joins_the_first_in_every_case() {
    for case in cases() {
        let target = target(&case);
        let before = std::fs::read_to_string(case.join("before.yml")).unwrap();
        let Ok(first) = add(&before, &target, &ENTRY) else {
            continue;
        };
        let other = Entry {
            name: "OTHER",
            sealed: "SEALED2",
        };
        let second = add(&first.text, &target, &other);
        let second = second.unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        assert!(second.text.contains("SEALED2"), "{}", case.display());
        assert_eq!(
            second.replaced,
            target != Target::EnvGlobal,
            "{}",
            case.display()
        );
    }
}

/// A file of the shared cases as text; none where it is something else.
fn rows(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    if name.ends_with(".jsonl") {
        return std::fs::read_to_string(path).ok();
    }
    let file = name
        .ends_with(".jsonl.gz")
        .then(|| std::fs::File::open(path))?;
    let mut text = String::new();
    GzDecoder::new(file.unwrap())
        .read_to_string(&mut text)
        .unwrap();
    Some(text)
}

/// The configs of the shared cases: what people really write. Prints how many take a secret.
#[test]
fn real_configs_are_edited_whole_or_refused() {
    let folder = std::env::var_os("CI_CONFORMANCE_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
        PathBuf::from,
    );
    let Ok(listing) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    for file in listing.map(|file| file.unwrap().path()) {
        let Some(rows) = rows(&file) else { continue };
        let mut seen = BTreeSet::new();
        let (mut edited, mut all) = (0, 0);
        let mut refusals = std::collections::BTreeMap::<String, usize>::new();
        for row in rows.lines() {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            // The same config stands there once for each event.
            let Some(text) = row["yaml"]
                .as_str()
                .filter(|text| seen.insert((*text).to_owned()))
            else {
                continue;
            };
            all += 1;
            match add(text, &Target::EnvGlobal, &ENTRY) {
                Ok(result) => {
                    edited += 1;
                    let packed = |text: &str| text.replace([' ', '\r', '\n'], "");
                    assert!(
                        is_within(&packed(text), &packed(&result.text)),
                        "{}",
                        row["id"]
                    );
                }
                Err(error) => {
                    let words = error.to_string();
                    // Without its line: at the end, or before what the parser says.
                    let reason = words.split(" (line").next().unwrap_or_default();
                    let reason = reason.rsplit(": ").next().unwrap_or_default();
                    *refusals.entry(reason.to_owned()).or_default() += 1;
                }
            }
        }
        println!(
            "{}: edited {edited} of {all}; refused: {refusals:#?}",
            file.display()
        );
        let real = file.ends_with("configs.jsonl.gz");
        assert!(!real || edited * 100 >= all * 98, "{edited} of {all}");
    }
}

#[test]
fn the_line_is_that_of_the_sealed_string() {
    let edited = add("env:\n  global:\n    - A=1\n", &Target::EnvGlobal, &ENTRY).unwrap();
    assert_eq!(edited.line, 4);
}

#[test]
fn a_file_that_would_become_too_large_is_left_alone() {
    let text = format!("script: {}\n", "x".repeat(65_500));
    let error = add(&text, &Target::EnvGlobal, &ENTRY).unwrap_err();
    assert!(error.to_string().contains("64 kB"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]
    /// Whatever stands there: either nothing is done, or all of it is still there.
    #[test]
    fn any_text_is_edited_whole_or_refused(
        text in "((env|global|jobs|deploy|password|TOKEN|a|<<)(:| |: )|[-#\\[\\]{},&*!|'\"~\n ]|\n  |\n    - |A=1|&x|\\*x|\r\n){0,24}",
        deploy in any::<bool>(),
    ) {
        let target = if deploy { "deploy.password" } else { "env.global" };
        if let Ok(edited) = add(&text, &target.parse().unwrap(), &ENTRY) {
            let packed = |text: &str| text.replace([' ', '\r', '\n'], "");
            prop_assert!(edited.replaced || is_within(&packed(&text), &packed(&edited.text)));
        }
    }
}
