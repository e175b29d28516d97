//! What every backend promises, whatever it is made of. Run on the fake and on Docker.

use agent::backend::{
    Attachment, Backend, BackendError, DockerAccess, Image, InstanceSpec, InstanceState, Limits,
    Readiness, ServiceEnd, ServiceSpec,
};
use agent::protocol::{Command, Failure, Frame, Outcome, Phase, PhaseStart, Record, RecordReader};
use agent::protocol::{Script, Step, When};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An instance that may use little.
pub(crate) fn spec(id: &str, image: &Image) -> InstanceSpec {
    InstanceSpec {
        id: id.to_owned(),
        labels: BTreeMap::from([("ci.job".to_owned(), "1.1".to_owned())]),
        image: image.clone(),
        env: Vec::new(),
        tree: None,
        limits: Limits {
            memory: 512 << 20,
            pids: 256,
            cpu_millis: 2000,
            shm: 64 << 20,
            disk: 1 << 30,
        },
        docker: DockerAccess::None,
        services: Vec::new(),
        ca_file: None,
        hostname: None,
        hosts: Vec::new(),
        proxy: Vec::new(),
    }
}

/// A job of these commands in phase `script`, with these variables handed in as secrets are.
pub(crate) fn script(commands: &[&str], env: &[(&str, &str)], directory: &str) -> Vec<u8> {
    let mut steps = vec![Step::Phase(PhaseStart {
        phase: Phase::Script,
        entry: None,
        when: When::Always,
    })];
    for (index, text) in commands.iter().enumerate() {
        steps.push(Step::Command(Command {
            text: (*text).to_owned(),
            number: u32::try_from(index + 1).unwrap(),
            label: Some((*text).to_owned()),
            place: "script".to_owned(),
            fold: None,
            echo: Vec::new(),
            failure: Failure::Record,
        }));
    }
    Script {
        env: env
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect(),
        directory: directory.to_owned(),
        steps,
        ..Script::default()
    }
    .encode_framed()
}

/// What came out of an attachment up to its end or the job's.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) output: String,
    pub(crate) outcome: Option<Outcome>,
    /// Where the records end.
    pub(crate) offset: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Told {
    /// What the commands said, line by line, without what the supervisor says about them.
    pub(crate) fn lines(&self) -> Vec<String> {
        let said = self.output.lines().filter_map(|line| {
            let line = line.split("travis_time:end:").next()?;
            let line = match line.split_once("travis_time:start:") {
                Some((before, after)) => {
                    format!(
                        "{before}{}",
                        after.split_once("\u{1b}[0K").map_or("", |(_, said)| said)
                    )
                }
                None => line.to_owned(),
            };
            Some(line.trim().to_owned())
        });
        said.filter(|line| !line.is_empty() && !line.starts_with("Done. Your build"))
            .collect()
    }
}

/// Reads records until the job ended, or the stream did.
pub(crate) async fn read(attachment: &mut Attachment, from: u64) -> Told {
    let mut reader = RecordReader::new(from);
    let mut told = Told::default();
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = attachment.output.read(&mut buffer).await {
        reader.feed(&buffer[..count]);
        told.bytes.extend(&buffer[..count]);
        while let Some((offset, record)) = reader.next().unwrap() {
            told.offset = offset;
            match record {
                Record::Output(bytes) => told.output.push_str(&String::from_utf8_lossy(&bytes)),
                Record::Ended(outcome) => {
                    told.outcome = Some(outcome);
                    return told;
                }
                _ => {}
            }
        }
    }
    told
}

/// Says that all was taken, so that the supervisor may go.
pub(crate) async fn acknowledge(attachment: &mut Attachment, told: &Told) {
    let frame = Frame::Ack(told.offset).encode();
    attachment.input.write_all(&frame).await.unwrap();
    attachment.input.flush().await.unwrap();
}

