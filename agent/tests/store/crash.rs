//! What a killed process leaves: every delivery it has acknowledged (reliability P1, R46, R47).
//!
//! The process is this test binary, started again with a variable that makes [`child`] work.

use crate::database::Database;
use crate::suite::make::delivery;
use crate::suite::upgrade;
use agent::store::{Location, Store};
use rustix::process::{Pid, Signal, kill_process};
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PLACE: &str = "AGENT_TEST_CRASH_PLACE";

/// Stores deliveries for ever and says the name of each after it was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(path) = std::env::var_os(PLACE) else {
        return;
    };
    let store = Store::open(&Location::Sqlite(path.into())).await.unwrap();
    let tasks = (0..8).map(|task| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0.. {
                let guid = format!("{}-{task}-{number}", std::process::id());
                store.put_delivery(delivery(&guid)).await.unwrap();
                writeln!(std::io::stdout(), "acknowledged {guid}").unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(PLACE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Up to so many milliseconds.
fn random(milliseconds: u64) -> Duration {
    Duration::from_millis(RandomState::new().hash_one(0) % milliseconds)
}

async fn all_are_there(path: &Path, guids: &[String]) {
    let store = Store::open(&Location::Sqlite(path.to_owned()))
        .await
        .unwrap();
    let stored = store.deliveries(None, None, u32::MAX).await.unwrap();
    let stored: std::collections::HashSet<&str> =
        stored.iter().map(|one| one.new.guid.as_str()).collect();
    let missing: Vec<&String> = guids
        .iter()
        .filter(|guid| !stored.contains(guid.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?} of {}", guids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_files_at_any_moment_has_all_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let mut child = spawn(&path);
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let said = Arc::clone(&acknowledged);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some((_, guid)) = line.split_once("acknowledged ") {
                said.lock().unwrap().push(guid.to_owned());
            }
        }
    });
    while acknowledged.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for round in 0..12 {
        tokio::time::sleep(random(80)).await;
        let guids = acknowledged.lock().unwrap().clone();
        let copy = folder.path().join(format!("{round}.db"));
        // Stopped, the process changes neither file between the two copies.
        signal(&child, Signal::STOP);
        std::fs::copy(&path, &copy).unwrap();
        let log = std::fs::read(path.with_extension("db-wal")).unwrap_or_default();
        signal(&child, Signal::CONT);
        std::fs::write(copy.with_extension("db-wal"), log).unwrap();
        all_are_there(&copy, &guids).await;
    }
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    reader.join().unwrap();
    let guids = acknowledged.lock().unwrap().clone();
    all_are_there(&path, &guids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_killed_while_it_makes_the_tables_is_made_good_by_the_next() {
    for round in 0..16 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.db");
        let mut child = spawn(&path);
        while !path.exists() {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        tokio::time::sleep(random(12)).await;
        signal(&child, Signal::KILL);
        child.wait().unwrap();
        let store = Store::open(&Location::Sqlite(path)).await.unwrap();
        store
            .put_delivery(delivery(&format!("round {round}")))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_is_killed_at_any_moment_is_made_good_by_the_next() {
    let mut versions = std::collections::BTreeSet::new();
    for _ in 0..16 {
        let place = Database::file();
        upgrade::make_old(&place).await;
        let Location::Sqlite(path) = place.location() else {
            unreachable!("a file");
        };
        let mut child = spawn(&path);
        // The file's journal comes with the first connection.
        while !path.with_extension("db-wal").exists() {
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        tokio::time::sleep(random(6)).await;
        signal(&child, Signal::KILL);
        child.wait().unwrap();
        let (version, second_step) = upgrade::version(&mut upgrade::raw(&place).await).await;
        assert_eq!(
            second_step,
            version == upgrade::newest(),
            "half of an upgrade"
        );
        versions.insert(version);
        let store = place.open().await;
        let deliveries = store.deliveries(None, None, 1000).await.unwrap();
        assert!(deliveries.len() >= 2);
        let build = store.unfinished_builds().await.unwrap();
        assert_eq!(build.len(), 1);
        let (version, _) = upgrade::version(&mut upgrade::raw(&place).await).await;
        assert_eq!(version, upgrade::newest());
    }
    assert!(
        versions
            .iter()
            .all(|version| [1, upgrade::newest()].contains(version)),
        "{versions:?}"
    );
}
