//! Decision 15: a Docker daemon of the job's own, and the user's engine where it is lent.

use crate::registry::Registry;
use crate::world::{World, backend, backend_with, busybox, docker};
use agent::backend::docker::{DockerBackend, LayerLimits};
use agent::backend::{Backend, DockerAccess, InstanceSpec, InstanceState, OwnDocker, WorkTree};
use agent::protocol::JobResult;
use std::time::Duration;

/// Makes an image inside, from a work tree that holds nothing but a busybox.
const IMPORT: &str = "mkdir -p i/bin && cp busybox i/bin/ && ln -s busybox i/bin/sh && \
                      ln -s busybox i/bin/env && ln -s busybox i/bin/cat && tar -C i -c . | docker import - bb >/dev/null";

async fn spec(world: &World, part: &str) -> InstanceSpec {
    let mut spec = world.spec(part).await;
    spec.limits.memory = 2 << 30;
    spec.limits.pids = 1000;
    let archive = world.data.path().join("busybox.tar");
    if !archive.exists() {
        let file = std::fs::File::create(&archive).unwrap();
        let mut tar = tar::Builder::new(file);
        tar.append_path_with_name(busybox(), "busybox").unwrap();
        tar.finish().unwrap();
    }
    spec.tree = Some(WorkTree {
        archive,
        destination: "/home/travis/build/o/r".to_owned(),
    });
    spec.docker = DockerAccess::Own(Box::new(OwnDocker {
        image: spec.image.clone(),
        layer_scope: Some("o/r main".to_owned()),
        mirrors: Vec::new(),
        insecure_registries: Vec::new(),
    }));
    spec
}

/// The engine's images. It lists those of one age in any order.
fn images() -> Vec<String> {
    let listing = docker(&["image", "ls", "-q"]);
    let mut images: Vec<String> = listing.lines().map(str::to_owned).collect();
    images.sort();
    images
}

fn passed(told: &crate::contract::Told) {
    let outcome = told.outcome.as_ref().map(|outcome| outcome.result);
    assert_eq!(outcome, Some(JobResult::Passed), "{}", told.output);
}

