//! The engine's config of a job's container, made from its spec. Pure: what is not asked for
//! here, no job gets (threat T10).

use super::authorities::{self, INSIDE};
use super::names::Names;
use super::toolbox::{MOUNT, PROGRAM};
use crate::backend::{DockerAccess, InstanceSpec, Limits};
use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Mount, MountType,
};
use std::collections::HashMap;
use std::path::Path;

/// Where the job's own daemon puts its socket, in both containers.
pub(super) const SOCKET_FOLDER: &str = "/run/ci-docker";
/// The group that the socket belongs to.
pub(super) const SOCKET_GROUP: &str = "2375";

/// Capabilities of Docker's default that jobs don't get (decision 11).
const DROPPED: [&str; 3] = ["NET_RAW", "MKNOD", "AUDIT_WRITE"];

/// What of the host a container sees; all of it read-only, but the engine's socket where lent.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostSide<'a> {
    /// The toolbox's folder.
    pub(super) toolbox: &'a Path,
    /// The copy of the authorities.
    pub(super) authorities: Option<&'a Path>,
    /// The engine's socket and its group, for [`DockerAccess::Host`].
    pub(super) socket: Option<(&'a str, u32)>,
}

/// The job's container: waits for its script at standard input.
pub(super) fn job(
    spec: &InstanceSpec,
    names: &Names,
    network: &str,
    labels: HashMap<String, String>,
    host: HostSide<'_>,
) -> ContainerCreateBody {
    let mut mounts = common_mounts(host);
    let mut groups = Vec::new();
    let mut sysctls = HashMap::new();
    match (&spec.docker, host.socket) {
        (DockerAccess::Own(_), _) => {
            mounts.extend(shared_mounts(spec, names));
            groups.push(SOCKET_GROUP.to_owned());
            // This container owns the network namespace in which the daemon forwards.
            sysctls.insert("net.ipv4.ip_forward".to_owned(), "1".to_owned());
        }
        (DockerAccess::Host, Some((socket, group))) => {
            mounts.push(bind(Path::new(socket), "/var/run/docker.sock", false));
            groups.push(group.to_string());
        }
        (DockerAccess::Host | DockerAccess::None, _) => {}
    }
    let security = (!spec.image.has_sudo).then(|| vec!["no-new-privileges".to_owned()]);
    ContainerCreateBody {
        image: Some(spec.image.id.clone()),
        hostname: Some(
            spec.hostname
                .clone()
                .unwrap_or_else(|| hostname(&names.job)),
        ),
        env: Some(authorities::variables(
            &spec.env,
            host.authorities.is_some(),
            &spec.proxy,
        )),
        labels: Some(labels),
        entrypoint: Some(vec![PROGRAM.to_owned()]),
        cmd: Some(vec!["supervise".to_owned()]),
        attach_stdin: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        tty: Some(false),
        stop_signal: Some("SIGKILL".to_owned()),
        healthcheck: Some(no_health_check()),
        host_config: Some(HostConfig {
            network_mode: Some(network.to_owned()),
            cap_drop: Some(DROPPED.map(str::to_owned).to_vec()),
            security_opt: security,
            extra_hosts: (!spec.hosts.is_empty()).then(|| {
                let local = |name| format!("{name}:127.0.0.1");
                spec.hosts.iter().map(local).collect()
            }),
            group_add: (!groups.is_empty()).then_some(groups),
            sysctls: (!sysctls.is_empty()).then_some(sysctls),
            mounts: Some(mounts),
            tmpfs: Some(HashMap::from([(
                "/run/ci".to_owned(),
                "rw,nosuid,nodev,noexec,mode=1777".to_owned(),
            )])),
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..limited(spec.limits)
        }),
        ..ContainerCreateBody::default()
    }
}

/// Limits that every container gets. Swap is off: the limit with swap equals the one without.
pub(super) fn limited(limits: Limits) -> HostConfig {
    let memory = i64::try_from(limits.memory).unwrap_or(i64::MAX);
    HostConfig {
        memory: Some(memory),
        memory_swap: Some(memory),
        pids_limit: Some(limits.pids),
        nano_cpus: Some(limits.cpu_millis.saturating_mul(1_000_000)),
        shm_size: Some(i64::try_from(limits.shm).unwrap_or(i64::MAX)),
        privileged: Some(false),
        ..HostConfig::default()
    }
}

/// The toolbox and the authorities.
pub(super) fn common_mounts(host: HostSide<'_>) -> Vec<Mount> {
    let mut mounts = vec![bind(host.toolbox, MOUNT, true)];
    mounts.extend(host.authorities.map(|file| bind(file, INSIDE, true)));
    mounts
}

/// What job and daemon share: the work tree at the same path, and the socket.
pub(super) fn shared_mounts(spec: &InstanceSpec, names: &Names) -> Vec<Mount> {
    vec![
        volume(&names.work, &work_folder(spec)),
        volume(&names.socket, SOCKET_FOLDER),
    ]
}

/// The folder that is shared: `$HOME/build` where the work tree is below it.
pub(super) fn work_folder(spec: &InstanceSpec) -> String {
    let build = format!("{}/build", spec.image.user.home.trim_end_matches('/'));
    match &spec.tree {
        Some(tree) if !Path::new(&tree.destination).starts_with(&build) => tree.destination.clone(),
        _ => build,
    }
}

pub(super) fn volume(name: &str, target: &str) -> Mount {
    Mount {
        typ: Some(MountType::VOLUME),
        source: Some(name.to_owned()),
        target: Some(target.to_owned()),
        ..Mount::default()
    }
}

fn bind(source: &Path, target: &str, read_only: bool) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(source.display().to_string()),
        target: Some(target.to_owned()),
        read_only: Some(read_only),
        ..Mount::default()
    }
}

