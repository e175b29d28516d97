//! The whole system against bare Docker, in one run: `script/bench`.
//!
//! Prints three ratios, each the median of ours over the median of the floor, taken in turns so
//! that both see the same machine. Needs Docker and the base image.

#![allow(
    clippy::print_stdout,
    clippy::exit,
    reason = "a benchmark prints its figures"
)]

mod floor;
mod ours;

use bollard::Docker;
use std::time::Duration;

const IMAGE: &str = "agent-base:latest";
/// 2,000,000 lines of 100 bytes with their ends.
const LOG: &str = "yes 'the quick brown fox jumps over the lazy dog, and again the quick brown fox jumps over the dog!!' | head -n 2000000";

fn main() {
    // `cargo test` and `cargo bench -- --list` start benches too.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(all()));
    if let Err(error) = result {
        println!("the benchmark did not run: {error}");
        std::process::exit(1);
    }
}

async fn all() -> floor::Result<()> {
    let runs: usize = match std::env::var("BENCH_RUNS") {
        Ok(text) => text.parse()?,
        Err(_) => 20,
    };
    let docker = Docker::connect_with_defaults()?.negotiate_version().await?;
    let mut ours = ours::Ours::new(IMAGE).await?;

    let (mut bare, mut job, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=runs {
        let floor = floor::one_job(
            &docker,
            IMAGE,
            &format!("floor-a-{run}"),
            &[&["true"][..]; 5],
        )
        .await?;
        let (state, removed) = ours.one_job().await?;
        if run > 0 {
            bare.push(floor);
            job.push(state);
            gone.push(removed);
        }
    }
    print(
        "A  one job of five `true`, to its final state",
        &job,
        &bare,
        1.3,
    );
    print(
        "   the same, until all of it is removed",
        &gone,
        &bare,
        f64::NAN,
    );

    let (mut bare, mut jobs) = (Vec::new(), Vec::new());
    let many = runs.div_ceil(4);
    for run in 0..=many {
        let floor = floor::many_jobs(&docker, IMAGE, run).await?;
        let build = ours.many_jobs().await?;
        if run > 0 {
            bare.push(floor);
            jobs.push(build);
        }
    }
    print(
        "B  16 jobs of `sleep 1`, 8 at a time, all removed",
        &jobs,
        &bare,
        1.15,
    );

    let (mut bare, mut log) = (Vec::new(), Vec::new());
    for run in 0..=many {
        let floor = floor::log(IMAGE, LOG)?;
        let masked = ours.log(LOG).await?;
        if run > 0 {
            bare.push(floor);
            log.push(masked);
        }
    }
    let ratio = seconds(median(&bare)) / seconds(median(&log));
    println!(
        "C  200 MB of log: {:.0} MB/s with 20 secrets masked, {:.0} MB/s bare: {ratio:.2} × C (aim at least 0.6)",
        200.0 / seconds(median(&log)),
        200.0 / seconds(median(&bare)),
    );
    Ok(())
}

fn print(what: &str, ours: &[Duration], floor: &[Duration], aim: f64) {
    let (ours, floor) = (seconds(median(ours)), seconds(median(floor)));
    let ratio = ours / floor;
    let aim = if aim.is_nan() {
        String::new()
    } else {
        format!(" (aim at most {aim})")
    };
    println!("{what}: {ours:.3} s, bare {floor:.3} s: {ratio:.2} ×{aim}");
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
