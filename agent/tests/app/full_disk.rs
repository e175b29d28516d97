//! The database's disk is full, or cannot be written (reliability R42, R44).
//!
//! The disk is a small one that only a process of this test sees.

use crate::agent::{Agent, CONFIG, PUSH, Ways};
use crate::database::Database;
use crate::github_model::GithubModel;
use crate::small_disk::{again_on_a_disk_of, disk, fill};
use agent::store::Store;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_answered_with_503_and_what_was_acknowledged_stays() {
    let Some(disk) = disk() else {
        let name = "full_disk::a_full_disk_is_answered_with_503_and_what_was_acknowledged_stays";
        return again_on_a_disk_of(4096, name);
    };
    let model = GithubModel::start();
    let ways = Ways {
        database: Some(Database::file_in(&disk)),
        ..Ways::default()
    };
    let agent = Agent::start_with(&model, ways).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    // That the branch is new is told, too.
    model.settled().await;
    let before = agent.ended(2).await.len();
    let filler = fill(&disk);
    let body = vec![b' '; 26 * 1024];
    let body = [b"{}".as_slice(), &body].concat();
    // What fits into pages that are there already is taken.
    let mut taken = 0;
    let (status, text) = loop {
        let guid = format!("full-{taken}");
        let (status, text) = agent
            .deliver("ping", &guid, &body, crate::agent::SECRET)
            .await;
        match status {
            202 => taken += 1,
            _ => break (status, text),
        }
        assert!(taken < 100, "the disk is not full");
    };
    assert_eq!(status, 503, "{text}");
    assert!(!text.contains('/') && text.contains("again"), "{text}");
    std::fs::remove_file(filler).unwrap();
    assert_eq!(agent.take("ping", "after", &body).await, 202);
    let all = agent.ended(before + taken + 1).await;
    assert_eq!(all.len(), before + taken + 1);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_cannot_be_written_is_refused_at_the_start_with_advice() {
    let Some(disk) = disk() else {
        let name = "full_disk::a_disk_that_cannot_be_written_is_refused_at_the_start_with_advice";
        return again_on_a_disk_of(4096, name);
    };
    let database = Database::file_in(&disk);
    drop(database.open().await);
    remount(&disk, "ro");
    let refused = Store::open(&database.location()).await;
    remount(&disk, "rw");
    let text = refused.map(|_| ()).unwrap_err().to_string();
    assert!(text.contains("Read-only file system"), "{text}");
    assert!(
        text.contains("must be able to write the file and its folder"),
        "{text}"
    );
}

/// A file system is busy until the last connection is closed, which nobody waits for.
fn remount(disk: &Path, mode: &str) {
    let began = Instant::now();
    loop {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-o", &format!("remount,{mode}")]).arg(disk);
        if mount.status().unwrap().success() {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it stays busy");
        std::thread::sleep(Duration::from_millis(20));
    }
}
