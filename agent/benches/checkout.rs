//! A push to a repository of 10,000 files of 2 kB and 50 commits, from the mirror's fetch until the work
//! tree lies unpacked, against `git clone --depth=50` of the same commit over the same HTTP server, in
//! turns. `script/bench` starts the server. Prints the ratio; aim at most 0.5.
#![allow(
    clippy::print_stdout,
    clippy::exit,
    reason = "a benchmark prints its figures"
)]

use agent::git::{Files, Mirror, Ref, Want};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The folder that the server serves.
const FOLDER: &str = "AGENT_BENCH_GIT_FOLDER";
/// Its address.
const SERVER: &str = "AGENT_BENCH_GIT_URL";
/// Pushes, of which the median counts.
const ROUNDS: usize = 7;

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
    let missing = |name: &str| format!("{name} is not set; script/bench sets it");
    let served = std::env::var_os(FOLDER).ok_or_else(|| missing(FOLDER))?;
    let url = std::env::var(SERVER).map_err(|_| missing(SERVER))? + "/bench/checkout.git";
    let bare = PathBuf::from(served).join("bench/checkout.git");
    let folder = tempfile::tempdir()?;
    let author = folder.path().join("author");
    make(&author)?;
    git(
        folder.path(),
        &[
            "init",
            "--quiet",
            "--bare",
            "--initial-branch=main",
            text(&bare)?,
        ],
    )?;
    git(&bare, &["config", "receive.autogc", "false"])?;
    git(&bare, &["config", "uploadpack.allowAnySHA1InWant", "true"])?;

    let mirror = Mirror::open(&folder.path().join("data"), "checkout")?;
    let first = ours(&mirror, &url, &push(&author, &bare, 0)?, folder.path())?;
    let (mut later, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let sha = push(&author, &bare, round)?;
        later.push(ours(&mirror, &url, &sha, folder.path())?);
        let begin = Instant::now();
        let clone = format!("clone-{round}");
        git(
            folder.path(),
            &["clone", "--quiet", "--depth=50", &url, &clone],
        )?;
        theirs.push(begin.elapsed());
    }
    let (later, theirs) = (median(&mut later), median(&mut theirs));
    let ratio = |time: Duration| time.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "checkout of 10,000 files and 50 commits: {later:.2?}, git clone over HTTP {theirs:.2?}: {:.2} × \
         (aim at most 0.5); a repository's first build {first:.2?}, {:.2} ×",
        ratio(later),
        ratio(first),
    );
    Ok(())
}

/// Fetches a commit, makes its archive and unpacks that, as an engine does for a job's container.
fn ours(mirror: &Mirror, url: &str, sha: &str, folder: &Path) -> Result<Duration> {
    let begin = Instant::now();
    mirror.fetch(url, sha, None)?;
    let want = Want {
        sha: sha.to_owned(),
        depth: Some(50),
        reference: Ref::Branch("main".to_owned()),
        origin: url.to_owned(),
        git_dir: true,
        files: Files::default(),
    };
    let archive = mirror.materialise(&want, &folder.join("tmp"))?;
    // Nothing is removed before the end: some file systems are slow after that.
    let tree = folder.join(format!("tree-{sha}"));
    std::fs::create_dir(&tree)?;
    let packed = std::fs::File::open(archive.path())?;
    tar::Archive::new(packed).unpack(&tree)?;
    let took = begin.elapsed();
    let files = std::fs::read_dir(tree.join("dir0"))?.count();
    if files != 100 {
        return Err(format!("a folder of 100 files has {files}").into());
    }
    Ok(took)
}

fn make(author: &Path) -> Result<()> {
    std::fs::create_dir_all(author)?;
    git(author, &["init", "--quiet", "--initial-branch=main"])?;
    // Nothing is packed in the background while something is measured.
    git(author, &["config", "gc.auto", "0"])?;
    for number in 0..10_000 {
        let folder = author.join(format!("dir{}", number % 100));
        std::fs::create_dir_all(&folder)?;
        let text = format!("{number}\n").repeat(400);
        let text = text.get(..2000).unwrap_or(&text);
        std::fs::write(folder.join(format!("file{number}.txt")), text)?;
    }
    git(author, &["add", "."])?;
    (0..50).try_for_each(|number| commit(author, number).map(drop))?;
    git(author, &["gc", "--quiet"])
}

/// One more commit on the server; its name.
fn push(author: &Path, bare: &Path, round: usize) -> Result<String> {
    let sha = commit(author, 100 + round)?;
    git(
        author,
        &["push", "--quiet", text(bare)?, "HEAD:refs/heads/main"],
    )?;
    Ok(sha)
}

fn commit(author: &Path, number: usize) -> Result<String> {
    std::fs::write(author.join("changes"), number.to_string())?;
    git(author, &["add", "changes"])?;
    let who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
    git(
        author,
        &[&who[..], &["commit", "--quiet", "-m", "a change"]].concat(),
    )?;
    let head = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(author)
        .output()?;
    Ok(String::from_utf8(head.stdout)?.trim().to_owned())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "a path that is no text".into())
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
