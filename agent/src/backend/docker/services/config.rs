//! The engine's config of a service's container. Pure: what is not asked for here, no service gets
//! (threat T10).

use super::super::container::{limited, no_health_check};
use super::super::names::Names;
use crate::backend::ServiceSpec;
use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountTmpfsOptions, MountType,
};
use std::collections::HashMap;

/// Capabilities of Docker's default that services don't get. What is left lets an image begin as
/// root, give its folders to a user of its own, and become that user.
const DROPPED: [&str; 5] = ["NET_RAW", "MKNOD", "AUDIT_WRITE", "SETPCAP", "SETFCAP"];

/// The label with a service's name.
pub(super) const SERVICE: &str = "ci.service";

pub(super) fn container(
    service: &ServiceSpec,
    names: &Names,
    mut labels: HashMap<String, String>,
) -> ContainerCreateBody {
    labels.insert(SERVICE.to_owned(), service.name.clone());
    let env = service.env.iter();
    let env = env.map(|(name, value)| format!("{name}={value}"));
    let security = (!service.image.has_sudo).then(|| vec!["no-new-privileges".to_owned()]);
    let folders = service.in_memory.iter();
    let mounts = folders.map(|folder| in_memory(folder, service.limits.memory / 2));
    ContainerCreateBody {
        image: Some(service.image.id.clone()),
        env: Some(env.collect()),
        labels: Some(labels),
        cmd: (!service.command.is_empty()).then(|| service.command.clone()),
        healthcheck: Some(no_health_check()),
        host_config: Some(HostConfig {
            network_mode: Some(format!("container:{}", names.job)),
            cap_drop: Some(DROPPED.map(str::to_owned).to_vec()),
            security_opt: security,
            mounts: Some(mounts.collect()),
            // Servers that were not made to be process 1 leave orphans behind.
            init: Some(true),
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(HashMap::from([("max-size".to_owned(), "1m".to_owned())])),
            }),
            ..limited(service.limits)
        }),
        ..ContainerCreateBody::default()
    }
}

/// A folder in memory, which counts for the container's limit: it can't fill the host's disk. That
/// it is a mount keeps the engine from making a volume there.
fn in_memory(folder: &str, most: u64) -> Mount {
    Mount {
        typ: Some(MountType::TMPFS),
        target: Some(folder.to_owned()),
        tmpfs_options: Some(MountTmpfsOptions {
            size_bytes: i64::try_from(most).ok(),
            mode: Some(0o1777),
            ..MountTmpfsOptions::default()
        }),
        ..Mount::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Image, Limits, Readiness, User};
    use std::collections::BTreeMap;
    use std::time::Duration;

    fn service() -> ServiceSpec {
        ServiceSpec {
            name: "postgresql".into(),
            image: Image {
                reference: "postgres:16".into(),
                id: "sha256:1".into(),
                digest: None,
                user: User {
                    name: "root".into(),
                    uid: 0,
                    gid: 0,
                    home: "/root".into(),
                },
                has_bash: true,
                has_sudo: false,
                labels: BTreeMap::new(),
            },
            env: vec![("A".into(), "b c".into())],
            command: Vec::new(),
            in_memory: vec!["/data".into()],
            limits: Limits {
                memory: 1 << 30,
                pids: 100,
                cpu_millis: 1500,
                shm: 64 << 20,
                disk: u64::MAX,
            },
            ready: Readiness {
                port: None,
                command: None,
                then: None,
                timeout: Duration::from_secs(60),
            },
        }
    }

    #[test]
    fn a_service_has_limits_and_nothing_of_the_host() {
        let body = container(&service(), &Names::of("1.2"), HashMap::new());
        assert_eq!(body.env.unwrap(), ["A=b c"]);
        assert_eq!((body.cmd, body.entrypoint, body.user), (None, None, None));
        assert_eq!(body.labels.unwrap()["ci.service"], "postgresql");
        let host = body.host_config.unwrap();
        assert_eq!(host.network_mode.as_deref(), Some("container:ci-1.2"));
        assert_eq!((host.privileged, host.cap_add), (Some(false), None));
        assert_eq!(host.cap_drop.unwrap(), DROPPED);
        assert_eq!(host.security_opt.unwrap(), ["no-new-privileges"]);
        assert_eq!(
            (
                host.memory,
                host.memory_swap,
                host.pids_limit,
                host.nano_cpus
            ),
            (Some(1 << 30), Some(1 << 30), Some(100), Some(1_500_000_000))
        );
        let none = (host.binds, host.devices, host.pid_mode, host.ipc_mode);
        assert_eq!(none, (None, None, None, None));
        let [mount] = host.mounts.unwrap().try_into().unwrap();
        assert_eq!((mount.typ, mount.source), (Some(MountType::TMPFS), None));
        assert_eq!(mount.tmpfs_options.unwrap().size_bytes, Some(1 << 29));
    }

    #[test]
    fn a_command_takes_the_place_of_the_images_and_sudo_is_let_be() {
        let mut service = service();
        service.command = vec!["redis-server".into(), "--save".into()];
        service.image.has_sudo = true;
        let body = container(&service, &Names::of("1"), HashMap::new());
        assert_eq!(body.cmd.unwrap(), ["redis-server", "--save"]);
        assert_eq!(body.host_config.unwrap().security_opt, None);
    }
}
