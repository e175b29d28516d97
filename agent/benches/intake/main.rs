//! How fast deliveries are taken, beside a handler that only checks their signatures, in one run:
//! `script/bench`. Needs Docker, as the daemon does; no container is started.
//!
//! `agent serve` runs as a process of its own, on SQLite, with the GitHub model of the tests. Every
//! delivery that was answered with 2xx is looked for in the database afterwards.

#![allow(
    clippy::print_stdout,
    clippy::exit,
    reason = "a benchmark prints its figures"
)]

#[path = "../../tests/github_model/mod.rs"]
mod github_model;

mod bare;
mod daemon;
mod load;
mod payload;
mod process;

use agent::store::{BuildFilter, Cursor};
use bare::Bare;
use daemon::Daemon;
use load::{Answers, Kind, Load};
use payload::Pool;
use std::collections::HashSet;
use std::error::Error;
use std::time::{Duration, Instant};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Callers, each on a connection that stays.
const CALLERS: usize = 32;
/// Deliveries of the burst, each on a connection of its own.
const BURST: usize = 5_000;

fn main() {
    bare::play_if_asked();
    // `cargo test` and `cargo bench -- --list` start benches too.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    if let Err(error) = seconds().and_then(run) {
        println!("the benchmark did not run: {error}");
        std::process::exit(1);
    }
}

/// `--seconds N`: how long each load lasts.
fn seconds() -> Result<Duration> {
    let mut arguments = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let seconds = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => 20,
        (Some("--seconds"), Some(number)) => number.parse()?,
        _ => return Err("the only option is --seconds N".into()),
    };
    Ok(Duration::from_secs(seconds))
}

fn run(time: Duration) -> Result<()> {
    process::many_files();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(all(time))
}

async fn all(time: Duration) -> Result<()> {
    let daemon = Daemon::start().await?;
    idle(&daemon).await?;
    println!(
        "   deliveries of 26 kB from {CALLERS} callers, {} s each",
        time.as_secs()
    );
    let bare = Bare::start().await?;
    let mut taken = HashSet::new();
    let pool = Pool::new(&daemon.push)?;

    one_guid(&daemon, &pool, &mut taken).await?;
    for (name, kind) in [
        ("F  events that make no build", Kind::Comment),
        ("G  pushes, one branch each", Kind::Push),
    ] {
        let load = Load::new(&pool, kind);
        let floor = load.steady(bare.address, CALLERS, time).await?;
        let before = daemon.cpu()?;
        let ours = load.steady(daemon.address, CALLERS, time).await?;
        let work = ours.share(daemon.cpu()? - before);
        let ratio = ours.rate() / floor.rate();
        println!("{name}: {ours}, {work:.2} ms of a processor each");
        println!("   bare: {floor}: {ratio:.2} × as many (aim 1,000/s, p99 below 250 ms)");
        taken.extend(ours.taken);
    }
    let burst = Load::new(&pool, Kind::Comment);
    let before = daemon.cpu()?;
    let burst = burst.burst(daemon.address, BURST).await?;
    let work = burst.share(daemon.cpu()? - before);
    println!("H  {BURST} at once, a connection each: {burst}, {work:.2} ms of a processor each");
    println!("   (aim: none refused, p99 below 2 s)");
    taken.extend(burst.taken);

    let (now, peak) = daemon.memory()?;
    println!("   memory {now} MB, at most {peak} MB (aim below 128 MB)");
    let missing = missing(&daemon, &taken).await?;
    let count = taken.len();
    println!(
        "   {count} deliveries were answered with 2xx, of which {missing} are missing (aim 0)"
    );
    daemon.stop()?;
    if missing > 0 {
        return Err("deliveries were lost".into());
    }
    Ok(())
}

/// What the daemon takes when there is nothing to do.
async fn idle(daemon: &Daemon) -> Result<()> {
    const TIME: Duration = Duration::from_secs(30);
    let before = daemon.cpu()?;
    tokio::time::sleep(TIME).await;
    let share = 100.0 * (daemon.cpu()? - before).as_secs_f64() / TIME.as_secs_f64();
    let (now, _) = daemon.memory()?;
    println!("E  idle for 30 s: {now} MB, {share:.2} % of a processor (aim below 30 MB, 0.5 %)");
    Ok(())
}

/// A hundred times the same delivery, at once.
async fn one_guid(daemon: &Daemon, pool: &Pool, taken: &mut HashSet<String>) -> Result<()> {
    let same = Load::new(pool, Kind::Push)
        .again(daemon.address, 100)
        .await?;
    taken.extend(same.taken);
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        // First, so that a build made in between is seen.
        let waits = !daemon.store.repositories_waiting().await?.is_empty();
        let filter = BuildFilter::default();
        let builds = daemon.store.builds(&filter, Cursor(None), 100).await?;
        if !waits || Instant::now() > patience {
            let builds = builds.len();
            println!("   100 times one push at once: {builds} build (aim 1)");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many of these are not in the database.
async fn missing(daemon: &Daemon, taken: &HashSet<String>) -> Result<usize> {
    let (mut stored, mut before) = (HashSet::new(), None);
    loop {
        let rows = daemon.store.deliveries(None, before, 5_000).await?;
        let Some(last) = rows.last() else {
            return Ok(taken.difference(&stored).count());
        };
        before = Some(last.id);
        stored.extend(rows.into_iter().map(|row| row.new.guid));
    }
}

/// The figures of a load, for people.
impl std::fmt::Display for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99, most] = [0.5, 0.99, 1.0].map(|part| self.latency(part).as_millis());
        write!(
            f,
            "{:.0}/s, p50 {p50} ms, p99 {p99} ms, most {most} ms, {} refused",
            self.rate(),
            self.refused
        )
    }
}