/// Waits until the instance ended by itself.
pub(crate) async fn end(backend: &dyn Backend, id: &str) -> i64 {
    for _ in 0..1000 {
        if let InstanceState::Exited(code) = backend.status(id).await.unwrap().state {
            return code;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{id} does not end");
}

async fn state(backend: &dyn Backend, id: &str) -> InstanceState {
    backend.status(id).await.unwrap().state
}

/// The whole contract; ids begin with `stem`.
pub(crate) async fn keeps_the_contract(backend: &dyn Backend, image: &Image, stem: &str) {
    an_instance_lives_from_created_to_gone(backend, image, &format!("{stem}-life")).await;
    records_can_be_had_again_from_an_offset(backend, image, &format!("{stem}-again")).await;
    a_stop_ends_everything_and_may_be_repeated(backend, image, &format!("{stem}-stop")).await;
    a_removal_needs_nothing_to_be_there(backend, image, &format!("{stem}-gone")).await;
    what_is_not_there_is_said_to_be_gone(backend, &format!("{stem}-none")).await;
    an_id_is_made_once(backend, image, &format!("{stem}-twice")).await;
    services_are_ready_before_the_job_and_go_with_it(backend, image, &format!("{stem}-beside"))
        .await;
    a_service_that_does_not_get_ready_is_named(backend, image, &format!("{stem}-poor")).await;
    a_service_that_ends_is_told_of(backend, image, &format!("{stem}-mortal")).await;
}

async fn an_instance_lives_from_created_to_gone(backend: &dyn Backend, image: &Image, id: &str) {
    backend.create(&spec(id, image)).await.unwrap();
    assert_eq!(state(backend, id).await, InstanceState::Created);
    backend
        .start(id, &script(&["echo hello"], &[], "/"))
        .await
        .unwrap();
    let mut attachment = backend.attach(id, 0).await.unwrap();
    let told = read(&mut attachment, 0).await;
    assert!(told.output.contains("hello"), "{told:?}");
    assert!(told.outcome.is_some(), "{told:?}");
    acknowledge(&mut attachment, &told).await;
    assert_eq!(end(backend, id).await, 0);
    assert!(!backend.status(id).await.unwrap().out_of_memory);
    assert_eq!(backend.pushed_images(id).await.unwrap(), []);
    backend.remove(id).await.unwrap();
    assert_eq!(state(backend, id).await, InstanceState::Gone);
}

async fn records_can_be_had_again_from_an_offset(backend: &dyn Backend, image: &Image, id: &str) {
    backend.create(&spec(id, image)).await.unwrap();
    backend
        .start(id, &script(&["echo hello"], &[], "/"))
        .await
        .unwrap();
    let whole = read(&mut backend.attach(id, 0).await.unwrap(), 0).await;
    let mut reader = RecordReader::new(0);
    reader.feed(&whole.bytes);
    let (from, _) = reader.next().unwrap().unwrap();
    let mut attachment = backend.attach(id, from).await.unwrap();
    let rest = read(&mut attachment, from).await;
    assert_eq!(rest.bytes, whole.bytes[usize::try_from(from).unwrap()..]);
    acknowledge(&mut attachment, &rest).await;
    end(backend, id).await;
    backend.remove(id).await.unwrap();
}

async fn a_stop_ends_everything_and_may_be_repeated(
    backend: &dyn Backend,
    image: &Image,
    id: &str,
) {
    backend.create(&spec(id, image)).await.unwrap();
    backend.stop(id, Duration::from_millis(100)).await.unwrap();
    assert_eq!(state(backend, id).await, InstanceState::Created);
    backend
        .start(id, &script(&["trap '' TERM; sleep 1000"], &[], "/"))
        .await
        .unwrap();
    let mut attachment = backend.attach(id, 0).await.unwrap();
    assert_eq!(state(backend, id).await, InstanceState::Running);
    backend.stop(id, Duration::from_millis(200)).await.unwrap();
    assert!(matches!(state(backend, id).await, InstanceState::Exited(_)));
    let told = tokio::time::timeout(Duration::from_secs(10), read(&mut attachment, 0)).await;
    assert!(told.is_ok(), "the stream does not end with its supervisor");
    backend.stop(id, Duration::from_millis(100)).await.unwrap();
    backend.remove(id).await.unwrap();
    backend.stop(id, Duration::from_millis(100)).await.unwrap();
}

async fn a_removal_needs_nothing_to_be_there(backend: &dyn Backend, image: &Image, id: &str) {
    backend.remove(id).await.unwrap();
    backend.create(&spec(id, image)).await.unwrap();
    backend.remove(id).await.unwrap();
    backend.remove(id).await.unwrap();
    backend.create(&spec(id, image)).await.unwrap();
    backend
        .start(id, &script(&["sleep 1000"], &[], "/"))
        .await
        .unwrap();
    backend.remove(id).await.unwrap();
    assert_eq!(state(backend, id).await, InstanceState::Gone);
}

async fn what_is_not_there_is_said_to_be_gone(backend: &dyn Backend, id: &str) {
    assert_eq!(state(backend, id).await, InstanceState::Gone);
    let started = backend.start(id, &script(&["true"], &[], "/")).await;
    assert!(
        matches!(started, Err(BackendError::Gone { .. })),
        "{started:?}"
    );
    let attached = backend.attach(id, 0).await.map(drop);
    assert!(
        matches!(attached, Err(BackendError::Gone { .. })),
        "{attached:?}"
    );
}

async fn an_id_is_made_once(backend: &dyn Backend, image: &Image, id: &str) {
    backend.create(&spec(id, image)).await.unwrap();
    assert!(backend.create(&spec(id, image)).await.is_err());
    assert_eq!(
        state(backend, id).await,
        InstanceState::Created,
        "the first one was harmed"
    );
    backend.remove(id).await.unwrap();
}

/// A service that says when it is up, lives, and ends as its name says.
pub(crate) fn service(name: &str, image: &Image) -> ServiceSpec {
    let command = match name {
        "poor" => "echo no luck; exit 3",
        "mortal" => "touch /dev/shm/up; while [ -e /dev/shm/up ]; do sleep 0.1; done; exit 4",
        _ => "touch /dev/shm/up; sleep 1000",
    };
    ServiceSpec {
        name: name.to_owned(),
        image: image.clone(),
        env: Vec::new(),
        command: ["sh", "-c", command].map(str::to_owned).to_vec(),
        in_memory: Vec::new(),
        limits: spec(name, image).limits,
        ready: Readiness {
            port: None,
            command: Some("test -e /dev/shm/up".to_owned()),
            // The one that is mortal dies of it, once it is ready.
            then: (name == "mortal").then(|| "rm /dev/shm/up".to_owned()),
            timeout: Duration::from_secs(60),
        },
    }
}

fn spec_with(id: &str, image: &Image, services: &[&str]) -> InstanceSpec {
    InstanceSpec {
        services: services.iter().map(|name| service(name, image)).collect(),
        ..spec(id, image)
    }
}

async fn services_are_ready_before_the_job_and_go_with_it(
    backend: &dyn Backend,
    image: &Image,
    id: &str,
) {
    let spec = spec_with(id, image, &["one", "two"]);
    backend.create(&spec).await.unwrap();
    assert_eq!(backend.bring_up(id).await.unwrap().len(), 2);
    backend
        .start(id, &script(&["echo hello"], &[], "/"))
        .await
        .unwrap();
    let mut attachment = backend.attach(id, 0).await.unwrap();
    let told = read(&mut attachment, 0).await;
    assert!(told.output.contains("hello"), "{told:?}");
    assert_eq!(backend.ended_services(id).await.unwrap(), []);
    backend.remove(id).await.unwrap();
    assert_eq!(state(backend, id).await, InstanceState::Gone);
    // Without a word, `start` waits for them as well.
    backend.create(&spec).await.unwrap();
    let sleep = script(&["sleep 1000"], &[], "/");
    backend.start(id, &sleep).await.unwrap();
    backend.stop(id, Duration::from_millis(100)).await.unwrap();
    backend.remove(id).await.unwrap();
}

async fn a_service_that_does_not_get_ready_is_named(
    backend: &dyn Backend,
    image: &Image,
    id: &str,
) {
    let spec = spec_with(id, image, &["one", "poor"]);
    backend.create(&spec).await.unwrap();
    let error = backend.bring_up(id).await.unwrap_err();
    let BackendError::Service { name, reason, said } = &error else {
        panic!("{error}");
    };
    assert_eq!(name, "poor");
    assert_eq!(reason, "ended with exit code 3");
    assert_eq!(said, "no luck");
    assert!(error.to_string().ends_with("it said: no luck"), "{error}");
    backend.remove(id).await.unwrap();
}

async fn a_service_that_ends_is_told_of(backend: &dyn Backend, image: &Image, id: &str) {
    let spec = spec_with(id, image, &["one", "mortal"]);
    backend.create(&spec).await.unwrap();
    backend.bring_up(id).await.unwrap();
    let mortal = ServiceEnd {
        name: "mortal".to_owned(),
        code: Some(4),
        out_of_memory: false,
    };
    for _ in 0..500 {
        let ended = backend.ended_services(id).await.unwrap();
        if !ended.is_empty() {
            assert_eq!(ended, [mortal]);
            return backend.remove(id).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{id}: its service does not end");
}
