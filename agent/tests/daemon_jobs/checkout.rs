//! The work tree of a private repository, fetched with a token that stays outside.

use crate::github_model::GithubModel;
use crate::world::{World, plan, play};
use agent::backend::fake::FakeBackend;
use agent::protocol::JobResult;
use agent::scheduler::State;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_gets_the_commit_of_a_private_repository_and_not_the_token() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let trees = Arc::clone(&seen);
    let engine = FakeBackend::new(move |spec, script| {
        let tree = spec.tree.as_ref().map(|tree| &tree.archive);
        let tree = tree.map(|tree| std::fs::read(tree).unwrap());
        let script = String::from_utf8_lossy(script).into_owned();
        trees.lock().unwrap().push((tree, script));
        play(&[], Duration::ZERO, JobResult::Passed)
    });
    let model = GithubModel::start();
    let repository = model.repository("owner/name");
    let sha = repository.push("main", &[("hello", "the very commit")], "first");
    repository.push("main", &[("hello", "a later one")], "second");
    repository.privatize();
    let mut world = World::new(engine).await;
    world.github = (model.web_url(), model.token());
    let mut plan = plan(&[1]);
    plan.stages[0].jobs[0].git.clone = true;
    let build = world.build_at("push", plan, &sha).await;
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    let (tree, script) = seen.lock().unwrap().pop().unwrap();
    let tree = tree.unwrap();
    let holds = |text: &str| tree.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("the very commit") && !holds("a later one"));
    assert!(holds(&format!("{}/owner/name.git", model.web_url())));
    for text in [model.token(), "x-access-token".to_owned()] {
        assert!(!holds(&text) && !script.contains(&text));
    }
    assert!(script.contains("https://ci.example/owner/name/builds/1"));
}