#[tokio::test]
async fn a_job_builds_and_runs_with_its_own_engine_and_the_host_sees_nothing_of_it() {
    let world = World::new().await;
    let spec = spec(&world, "own").await;
    let before = images();
    let told = world
        .run_and_keep(
            &spec,
            &[
                IMPORT,
                "docker ps -q | wc -l",
                "docker run --rm -v $PWD:/w bb sh -c 'echo shared > /w/file' && cat file",
                "printf 'FROM bb\\nRUN [\"/bin/busybox\",\"touch\",\"/made\"]\\n' | docker build -t t -",
                "docker run --rm -v /var/run/docker.sock:/s bb sh -c 'test -S /s || [ -e /s ]'",
                "docker network create n >/dev/null && docker run -d --network n --name left bb sh -c 'while :; do /bin/busybox sleep 1; done'",
            ],
        )
        .await;
    passed(&told);
    assert_eq!(told.lines()[..2], ["0", "shared"], "{}", told.output);
    assert_eq!(images(), before);
    world.backend.remove(&spec.id).await.unwrap();
    assert_eq!(world.backend.layer_stores().await.unwrap().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn layers_stay_warm_and_containers_do_not() {
    let world = World::new().await;
    let first = spec(&world, "first").await;
    let left = "docker run -d --name left bb sh -c 'while :; do /bin/busybox sleep 1; done'";
    passed(&world.run(&first, &[IMPORT, left]).await);
    let second = spec(&world, "second").await;
    let told = world
        .run(
            &second,
            &["docker image ls -q bb | wc -l", "docker ps -aq | wc -l"],
        )
        .await;
    assert_eq!(told.lines(), ["1", "0"]);

    // A killed daemon is looked after by the next lease.
    let third = spec(&world, "third").await;
    world.backend.create(&third).await.unwrap();
    world.start(&third, &[left, "sleep 1000"]).await;
    let daemon = format!("ci-{}-docker", third.id);
    let there =
        "until docker -H unix:///run/ci-docker/docker.sock ps -q | grep -q .; do sleep 0.1; done";
    docker(&["exec", &daemon, "sh", "-c", there]);
    docker(&["kill", &daemon]);
    world.backend.remove(&third.id).await.unwrap();
    let fourth = spec(&world, "fourth").await;
    let told = world
        .run(
            &fourth,
            &["docker image ls -q bb | wc -l", "docker ps -aq | wc -l"],
        )
        .await;
    assert_eq!(told.lines(), ["1", "0"]);
    assert_eq!(world.backend.layer_stores().await.unwrap().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn without_a_scope_a_daemon_begins_with_nothing_and_leaves_nothing() {
    let world = World::new().await;
    for part in ["first", "second"] {
        let mut spec = spec(&world, part).await;
        if let DockerAccess::Own(own) = &mut spec.docker {
            own.layer_scope = None;
        }
        let told = world
            .run(&spec, &["docker image ls -q | wc -l", IMPORT])
            .await;
        passed(&told);
        assert_eq!(told.lines()[0], "0", "{}", told.output);
    }
    assert_eq!(world.backend.layer_stores().await.unwrap(), []);
    world.finish().await;
}

#[tokio::test]
async fn jobs_at_once_and_other_scopes_never_share_a_store() {
    let world = World::new().await;
    let (one, two, mut three) = (
        spec(&world, "one").await,
        spec(&world, "two").await,
        spec(&world, "three").await,
    );
    if let DockerAccess::Own(own) = &mut three.docker {
        own.layer_scope = Some("o/r pull request 1".to_owned());
    }
    world.backend.create(&one).await.unwrap();
    world.start(&one, &[IMPORT, "sleep 1000"]).await;
    for other in [&two, &three] {
        let told = world.run(other, &["docker image ls -q | wc -l"]).await;
        assert_eq!(told.lines(), ["0"]);
    }
    world
        .backend
        .stop(&one.id, Duration::from_secs(1))
        .await
        .unwrap();
    let state = world.backend.status(&one.id).await.unwrap().state;
    assert!(matches!(state, InstanceState::Exited(_)));
    world.backend.remove(&one.id).await.unwrap();
    assert_eq!(world.backend.layer_stores().await.unwrap().len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn layers_beyond_the_limits_or_of_a_data_folder_that_is_gone_are_removed() {
    let world = World::new().await;
    let scoped = async |backend: &DockerBackend, scope: &str| {
        let mut spec = spec(&world, &scope.replace(' ', "-")).await;
        if let DockerAccess::Own(own) = &mut spec.docker {
            own.layer_scope = Some(scope.to_owned());
        }
        backend.create(&spec).await.unwrap();
        spec
    };
    for scope in ["oldest", "older"] {
        let spec = scoped(&world.backend, scope).await;
        world.backend.remove(&spec.id).await.unwrap();
    }
    let in_use = scoped(&world.backend, "in use").await;
    let gone = tempfile::tempdir().unwrap();
    let other = backend(gone.path()).await;
    let spec = scoped(&other, "other").await;
    other.remove(&spec.id).await.unwrap();
    let others = other.layer_stores().await.unwrap();

    let scopes = async |backend: &DockerBackend| {
        let stores = backend.layer_stores().await.unwrap();
        let mut scopes: Vec<_> = stores.into_iter().map(|(_, scope)| scope).collect();
        scopes.sort();
        scopes
    };
    world.backend.sweep().await.unwrap();
    assert_eq!(scopes(&world.backend).await, ["in use", "older", "oldest"]);
    assert_eq!(scopes(&other).await, ["other"]);

    let limited = async |stores| {
        let layers = LayerLimits {
            stores,
            ..LayerLimits::default()
        };
        backend_with(world.data.path(), layers).await
    };
    limited(2).await.sweep().await.unwrap();
    assert_eq!(scopes(&world.backend).await, ["in use", "older"]);
    limited(0).await.sweep().await.unwrap();
    assert_eq!(scopes(&world.backend).await, ["in use"]);

    drop(gone);
    world.backend.sweep().await.unwrap();
    let left = docker(&["volume", "ls", "--format", "{{.Name}}"]);
    assert!(!left.lines().any(|name| name == others[0].0), "{left}");
    world.backend.remove(&in_use.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_store_that_no_daemon_comes_up_on_is_made_anew() {
    let world = World::new().await;
    let first = spec(&world, "first").await;
    passed(&world.run(&first, &[IMPORT]).await);
    // As after a loss of power: a bad end, and what was written is not whole.
    let (store, _) = world.backend.layer_stores().await.unwrap().remove(0);
    let place = docker(&["volume", "inspect", "--format", "{{.Mountpoint}}", &store]);
    let lease = world.data.path().join(format!("layers/{store}.lock"));
    std::fs::write(lease, "").unwrap();
    std::fs::remove_dir_all(format!("{place}/containers")).unwrap();
    std::fs::write(format!("{place}/containers"), "").unwrap();

    let second = spec(&world, "second").await;
    world.backend.create(&second).await.unwrap();
    let script = crate::contract::script(&["true"], &[], "/");
    let error = world.backend.start(&second.id, &script).await.unwrap_err();
    assert!(
        error.to_string().contains("starting the job's Docker"),
        "{error}"
    );
    world.backend.remove(&second.id).await.unwrap();
    let third = spec(&world, "third").await;
    let told = world.run(&third, &["docker image ls -q | wc -l"]).await;
    assert_eq!(told.lines(), ["0"], "{}", told.output);
    world.finish().await;
}

#[tokio::test]
async fn what_was_pushed_is_told_with_the_registrys_digest() {
    let world = World::new().await;
    let registry = Registry::start();
    let mut spec = spec(&world, "push").await;
    if let DockerAccess::Own(own) = &mut spec.docker {
        own.insecure_registries.push(registry.address.clone());
    }
    let address = &registry.address;
    let push = format!("docker tag bb {address}/o/r:v1 && docker push -q {address}/o/r:v1");
    let again = format!(
        "printf 'FROM bb\\nENV A=b\\n' | docker build -q -t {address}/o/r:v2 - && \
         docker push -q {address}/o/r:v2 && docker image rm -f {address}/o/r:v2"
    );
    world.backend.create(&spec).await.unwrap();
    world
        .start(&spec, &[IMPORT, &push, &again, "sleep 1"])
        .await;
    let told = world.follow(&spec).await;
    passed(&told);
    let pushed = world.backend.pushed_images(&spec.id).await.unwrap();
    let pushed: Vec<_> = pushed
        .into_iter()
        .map(|image| (image.reference, image.digest))
        .collect();
    assert_eq!(
        pushed,
        [
            (format!("{address}/o/r:v1"), registry.digest("o/r", "v1")),
            (format!("{address}/o/r:v2"), registry.digest("o/r", "v2")),
        ]
    );
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn authorities_and_proxies_reach_inner_containers_but_no_image() {
    let world = World::new().await;
    let mut spec = spec(&world, "ca").await;
    let bundle = world.data.path().join("bundle.pem");
    std::fs::write(&bundle, "the bundle\n").unwrap();
    spec.ca_file = Some(bundle);
    spec.proxy = vec![("http_proxy".to_owned(), "http://proxy.invalid:1".to_owned())];
    let look = "env | grep -E '^(SSL_CERT_FILE|http_proxy)=' | LC_ALL=C sort; cat $SSL_CERT_FILE";
    let inner = "docker run --rm bb sh -c '/bin/env; /bin/busybox cat /dev/ci-ca.pem' | grep -E '^(SSL_CERT_FILE|http_proxy|the bundle)' | LC_ALL=C sort";
    let build = "printf 'FROM bb\\nRUN cat $SSL_CERT_FILE\\n' | docker build -t t - | grep bundle";
    let image = "docker save t | tar -xO | grep -c -E 'ci-ca|proxy.invalid|the bundle' || true";
    let told = world.run(&spec, &[look, IMPORT, inner, build, image]).await;
    let given = [
        "SSL_CERT_FILE=/dev/ci-ca.pem",
        "http_proxy=http://proxy.invalid:1",
        "the bundle",
    ];
    assert_eq!(
        told.lines(),
        [&given[..], &given, &["the bundle", "0"]].concat(),
        "{}",
        told.output
    );
    world.finish().await;
}

#[tokio::test]
async fn an_image_of_another_user_and_layout_gets_the_socket_too() {
    let world = World::new().await;
    let mut spec = spec(&world, "small").await;
    spec.image = world.small().await;
    spec.tree.as_mut().unwrap().destination = "/home/tester/build/o/r".to_owned();
    let commands = [
        "test -S /var/run/docker.sock && echo socket",
        "stat -c %u ../.. . busybox",
    ];
    let told = world.run(&spec, &commands).await;
    assert_eq!(
        told.lines(),
        ["socket", "1234", "1234", "1234"],
        "{}",
        told.output
    );
    world.finish().await;
}

#[tokio::test]
async fn a_lent_engine_is_the_users_own() {
    let world = World::new().await;
    let mut spec = spec(&world, "host").await;
    spec.docker = DockerAccess::Host;
    let told = world.run(&spec, &["docker ps --format '{{.Names}}'"]).await;
    assert!(
        told.output.contains(&format!("ci-{}", spec.id)),
        "{}",
        told.output
    );
    world.finish().await;
}

#[tokio::test]
async fn a_daemon_that_can_not_start_is_said_with_its_own_words() {
    let world = World::new().await;
    let mut spec = spec(&world, "broken").await;
    if let DockerAccess::Own(own) = &mut spec.docker {
        own.mirrors.push("not an address".to_owned());
    }
    world.backend.create(&spec).await.unwrap();
    let script = crate::contract::script(&["true"], &[], "/");
    let error = world
        .backend
        .start(&spec.id, &script)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("starting the job's Docker") && error.contains("mirror"),
        "{error}"
    );
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn what_a_job_takes_of_the_disk_is_its_tree_and_its_new_layers() {
    let world = World::new().await;
    let spec = spec(&world, "disk").await;
    world.backend.create(&spec).await.unwrap();
    let steps = [
        IMPORT,
        "until [ -e go ]; do sleep 0.1; done",
        "head -c 20000000 /dev/urandom > big",
        "printf 'FROM bb\\nCOPY big /big\\n' > Dockerfile && docker build -q -t big .",
        "touch built; sleep 100",
    ];
    world.start(&spec, &steps).await;
    // The store has layers of before, which are not the job's.
    let before = world.backend.disk_use(&spec.id).await.unwrap();
    assert!(before < 20_000_000, "{before} bytes");
    let job = format!("ci-{}", spec.id);
    let folder = "/home/travis/build/o/r";
    docker(&["exec", &job, "touch", &format!("{folder}/go")]);
    // Once in the work tree, and once in a layer.
    let began = std::time::Instant::now();
    let used = loop {
        let used = world.backend.disk_use(&spec.id).await.unwrap();
        if used >= 40_000_000 || began.elapsed() > Duration::from_secs(60) {
            break used;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(used >= 40_000_000, "{used} bytes");
    world.backend.stop(&spec.id, Duration::ZERO).await.unwrap();
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}
