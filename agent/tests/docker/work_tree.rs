//! The work tree in the container: whole, and the user's own.

use crate::world::World;
use agent::backend::{Backend, BackendError, Image, InstanceSpec, InstanceState, WorkTree};
use agent::git::{Mirror, Ref, Want};
use std::path::{Path, PathBuf};
use std::process::Command;

fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository with a program, a link and a deep path; its tree as the agent makes it.
fn tree(world: &World) -> PathBuf {
    let repo = world.data.path().join("repo");
    let kept = world.data.path().join("kept.tar");
    if kept.exists() {
        return kept;
    }
    std::fs::create_dir_all(repo.join("bin")).unwrap();
    git(&repo, &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(repo.join("bin/run"), "#!/bin/sh\necho it runs\n").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(repo.join("bin/run"), executable).unwrap();
    std::os::unix::fs::symlink("bin/run", repo.join("link")).unwrap();
    let deep = repo.join(["a-long-name-of-a-directory"; 8].join("/"));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("file"), "deep").unwrap();
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "--quiet", "-m", "one"]);
    let sha = git(&repo, &["rev-parse", "HEAD"]);
    let mirror = Mirror::open(world.data.path(), "repo").unwrap();
    mirror.fetch_from_checkout(&repo, &sha).unwrap();
    let want = Want {
        sha,
        depth: Some(50),
        reference: Ref::Branch("main".to_owned()),
        origin: "https://example.com/o/r".to_owned(),
        git_dir: true,
        files: agent::git::Files::default(),
    };
    let archive = mirror.materialise(&want, world.data.path()).unwrap();
    std::fs::copy(archive.path(), &kept).unwrap();
    kept
}

fn with_tree(world: &World, part: &str, image: &Image) -> InstanceSpec {
    let mut spec = crate::contract::spec(&world.id(part), image);
    spec.tree = Some(WorkTree {
        archive: tree(world),
        destination: format!("{}/build/owner/repo", image.user.home),
    });
    spec
}

#[tokio::test]
async fn every_file_belongs_to_the_images_user() {
    let world = World::new().await;
    for image in [world.base().await, world.small().await] {
        let spec = with_tree(&world, &image.user.name, &image);
        let owners = "find $HOME/build -exec stat -c %u:%g {} \\; | sort | uniq";
        let commands = [
            owners,
            "pwd",
            "./link",
            "touch new bin/new .git/new && echo writable",
        ];
        let told = world.run(&spec, &commands).await;
        let owner = format!("{}:{}", image.user.uid, image.user.gid);
        assert!(told.lines().contains(&owner), "{}", told.output);
        assert!(!told.lines().contains(&"0:0".to_owned()), "{}", told.output);
        let place = format!("{}/build/owner/repo", image.user.home);
        for expected in [place.as_str(), "it runs", "writable"] {
            assert!(
                told.output.contains(expected),
                "{expected}: {}",
                told.output
            );
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn git_finds_the_tree_clean_at_once() {
    let world = World::new().await;
    let spec = with_tree(&world, "clean", &world.base().await);
    let told = world
        .run(
            &spec,
            &[
                "git diff-index --quiet HEAD -- && echo no difference",
                "git status --porcelain | wc -l",
                "git --no-pager log -1 --format=%s",
                "git fsck 2>&1 | grep -c error || true",
            ],
        )
        .await;
    assert_eq!(
        told.lines(),
        ["no difference", "0", "one", "0"],
        "{}",
        told.output
    );
    world.finish().await;
}

#[tokio::test]
async fn folders_above_home_stay_the_images() {
    let world = World::new().await;
    let spec = with_tree(&world, "above", &world.base().await);
    let told = world
        .run(&spec, &["stat -c %u /home", "stat -c %u /home/travis"])
        .await;
    assert_eq!(told.lines(), ["0", "2000"]);
    world.finish().await;
}

#[tokio::test]
async fn a_broken_archive_fails_and_leaves_nothing() {
    let world = World::new().await;
    let mut spec = with_tree(&world, "broken", &world.base().await);
    let whole = std::fs::read(tree(&world)).unwrap();
    let broken = world.data.path().join("broken.tar");
    std::fs::write(&broken, &whole[..whole.len() / 2 + 100]).unwrap();
    for archive in [broken, world.data.path().join("absent.tar")] {
        spec.tree.as_mut().unwrap().archive = archive;
        let error = world.backend.create(&spec).await.unwrap_err();
        assert!(matches!(error, BackendError::Refused { .. }), "{error}");
        assert_eq!(
            world.backend.status(&spec.id).await.unwrap().state,
            InstanceState::Gone
        );
    }
    world.finish().await;
}
