//! How long configs made to cost much take to be answered, and to be shown. The aim is 100 ms for
//! each (threat T24).
#![allow(missing_docs, clippy::print_stdout)]

#[path = "../tests/hostile/mod.rs"]
mod hostile;

use std::time::{Duration, Instant};

use schema::diagnostic::render::{self, Options};
use schema::source::Source;
use schema::{Sources, compile};

fn main() {
    let request = hostile::request();
    for (name, config) in hostile::configs() {
        let sources = Sources::new(Source::new(".ci.yml", config));
        let (compiled, compiling) = shortest(|| compile(&sources, &request));
        let options = Options::default();
        let show = || render::terminal(&compiled.diagnostics, &sources.all(), options);
        let (text, showing) = shortest(show);
        println!(
            "{compiling:>10.2?} {showing:>10.2?}  {name}: {} messages, {} kB",
            compiled.diagnostics.len(),
            text.len() / 1024
        );
    }
}

/// The answer, and the time of the shortest of a few runs: others only add to it.
fn shortest<T>(mut done: impl FnMut() -> T) -> (T, Duration) {
    const RUNS: usize = 5;
    let mut run = || {
        let begin = Instant::now();
        let answer = done();
        (answer, begin.elapsed())
    };
    let mut best = run();
    for _ in 1..RUNS {
        let next = run();
        if next.1 < best.1 {
            best = next;
        }
    }
    best
}
