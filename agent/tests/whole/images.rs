//! Images that are built by jobs with a Docker of their own, and pushed with a sealed password.

use crate::services::{Services, USER};
use crate::serving::Serving;
use crate::world::{PUSH, World};

/// As `fixtures/thoughts`, small.
fn config(registry: &str) -> String {
    "services: docker
env:
  global:
    - IMAGE=thoughts/server
    - REGISTRY=ADDRESS
before_install:
  - echo \"$REGISTRY_PASSWORD\" | docker login --username \"$REGISTRY_USER\" --password-stdin \"$REGISTRY\"
  - export GIT_SHA=`git rev-parse --short HEAD`
jobs:
  include:
    - stage: tests
      name: Unit Tests
      script: docker build --tag tested . && docker image inspect tested
    - stage: push
      name: Server Image
      script:
        - docker build --tag \"$REGISTRY/$IMAGE:$GIT_SHA\" .
        - docker tag \"$REGISTRY/$IMAGE:$GIT_SHA\" \"$REGISTRY/$IMAGE:$TRAVIS_BRANCH\"
        - docker push \"$REGISTRY/$IMAGE:$GIT_SHA\"
      deploy:
        - provider: script
          script: docker push $REGISTRY/$IMAGE:$TRAVIS_BRANCH
          on: {branch: main}
        - provider: script
          script: docker push $REGISTRY/$IMAGE:$TRAVIS_TAG
          on: {tags: true}
"
    .replace("ADDRESS", registry)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_and_a_tag_push_their_images_under_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Services::registry(folder.path());
    let world = World::with(&registry.settings);
    let agent = world.serve().await;
    let repo = world.add("octo/thoughts", &["--docker"]);
    let account = [
        ("REGISTRY_USER", USER),
        ("REGISTRY_PASSWORD", registry.password()),
    ];
    let config = world.seal(&repo, &config(registry.address("REGISTRY")), &account);
    let files = [
        (".ci.yml", config.as_str()),
        ("Dockerfile", "FROM scratch\nCOPY README /\n"),
    ];
    let sha = repo.push("main", &files, "Think");
    repo.expect_status(&sha, PUSH, "pending").await;
    repo.expect_status(&sha, PUSH, "success").await;
    expect_pushed(&agent, &registry, 1, &[&sha[..7], "main"]).await;

    repo.push_tag("v1.0.0");
    repo.expect_status(&sha, PUSH, "success").await;
    let all = [&sha[..7], "main", "v1.0.0"];
    assert_eq!(registry.tags(), sorted(&all));
    expect_pushed(&agent, &registry, 2, &[&sha[..7], "v1.0.0"]).await;

    for job in ["1.1", "1.2", "2.1", "2.2"] {
        let log = agent.log("octo/thoughts", job, 1).await;
        assert!(log.contains("Login Succeeded"), "{log}");
        assert!(!log.contains(registry.password()), "{log}");
    }
    world.finish(agent);
}

/// The registry holds these tags with the digests that the page of a build names.
async fn expect_pushed(agent: &Serving, registry: &Services, build: u64, tags: &[&str]) {
    let held: Vec<_> = sorted(tags)
        .into_iter()
        .map(|tag| (tag.to_owned(), registry.digest(tag)))
        .collect();
    assert_eq!(agent.pushed("octo/thoughts", build).await, held);
}

fn sorted<'a>(tags: &[&'a str]) -> Vec<&'a str> {
    let mut tags = tags.to_vec();
    tags.sort_unstable();
    tags
}
