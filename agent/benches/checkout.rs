//! A work tree of 10,000 files and 60 commits as an archive, against `git clone --depth=50` of the
//! same repository, in turns. Prints the ratio; aim at most 0.5.
#![allow(
    clippy::print_stdout,
    clippy::exit,
    reason = "a benchmark prints its figures"
)]

use agent::git::{Mirror, Ref, Want};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() {
    // `cargo test --all-targets` starts benches too.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    if let Err(error) = compare() {
        println!("the benchmark did not run: {error}");
        std::process::exit(1);
    }
}

fn compare() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let repository = folder.path().join("repository");
    make(&repository)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..5 {
        let begin = Instant::now();
        let mirror = Mirror::open(&folder.path().join("data"), "checkout")?;
        let want = Want {
            sha: mirror.fetch_from_checkout(&repository, "HEAD")?,
            depth: Some(50),
            reference: Ref::None,
            origin: "https://example.com/owner/repo.git".to_owned(),
            git_dir: true,
            files: agent::git::Files::default(),
        };
        drop(mirror.materialise(&want, &folder.path().join("tmp"))?);
        ours.push(begin.elapsed());
        let begin = Instant::now();
        let source = format!("file://{}", repository.display());
        let clone = format!("clone-{round}");
        git(
            folder.path(),
            &["clone", "--quiet", "--depth=50", &source, &clone],
        )?;
        theirs.push(begin.elapsed());
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "work tree of 10,000 files: {ours:.2?}, git clone {theirs:.2?}: {ratio:.2} × (aim at most 0.5)"
    );
    Ok(())
}

fn make(repository: &Path) -> Result<()> {
    std::fs::create_dir_all(repository)?;
    git(repository, &["init", "--quiet"])?;
    for number in 0..10_000 {
        let folder = repository.join(format!("dir{}", number % 100));
        std::fs::create_dir_all(&folder)?;
        let text = format!("{number}\n").repeat(400);
        std::fs::write(folder.join(format!("file{number}.txt")), text)?;
    }
    git(repository, &["add", "."])?;
    for number in 0..60 {
        std::fs::write(repository.join("changes"), number.to_string())?;
        git(repository, &["add", "changes"])?;
        let who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
        git(
            repository,
            &[&who[..], &["commit", "--quiet", "-m", "a change"]].concat(),
        )?;
    }
    git(repository, &["gc", "--quiet"])
}

fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("git {arguments:?} failed").into())
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
