//! The whole system against bare Docker, in one run: `script/bench`.
//!
//! Prints ratios, each the median of ours over the median of the floor, taken in turns so that both
//! see the same machine; and how many jobs fit into a time. Needs Docker and the base image.

#![allow(
    clippy::print_stdout,
    clippy::exit,
    reason = "a benchmark prints its figures"
)]

mod floor;
mod memory;
mod options;
mod ours;
mod series;

use bollard::Docker;
use options::Options;
use ours::Ours;
use series::{Series, in_turns, median, seconds};
use std::time::{Duration, Instant};

const IMAGE: &str = "agent-base:latest";
/// What a job of the shortest kind runs.
const COMMANDS: [&[&str]; 5] = [&["true"]; 5];
/// 2,000,000 lines of 100 bytes with their ends.
const LOG: &str = "yes 'the quick brown fox jumps over the lazy dog, and again the quick brown fox jumps over the dog!!' | head -n 2000000";
/// The megabytes of that.
const LOG_SIZE: f64 = 200.0;

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
    let Options {
        runs,
        seconds: time,
    } = Options::of_process()?;
    let docker = Docker::connect_with_defaults()?.negotiate_version().await?;
    let ours = Ours::new(IMAGE).await?;
    println!("medians of {runs}, ours and bare Docker in turns");
    one_job(&docker, &ours, runs).await?;
    many_jobs(&docker, &ours, runs).await?;
    log(&ours, runs).await?;
    steady(&docker, &ours, time).await?;
    memory()
}

async fn one_job(docker: &Docker, ours: &Ours, runs: usize) -> floor::Result<()> {
    let mut gone = Vec::new();
    let series = in_turns(
        runs,
        async |run| floor::one_job(docker, IMAGE, &format!("floor-a-{run}"), &COMMANDS).await,
        async |run| {
            let (state, removed) = ours.one_job().await?;
            if run > 0 {
                gone.push(removed);
            }
            Ok(state)
        },
    )
    .await?;
    series.print("A  one job of five `true`, to its final state", Some(1.0));
    let gone = Series {
        ours: gone,
        floor: series.floor,
    };
    gone.print("   the same, until all of it is removed", None);
    Ok(())
}

async fn many_jobs(docker: &Docker, ours: &Ours, runs: usize) -> floor::Result<()> {
    let series = in_turns(
        runs,
        async |run| floor::many_jobs(docker, IMAGE, run).await,
        async |_| ours.many_jobs().await,
    )
    .await?;
    let what = "B  16 jobs of `sleep 1`, 8 at a time, all removed";
    series.print(what, Some(0.9));
    Ok(())
}

async fn log(ours: &Ours, runs: usize) -> floor::Result<()> {
    let series = in_turns(
        runs,
        async |_| floor::log(IMAGE, LOG),
        async |_| ours.log(LOG).await,
    )
    .await?;
    let [ours, floor] = [series.ours, series.floor].map(|times| LOG_SIZE / seconds(median(&times)));
    println!(
        "C  200 MB of log: {ours:.0} MB/s with 20 secrets masked, bare {floor:.0} MB/s: {:.2} × (aim at least 0.8)",
        ours / floor,
    );
    Ok(())
}

/// Jobs one after the other, so that what a job leaves to be done behind it counts as well.
async fn steady(docker: &Docker, ours: &Ours, time: Duration) -> floor::Result<()> {
    let (mut bare, begin) = (0_u32, Instant::now());
    while begin.elapsed() < time {
        floor::one_job(docker, IMAGE, &format!("floor-d-{bare}"), &COMMANDS).await?;
        bare += 1;
    }
    let bare_rate = f64::from(bare) / seconds(begin.elapsed());
    let (mut jobs, begin) = (0_u32, Instant::now());
    while begin.elapsed() < time {
        ours.one_job().await?;
        jobs += 1;
    }
    let rate = f64::from(jobs) / seconds(begin.elapsed());
    println!(
        "D  {} s of such jobs, one after the other: {jobs} ours, {bare} bare: {:.2} × as many \
         (every container is made for its job, networks serve one after the other)",
        time.as_secs(),
        rate / bare_rate,
    );
    Ok(())
}

fn memory() -> floor::Result<()> {
    let most = memory::of_many_jobs()?;
    println!(
        "E  {} jobs at once, the agent's memory at most: {} MB (aim at most 64)",
        memory::JOBS,
        most >> 20,
    );
    Ok(())
}
