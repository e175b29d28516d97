//! Whole agents in virtual time, killed at random moments (reliability B3, B4).
//!
//! A world has a repository on a GitHub that fails now and then, an engine, a database, and
//! an agent with all its rooms. It is killed wherever it waits for something: for a query
//! that is on its way, for GitHub, for the engine, for time. When it has died often enough the world
//! becomes calm, everything must come to its end, and everything is looked at.
//!
//! `AGENT_SIM_KILLS=10000` kills so often; `AGENT_SIM_SEED=7` lives one world again.

#![allow(clippy::print_stdout, reason = "a run tells its figures")]

mod chance;
mod check;
mod engine;
mod figures;
mod gate;
mod github;
mod life;
mod people;
mod script;
mod seen;
mod time;
mod world;

use figures::Figures;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Kills of a usual run.
const KILLS: u64 = 600;
/// After so many kills it says how far it is.
const PROGRESS: u64 = 500;

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number")),
    )
}

fn live(seed: u64) -> Figures {
    // Several agents share a server, not SQLite's file: tests/fleet is about those.
    world::live(seed, 1)
}

#[test]
fn nothing_is_lost_doubled_or_left_over_wherever_an_agent_is_killed() {
    let mut all = Figures::default();
    if let Some(seed) = number("AGENT_SIM_SEED") {
        all.add(live(seed));
    } else {
        let kills = number("AGENT_SIM_KILLS").unwrap_or(KILLS);
        let first = number("AGENT_SIM_FIRST").unwrap_or(0);
        let (next, sum) = (AtomicU64::new(first), Mutex::new(all));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while sum.lock().unwrap().kills < kills {
                        let one = live(next.fetch_add(1, Ordering::Relaxed));
                        for wrong in &one.wrong {
                            println!("{wrong}");
                        }
                        let mut sum = sum.lock().unwrap();
                        let before = sum.kills / PROGRESS;
                        sum.add(one);
                        if sum.kills / PROGRESS > before {
                            println!("{} of {kills} kills", sum.kills);
                        }
                    }
                });
            }
        });
        all = sum.into_inner().unwrap();
    }
    println!("{all}");
    assert!(
        all.wrong.is_empty(),
        "live one again by AGENT_SIM_SEED=… cargo test -p agent --test simulation\n{}",
        all.wrong.join("\n")
    );
}