/// An image's health check would run beside the job.
pub(super) fn no_health_check() -> HealthConfig {
    HealthConfig {
        test: Some(vec!["NONE".to_owned()]),
        ..HealthConfig::default()
    }
}

/// A host's name has at most 63 characters.
fn hostname(name: &str) -> String {
    let name: String = name.replace(['.', '_'], "-").chars().take(63).collect();
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Image, OwnDocker, User, WorkTree};
    use std::collections::BTreeMap;

    fn image() -> Image {
        Image {
            reference: "i".into(),
            id: "sha256:1".into(),
            digest: None,
            user: User {
                name: "u".into(),
                uid: 2000,
                gid: 2000,
                home: "/home/u".into(),
            },
            has_bash: true,
            has_sudo: false,
            labels: BTreeMap::new(),
        }
    }

    fn spec(docker: DockerAccess) -> InstanceSpec {
        InstanceSpec {
            id: "1.2".into(),
            labels: BTreeMap::new(),
            image: image(),
            env: vec![("A".into(), "b".into())],
            tree: Some(WorkTree {
                archive: "/x.tar".into(),
                destination: "/home/u/build/o/r".into(),
            }),
            limits: Limits {
                memory: 1 << 30,
                pids: 100,
                cpu_millis: 1500,
                shm: 64 << 20,
                disk: 1 << 30,
            },
            docker,
            services: Vec::new(),
            ca_file: None,
            hostname: None,
            hosts: Vec::new(),
            proxy: Vec::new(),
        }
    }

    fn config(spec: &InstanceSpec) -> (ContainerCreateBody, HostConfig) {
        let host = HostSide {
            toolbox: Path::new("/data/toolbox/1"),
            authorities: Some(Path::new("/data/ca/1.pem")),
            socket: Some(("/var/run/docker.sock", 999)),
        };
        let body = job(spec, &Names::of(&spec.id), "ci-1.2", HashMap::new(), host);
        let host = body.host_config.clone().unwrap();
        (body, host)
    }

    #[test]
    fn a_job_gets_less_than_dockers_default_and_nothing_of_the_host_to_write() {
        let (body, host) = config(&spec(DockerAccess::None));
        assert_eq!(host.privileged, Some(false));
        assert_eq!(host.cap_add, None);
        assert_eq!(host.cap_drop.unwrap(), DROPPED);
        assert_eq!(host.security_opt.unwrap(), ["no-new-privileges"]);
        assert_eq!(
            (host.pid_mode, host.ipc_mode, host.userns_mode),
            (None, None, None)
        );
        assert_eq!(
            (host.binds, host.devices, host.group_add),
            (None, None, None)
        );
        for mount in host.mounts.unwrap() {
            assert_eq!(mount.read_only, Some(true), "{mount:?}");
        }
        assert_eq!(host.network_mode.as_deref(), Some("ci-1.2"));
        assert_eq!(body.user, None);
    }

    #[test]
    fn names_of_the_machine_are_the_containers() {
        let mut spec = spec(DockerAccess::None);
        spec.hosts = vec!["a.test".into(), "b".into()];
        spec.hostname = Some("short".into());
        let (body, host) = config(&spec);
        assert_eq!(body.hostname.as_deref(), Some("short"));
        assert_eq!(
            host.extra_hosts.unwrap(),
            ["a.test:127.0.0.1", "b:127.0.0.1"]
        );
    }

    #[test]
    fn limits_are_always_set_and_swap_is_off() {
        let (_, host) = config(&spec(DockerAccess::None));
        assert_eq!(
            (host.memory, host.memory_swap),
            (Some(1 << 30), Some(1 << 30))
        );
        assert_eq!(
            (host.pids_limit, host.nano_cpus),
            (Some(100), Some(1_500_000_000))
        );
        assert_eq!(host.shm_size, Some(64 << 20));
    }

    #[test]
    fn an_image_with_sudo_may_gain_rights() {
        let mut spec = spec(DockerAccess::None);
        spec.image.has_sudo = true;
        assert_eq!(config(&spec).1.security_opt, None);
    }

    #[test]
    fn the_hosts_socket_is_lent_only_when_asked_for() {
        let mounts = |docker| config(&spec(docker)).1.mounts.unwrap();
        let own = DockerAccess::Own(Box::new(OwnDocker {
            image: image(),
            layer_scope: Some("s".into()),
            mirrors: vec![],
            insecure_registries: vec![],
        }));
        for docker in [DockerAccess::None, own] {
            let sources: Vec<_> = mounts(docker)
                .into_iter()
                .filter_map(|m| m.source)
                .collect();
            assert!(
                !sources.iter().any(|source| source.ends_with(".sock")),
                "{sources:?}"
            );
        }
        let lent = mounts(DockerAccess::Host).pop().unwrap();
        assert_eq!(lent.source.as_deref(), Some("/var/run/docker.sock"));
    }

    #[test]
    fn the_shared_folder_covers_the_work_tree() {
        let mut spec = spec(DockerAccess::None);
        assert_eq!(work_folder(&spec), "/home/u/build");
        spec.tree.as_mut().unwrap().destination = "/srv/x".into();
        assert_eq!(work_folder(&spec), "/srv/x");
        spec.tree.as_mut().unwrap().destination = "/home/u/builder/x".into();
        assert_eq!(work_folder(&spec), "/home/u/builder/x");
    }

    #[test]
    fn a_hosts_name_is_short_and_plain() {
        assert_eq!(hostname("ci-1.2_x"), "ci-1-2-x");
        assert_eq!(hostname(&"a".repeat(80)).len(), 63);
    }
}
