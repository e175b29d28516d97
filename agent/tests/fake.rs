//! The fake backend keeps the contract of the real one, in no time.

#[allow(dead_code)]
#[path = "contract/mod.rs"]
mod contract;

use agent::backend::fake::{FakeBackend, Play, ServicePlay};
use agent::backend::{Backend, BackendError, InstanceSpec, InstanceState, ServiceEnd, ServiceSpec};
use agent::protocol::{Cause, JobResult, Outcome, Record, Script, Step};
use std::sync::Arc;
use std::time::Duration;

/// Plays scripts of `sleep` and `echo hello`, as a real supervisor would.
fn actor() -> Arc<FakeBackend> {
    let author = |_: &InstanceSpec, script: &[u8]| {
        let script = Script::decode(&script[4..]).unwrap();
        let sleeps = script
            .steps
            .iter()
            .any(|step| matches!(step, Step::Command(command) if command.text.contains("sleep")));
        let hello = (Duration::ZERO, Record::hello("/bin/sh").encode());
        if sleeps {
            return Play {
                output: vec![hello],
                deaf: true,
                ..Play::default()
            };
        }
        let outcome = Outcome {
            result: JobResult::Passed,
            cause: Cause::Finished,
            warnings: Vec::new(),
        };
        Play {
            output: vec![
                hello,
                (
                    Duration::from_secs(1),
                    Record::Output(b"hello\r\n".to_vec()).encode(),
                ),
                (Duration::from_secs(60), Record::Ended(outcome).encode()),
            ],
            rest: Duration::from_secs(1),
            exit: Some(0),
            ..Play::default()
        }
    };
    FakeBackend::with_services(author, service)
}

/// Services that end as those of the contract do.
fn service(service: &ServiceSpec) -> ServicePlay {
    let (mut fails, mut ends) = (None, None);
    match service.name.as_str() {
        "poor" => fails = Some(("ended with exit code 3".to_owned(), "no luck".to_owned())),
        "mortal" => {
            ends = Some(ServiceEnd {
                name: service.name.clone(),
                code: Some(4),
                out_of_memory: false,
            });
        }
        _ => {}
    }
    ServicePlay {
        takes: Duration::from_secs(1),
        fails,
        ends,
    }
}

#[tokio::test(start_paused = true)]
async fn keeps_the_contract() {
    let backend = actor();
    let image = backend.image("any").await.unwrap();
    contract::keeps_the_contract(&*backend, &image, "c").await;
    assert!(backend.instances().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_takes_its_grace_when_processes_are_deaf() {
    let backend = actor();
    let image = backend.image("any").await.unwrap();
    backend.create(&contract::spec("a", &image)).await.unwrap();
    backend
        .start("a", &contract::script(&["sleep 9"], &[], "/"))
        .await
        .unwrap();
    let begin = tokio::time::Instant::now();
    backend.stop("a", Duration::from_secs(10)).await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 10);
    assert_eq!(
        backend.status("a").await.unwrap().state,
        InstanceState::Exited(137)
    );
}

#[tokio::test]
async fn faults_come_when_asked_for_and_once() {
    let backend = actor();
    backend.fail_next("image", BackendError::DiskFull("pulling".to_owned()));
    assert!(matches!(
        backend.image("x").await,
        Err(BackendError::DiskFull(_))
    ));
    assert!(backend.image("x").await.is_ok());
    assert_eq!(backend.calls(), ["image x", "image x"]);
}
