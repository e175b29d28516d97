//! Threats T10, T12 and T13: what a job can't do to the host, to the agent and to other jobs.

use crate::world::{World, docker};
use agent::backend::Backend;
use agent::settings::Settings;
use std::net::TcpListener;

#[tokio::test]
async fn a_job_does_not_reach_another_one() {
    let world = World::new().await;
    let (one, two) = (world.spec("one").await, world.spec("two").await);
    world.backend.create(&one).await.unwrap();
    world
        .start(&one, &["cd /tmp; python3 -m http.server 8000"])
        .await;
    let name = format!("ci-{}", one.id);
    let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let address = docker(&["inspect", "--format", format, &name]);
    let itself = "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3; curl -sf localhost:8000 && break; done";
    docker(&["exec", &name, "sh", "-c", itself]);
    let by_address = format!("curl -s -m 3 http://{address}:8000 || echo refused by address");
    let by_name = format!("curl -s -m 3 http://{name}:8000 || echo refused by name");
    let told = world.run(&two, &[&by_address, &by_name]).await;
    for refused in ["refused by address", "refused by name"] {
        assert!(told.output.contains(refused), "{}", told.output);
    }
    world.backend.remove(&one.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_job_can_not_touch_the_host() {
    let world = World::new().await;
    let mut spec = crate::contract::spec(&world.id("small"), &world.small().await);
    let told = world
        .run(
            &spec,
            &[
                "grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status",
                "mount -t tmpfs x /tmp || echo no mount",
                "mknod /tmp/vda b 254 0 || echo no device",
                "echo b > /proc/sysrq-trigger || echo no sysrq",
                "ls /var/run/docker.sock /run/docker.sock || echo no socket",
                "touch /ci/bin/x || echo no write",
            ],
        )
        .await;
    let status = &told.lines()[..3];
    assert_eq!(
        status,
        ["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"]
    );
    for refused in ["no mount", "no device", "no sysrq", "no socket", "no write"] {
        assert!(told.output.contains(refused), "{refused}: {}", told.output);
    }
    // The base image's user may become root; root's rights are cut all the same.
    spec = world.spec("base").await;
    let told = world
        .run(
            &spec,
            &[
                "sudo grep CapEff /proc/self/status",
                "sudo mount -t tmpfs x /tmp || echo no mount",
                "sudo mknod /tmp/vda b 254 0 || echo no device",
                "sudo touch /ci/bin/x || echo no write",
            ],
        )
        .await;
    assert!(
        told.output.contains("CapEff:\t0000000080"),
        "{}",
        told.output
    );
    for refused in ["no mount", "no device", "no write"] {
        assert!(told.output.contains(refused), "{refused}: {}", told.output);
    }
    world.finish().await;
}

#[tokio::test]
async fn the_toolbox_is_all_that_a_job_sees_of_the_host() {
    let world = World::new().await;
    let spec = world.spec("mounts").await;
    world.backend.create(&spec).await.unwrap();
    let format = "{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}};{{end}}";
    let mounts = docker(&["inspect", "--format", format, &format!("ci-{}", spec.id)]);
    assert_eq!(mounts, "bind /ci false;");
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_job_can_not_speak_with_its_supervisor_or_get_at_the_agents_streams() {
    let world = World::new().await;
    let spec = world.spec("alone").await;
    let commands = [
        "/ci/bin/toolbox attach --from 0 < /dev/null; echo attach $?",
        "/ci/bin/toolbox stop --grace-ms 0; echo stop $?",
        "until agent=$(pgrep -f 'toolbox attach'); do sleep 0.1; done",
        "for fd in 1 2; do sudo sh -c \"echo leaked > /proc/$agent/fd/$fd\" || echo closed $fd; done",
    ];
    let told = world.run(&spec, &commands).await;
    for line in ["attach 125", "stop 125", "closed 1", "closed 2"] {
        assert!(
            told.lines().iter().any(|one| one == line),
            "{}",
            told.output
        );
    }
    let refusal = "the supervisor speaks with the agent only";
    assert_eq!(told.output.matches(refusal).count(), 2, "{}", told.output);
    world.finish().await;
}

#[tokio::test]
async fn a_job_does_not_reach_the_address_that_the_agent_listens_at() {
    let usual = Settings::default().server.listen.ip();
    assert!(usual.is_loopback(), "{usual}");
    let world = World::new().await;
    let closed = TcpListener::bind((usual, 0)).unwrap();
    // Shows that the way to the host is there, and that only the address keeps the job out.
    let open = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    let gateway = "gateway=$(python3 -c 'import socket,struct; print(next(socket.inet_ntoa(struct.pack(\"<L\", \
                   int(line.split()[2], 16))) for line in list(open(\"/proc/net/route\"))[1:] if line.split()[1] == \"00000000\"))')";
    let knock = |port: u16| {
        format!(
            "timeout 5 bash -c \"</dev/tcp/$gateway/{port}\" && echo reached {port} || echo refused {port}"
        )
    };
    let spec = world.spec("knocks").await;
    let commands = [gateway, &knock(port(&open)), &knock(port(&closed))];
    let told = world.run(&spec, &commands).await;
    for line in [
        format!("reached {}", port(&open)),
        format!("refused {}", port(&closed)),
    ] {
        assert!(told.lines().contains(&line), "{line}: {}", told.output);
    }
    world.finish().await;
}

#[tokio::test]
async fn the_version_of_the_runtime_is_the_engines() {
    let world = World::new().await;
    let format = "{{range .Server.Components}}{{.Name}} {{.Version}};{{end}}";
    let components = docker(&["version", "--format", format]);
    for hole in world.backend.holes().await.unwrap() {
        let (named, _) = hole.split_once(" is older than ").unwrap();
        assert!(
            components.contains(&format!("{named};")),
            "{hole}: {components}"
        );
    }
    world.finish().await;
}
