//! Any config is answered within 64 MB, whatever it was made for (threat T24). That it is answered in
//! time is measured by `cargo bench -p schema`.
#![allow(missing_docs, clippy::print_stdout)]

mod conformance_folder;
mod counting;
mod hostile;

use conformance_folder::rows;
use counting::peak;
use schema::diagnostic::render::{self, Options};
use schema::source::Source;
use schema::{Outcome, Sources, compile};

/// What the promise allows, in bytes.
const PROMISE: usize = 64 * 1024 * 1024;

/// Compiles each config under the name of a file, and shows what is said of it.
fn promised(name: &str) {
    let request = hostile::request();
    // The table of the language is made once for all configs.
    let _ = compile(&Sources::new(Source::new(name, "script: make")), &request);
    let mut broken = Vec::new();
    for (case, config) in hostile::configs() {
        let sources = Sources::new(Source::new(name, config));
        let (compiled, compiling) = peak(|| compile(&sources, &request));
        let texts = sources.all();
        let (_, rendering) =
            peak(|| render::terminal(&compiled.diagnostics, &texts, Options::default()));
        assert!(!matches!(compiled.outcome, Outcome::Need(_)), "{case}");
        if compiling.max(rendering) > PROMISE {
            let megabytes = |bytes| bytes / 1024 / 1024;
            broken.push(format!(
                "{case}: {} MB to compile, {} MB to show",
                megabytes(compiling),
                megabytes(rendering)
            ));
        }
    }
    assert!(broken.is_empty(), "{name}: {broken:#?}");
}

#[test]
fn every_hostile_config_is_answered_within_the_promise() {
    promised(".ci.yml");
}

#[test]
fn every_hostile_config_of_the_reference_is_too() {
    promised(".travis.yml");
}

#[test]
fn what_is_too_large_is_not_looked_through_to_show_its_message() {
    let shown = |bytes: usize| {
        let sources = Sources::new(Source::new(".ci.yml", "a: 1\n".repeat(bytes / 5)));
        let compiled = compile(&sources, &hostile::request());
        let texts = sources.all();
        peak(|| render::terminal(&compiled.diagnostics, &texts, Options::default()))
    };
    let (small, of_small) = shown(1_000_000);
    let (large, of_large) = shown(10_000_000);
    assert!(large.contains("at most 64 kB are read"), "{large}");
    let place = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(place(&small), place(&large));
    assert!(of_large < of_small + 4096, "{of_small} {of_large}");
}

/// What a config of this size may take, in bytes.
fn allowed(size: usize) -> usize {
    20 * size + 1024 * 1024
}

#[test]
fn real_configs_take_twenty_times_their_size_and_a_megabyte() {
    let request = hostile::request();
    let _ = compile(
        &Sources::new(Source::new(".ci.yml", "script: make")),
        &request,
    );
    let _ = compile(
        &Sources::new(Source::new(".travis.yml", "script: make")),
        &request,
    );
    let mut worst = (0, String::new());
    // A build that is not optimised takes its time: there one in eight has to do.
    let step = if cfg!(debug_assertions) { 8 } else { 1 };
    let rows = rows(&["configs.jsonl.gz", "mutants.jsonl.gz"]);
    for row in rows.into_iter().step_by(step) {
        let text = row["yaml"].as_str().unwrap_or_default();
        let allowed = allowed(text.len());
        for name in [".travis.yml", ".ci.yml"] {
            let sources = Sources::new(Source::new(name, text));
            let (_, bytes) = peak(|| compile(&sources, &request));
            let share = bytes * 100 / allowed;
            if share > worst.0 {
                worst = (
                    share,
                    format!("{}: {bytes} bytes for {}", row["id"], text.len()),
                );
            }
        }
    }
    println!("the most is {} % of what is allowed: {}", worst.0, worst.1);
    assert!(worst.0 <= 100, "{worst:?}");
}

#[test]
fn the_peak_is_the_most_that_is_held_at_one_time() {
    let (_, bytes) = peak(|| {
        drop(vec![0_u8; 3_000]);
        vec![0_u8; 2_000]
    });
    assert_eq!(bytes, 3_000);
}
