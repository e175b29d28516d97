//! The engine's config of the daemon's container. Pure.
//!
//! Why each part is there: the cgroup namespace is private, so that inner containers lie below
//! this container's own cgroup, under its limits, and vanish with it; SYS_ADMIN, NET_ADMIN and
//! MKNOD are what `dockerd` needs to mount, to route and to make devices for its containers,
//! SYS_PTRACE lets it look into their namespaces; the default seccomp profile forbids the same
//! calls again, so it is off, as is AppArmor's.

use super::super::authorities::{self, INSIDE};
use super::super::container::{
    HostSide, SOCKET_GROUP, common_mounts, limited, no_health_check, shared_mounts, volume,
};
use super::super::names::Names;
use super::super::toolbox::{DAEMON_PATH, PROGRAM};
use super::ADDRESS;
use crate::backend::{InstanceSpec, OwnDocker};
use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig,
};
use std::collections::HashMap;

const CAPABILITIES: [&str; 4] = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "MKNOD"];

/// The daemon's own network and those it gives to inner ones. Its usual 172.17.0.0/16 would hide
/// the host's bridge, where a local registry may listen; this range is set aside for benchmarks
/// (RFC 2544) and met nowhere else.
const BRIDGE: &str = "198.18.0.1/24";
const POOL: &str = "base=198.18.128.0/17,size=24";

/// What the toolbox's `runc` gives to inner containers: variables, by their names behind this …
const INNER_VARIABLE: &str = "CI_INNER_ENV_";
/// … and a file, mounted at its own path.
const INNER_MOUNT: &str = "CI_INNER_MOUNT";

pub(super) fn daemon(
    spec: &InstanceSpec,
    own: &OwnDocker,
    names: &Names,
    layers: Option<&str>,
    labels: HashMap<String, String>,
    host: HostSide<'_>,
) -> ContainerCreateBody {
    let mut mounts = common_mounts(host);
    mounts.extend(shared_mounts(spec, names));
    // Without a name the volume goes with the container.
    mounts.push(volume(layers.unwrap_or_default(), super::LAYERS_FOLDER));
    ContainerCreateBody {
        image: Some(own.image.id.clone()),
        user: Some("0:0".to_owned()),
        env: Some(environment(spec, host.authorities.is_some())),
        labels: Some(labels),
        entrypoint: Some(vec![PROGRAM.to_owned(), "dockerd".to_owned()]),
        cmd: Some(arguments(own)),
        stop_signal: Some("SIGTERM".to_owned()),
        healthcheck: Some(no_health_check()),
        host_config: Some(HostConfig {
            network_mode: Some(format!("container:{}", names.job)),
            cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
            cap_add: Some(CAPABILITIES.map(str::to_owned).to_vec()),
            security_opt: Some(vec![
                "seccomp=unconfined".to_owned(),
                "apparmor=unconfined".to_owned(),
            ]),
            mounts: Some(mounts),
            // As PID 1 the daemon would not reap what its containers orphan.
            init: Some(true),
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(HashMap::from([("max-size".to_owned(), "1m".to_owned())])),
            }),
            ..limited(spec.limits)
        }),
        ..ContainerCreateBody::default()
    }
}

fn arguments(own: &OwnDocker) -> Vec<String> {
    let mut words = vec!["--host", ADDRESS, "--group", SOCKET_GROUP];
    words.extend(["--bip", BRIDGE, "--default-address-pool", POOL]);
    let mirrors = own
        .mirrors
        .iter()
        .flat_map(|url| ["--registry-mirror", url]);
    words.extend(mirrors);
    let insecure = own.insecure_registries.iter();
    words.extend(insecure.flat_map(|registry| ["--insecure-registry", registry]));
    words.into_iter().map(str::to_owned).collect()
}

fn environment(spec: &InstanceSpec, authorities: bool) -> Vec<String> {
    let system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let own = [
        ("HOME".to_owned(), "/root".to_owned()),
        // The toolbox's `runc` comes first.
        ("PATH".to_owned(), format!("{DAEMON_PATH}:{system}")),
    ];
    let given = authorities::variables(&[], authorities, &spec.proxy);
    let mut all = authorities::variables(&own, authorities, &spec.proxy);
    all.extend(
        given
            .iter()
            .map(|variable| format!("{INNER_VARIABLE}{variable}")),
    );
    if authorities {
        all.push(format!("{INNER_MOUNT}={INSIDE}"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{DockerAccess, Image, Limits, User};
    use std::collections::BTreeMap;
    use std::path::Path;

    #[test]
    fn the_daemon_has_named_rights_limits_and_no_path_of_the_host_to_write() {
        let image = Image {
            reference: "i".into(),
            id: "sha256:1".into(),
            digest: None,
            user: User {
                name: "u".into(),
                uid: 1,
                gid: 1,
                home: "/home/u".into(),
            },
            has_bash: true,
            has_sudo: false,
            labels: BTreeMap::new(),
        };
        let own = OwnDocker {
            image: image.clone(),
            layer_scope: Some("s".into()),
            mirrors: vec!["http://m:5000".into()],
            insecure_registries: vec!["r:5000".into()],
        };
        let spec = InstanceSpec {
            id: "1".into(),
            labels: BTreeMap::new(),
            image,
            env: vec![("SECRETLIKE".into(), "x".into())],
            tree: None,
            limits: Limits {
                memory: 1 << 30,
                pids: 10,
                cpu_millis: 1000,
                shm: 1 << 20,
                disk: 1 << 30,
            },
            docker: DockerAccess::Own(Box::new(own.clone())),
            services: Vec::new(),
            ca_file: None,
            hostname: None,
            hosts: Vec::new(),
            proxy: vec![("http_proxy".into(), "http://p".into())],
        };
        let host = HostSide {
            toolbox: Path::new("/data/t"),
            authorities: Some(Path::new("/data/ca.pem")),
            socket: None,
        };
        let body = daemon(
            &spec,
            &own,
            &Names::of("1"),
            Some("store"),
            HashMap::new(),
            host,
        );
        let host = body.host_config.unwrap();
        assert_eq!(host.privileged, Some(false));
        assert_eq!(host.cap_add.unwrap(), CAPABILITIES);
        assert_eq!(
            host.cgroupns_mode,
            Some(HostConfigCgroupnsModeEnum::PRIVATE)
        );
        assert_eq!((host.memory, host.pids_limit), (Some(1 << 30), Some(10)));
        assert_eq!(
            (host.binds, host.devices, host.pid_mode),
            (None, None, None)
        );
        for mount in host.mounts.unwrap() {
            let of_host = mount.typ == Some(bollard::models::MountType::BIND);
            assert_eq!(of_host, mount.read_only == Some(true), "{mount:?}");
        }
        let env = body.env.unwrap();
        assert!(!env.iter().any(|variable| variable.contains("SECRETLIKE")));
        assert!(env.contains(&"CI_INNER_ENV_http_proxy=http://p".to_owned()));
        let words = body.cmd.unwrap().join(" ");
        assert!(words.contains("--registry-mirror http://m:5000"), "{words}");
        assert!(words.contains("--insecure-registry r:5000"), "{words}");
    }
}
