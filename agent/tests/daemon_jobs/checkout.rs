//! The work tree of a private repository, fetched with a token that stays outside.

use crate::github_model::GithubModel;
use crate::world::{World, plan, play};
use agent::backend::fake::FakeBackend;
use agent::protocol::JobResult;
use agent::scheduler::State;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// A way to a server that is cut for the first connections; its address, and how many came.
fn cut(server: &str, first: usize) -> (String, Arc<AtomicUsize>) {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    std::thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            if seen.fetch_add(1, Ordering::SeqCst) < first {
                continue;
            }
            let Ok(far) = TcpStream::connect(&server) else {
                continue;
            };
            for (mut from, mut to) in [
                (near.try_clone().unwrap(), far.try_clone().unwrap()),
                (far, near),
            ] {
                std::thread::spawn(move || {
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Write);
                });
            }
        }
    });
    (address, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_comes_back_fails_no_build() {
    let engine = FakeBackend::new(|_, _| play(&[], Duration::ZERO, JobResult::Passed));
    let model = GithubModel::start();
    let repository = model.repository("owner/name");
    let sha = repository.push("main", &[("hello", "there")], "first");
    // Each try asks twice, the second time with the token read anew.
    let (address, connections) = cut(&model.web_url(), 4);
    let mut world = World::new(engine).await;
    world.github = (address, model.token());
    let mut plan = plan(&[1]);
    plan.stages[0].jobs[0].git.clone = true;
    let build = world.build_at("push", plan, &sha).await;
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    assert!(connections.load(Ordering::SeqCst) > 4);
}
