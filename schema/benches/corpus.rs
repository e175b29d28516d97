//! How long the shared configs take to be read, normalised, checked and expanded, beside the time that
//! the YAML parser alone takes for the same bytes. The aim is at most five times. Times are those of the
//! processor, which on Linux do not count what others do meanwhile.
#![allow(missing_docs, clippy::print_stdout)]

#[path = "../tests/conformance_folder/mod.rs"]
mod conformance_folder;

use std::hint::black_box;
use std::time::{Duration, Instant};

use saphyr_parser::{Event, Parser};
use schema::matrix::{self, Facts};
use schema::normalise::{Reading, normalise};
use schema::request::Request;
use schema::source::{FileId, Source};
use schema::yaml::Node;
use schema::{Dialect, Sources, compile, yaml};

const ROUNDS: usize = 7;

fn main() {
    let rows = conformance_folder::rows(&["configs.jsonl.gz"]);
    let texts = rows.iter().filter_map(|row| row["yaml"].as_str());
    let sources: Vec<Sources> = texts
        .map(|text| Sources::new(Source::new(".travis.yml", text)))
        .collect();
    if sources.is_empty() {
        println!("no configs here; CI_CONFORMANCE_DIR names a folder with configs.jsonl.gz");
        return;
    }
    let request = Request {
        branch: "main".to_owned(),
        default_branch: "main".to_owned(),
        ..Request::default()
    };
    let bytes: usize = sources.iter().map(|one| one.config.text.len()).sum();
    println!("{} configs, {} kB", sources.len(), bytes / 1024);
    let bare = shortest(&sources, |one| black_box(events(&one.config.text)));
    let reading = Reading {
        dialect: Dialect::Ours,
        compat: true,
    };
    let facts = Facts::of(&request);
    let steps: [(&str, Step<'_>); 4] = [
        ("read", &|one| {
            black_box(yaml::load(&one.config, FileId(0), Dialect::Ours));
        }),
        ("and normalised", &|one| {
            let loaded = yaml::load(&one.config, FileId(0), Dialect::Ours);
            black_box(
                loaded
                    .root
                    .map(|root| normalise(root, &[&one.config], reading)),
            );
        }),
        ("and expanded", &|one| {
            let loaded = yaml::load(&one.config, FileId(0), Dialect::Ours);
            let config = loaded
                .root
                .map(|root| normalise(root, &[&one.config], reading).0);
            if let Some(config) = config.as_ref().and_then(Node::as_map) {
                let expanded = matrix::expand(config, Some(&facts));
                black_box(
                    expanded
                        .map(|jobs| matrix::finish(config, jobs, Some(&facts)))
                        .is_ok(),
                );
            }
        }),
        ("compiled to a plan", &|one| {
            black_box(compile(one, &request));
        }),
    ];
    tell("events of the parser", sources.len(), bare, bare);
    for (what, step) in steps {
        tell(what, sources.len(), shortest(&sources, step), bare);
    }
}

/// What is done with one config.
type Step<'a> = &'a dyn Fn(&Sources);

fn events(text: &str) -> usize {
    let mut parser = Parser::new_from_str(text);
    let mut count = 0;
    while let Some(Ok((event, _))) = parser.next_event() {
        count += 1;
        if matches!(black_box(event), Event::StreamEnd) {
            break;
        }
    }
    count
}

/// The time of the shortest round: others only add to it.
fn shortest<T>(sources: &[Sources], step: impl Fn(&Sources) -> T) -> Duration {
    let round = || {
        let begin = Start::now();
        for one in sources {
            step(one);
        }
        begin.elapsed()
    };
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
}

fn tell(what: &str, configs: usize, took: Duration, bare: Duration) {
    let seconds = took.as_secs_f64();
    let times = seconds / bare.as_secs_f64();
    let rate = f64::from(u32::try_from(configs).unwrap_or(u32::MAX)) / seconds;
    println!("{what:<22} {took:>10.1?}  {rate:>8.0} configs/s  {times:>5.2} x");
}

/// When something began.
struct Start {
    processor: Option<Duration>,
    wall: Instant,
}

impl Start {
    fn now() -> Self {
        Self {
            processor: on_processor(),
            wall: Instant::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        match (self.processor, on_processor()) {
            (Some(begin), Some(end)) => end.saturating_sub(begin),
            _ => self.wall.elapsed(),
        }
    }
}

/// How long this thread has been on a processor.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
