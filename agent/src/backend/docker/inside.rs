//! An agent that runs in a container itself: whether the engine finds the data folder where the agent
//! has it. Jobs mount the toolbox from there, by a path of the engine's machine.

use super::engine::{Engine, QUICK};
use crate::backend::BackendError;
use bollard::models::MountPoint;
use bollard::query_parameters::InspectContainerOptions;
use std::path::{Path, PathBuf};

/// Goes on where the agent is in no container of this engine, or its data folder is mounted from
/// the same path.
///
/// # Errors
/// The engine sees another folder there, or none.
pub(super) async fn check(engine: &Engine, data: &Path) -> Result<(), BackendError> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let Some(id) = container(&mounts) else {
        return Ok(());
    };
    let action = "looking at the agent's own container";
    let request = engine
        .docker
        .inspect_container(id, None::<InspectContainerOptions>);
    let Some(found) = engine.find(action, QUICK, request).await? else {
        // The container of another engine.
        return Ok(());
    };
    let outside = outside(found.mounts.as_deref().unwrap_or_default(), data);
    if outside.as_deref() == Some(data) {
        return Ok(());
    }
    Err(BackendError::Elsewhere {
        data: data.to_owned(),
        outside,
    })
}

/// The id of the container that a process is in, by its mounts: the engine keeps the file that it
/// mounts as `/etc/hostname` in a folder of that name.
fn container(mountinfo: &str) -> Option<&str> {
    let mut names = mountinfo.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        (point == "/etc/hostname").then_some(root)
    });
    let root = names.next()?;
    let (_, rest) = root.rsplit_once("/containers/")?;
    let id = rest.strip_suffix("/hostname")?;
    let is_id = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(id)
}

/// Where a folder of the container is on the engine's machine; none where it is in the container
/// only.
fn outside(mounts: &[MountPoint], inside: &Path) -> Option<PathBuf> {
    let covering = mounts.iter().filter_map(|mount| {
        let destination = Path::new(mount.destination.as_deref()?);
        let rest = inside.strip_prefix(destination).ok()?;
        let source = Path::new(mount.source.as_deref()?);
        Some((destination.components().count(), source.join(rest)))
    });
    let (_, path) = covering.max_by_key(|(depth, _)| *depth)?;
    // Joining nothing adds a slash.
    Some(path.components().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "73b55e3370627ced6f66b5d1ecf8982cc085887457f2947a3153490041fecfca";

    fn mount(source: &str, destination: &str) -> MountPoint {
        MountPoint {
            source: Some(source.to_owned()),
            destination: Some(destination.to_owned()),
            ..MountPoint::default()
        }
    }

    #[test]
    fn a_process_finds_its_container_by_its_mounts() {
        let line = |root: &str, point: &str| {
            format!(
                "312 290 0:47 / /proc rw - proc proc rw\n313 290 254:1 {root} {point} rw - ext4 /dev/vda1 rw\n"
            )
        };
        let root = format!("/var/lib/docker/containers/{ID}/hostname");
        assert_eq!(container(&line(&root, "/etc/hostname")), Some(ID));
        for (root, point) in [
            (root.as_str(), "/etc/hosts"),
            ("/etc/hostname", "/etc/hostname"),
            ("/var/lib/docker/containers/x/hostname", "/etc/hostname"),
        ] {
            assert_eq!(container(&line(root, point)), None, "{root} {point}");
        }
        assert_eq!(container(""), None);
    }

    #[test]
    fn the_nearest_mount_tells_where_a_folder_is() {
        let mounts = [
            mount("/srv", "/var"),
            mount("/var/lib/agent", "/var/lib/agent"),
            mount("/var/lib/docker/volumes/x/_data", "/data"),
        ];
        let at = |inside: &str| outside(&mounts, Path::new(inside));
        let is = |path: &str| Some(PathBuf::from(path));
        assert_eq!(at("/var/lib/agent"), is("/var/lib/agent"));
        assert_eq!(at("/var/lib/agent/a"), is("/var/lib/agent/a"));
        assert_eq!(at("/var/lib/agents"), is("/srv/lib/agents"));
        assert_eq!(at("/data/b"), is("/var/lib/docker/volumes/x/_data/b"));
        assert_eq!(at("/home"), None);
    }
}
