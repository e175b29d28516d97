//! Whether a data directory is gone, or only not to be seen from here.

use super::super::names::{AGENT, DATA, PLACE};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// From where a data directory is seen: the machine since it was started, its mount namespace and
/// the disk of the folder that the directory is in. Elsewhere the same path means another thing.
pub(super) fn place(data: &Path) -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let mounts = std::fs::read_link("/proc/self/ns/mnt").ok()?;
    let disk = std::fs::metadata(data.parent()?).ok()?.dev();
    Some(format!("{} {} {disk}", boot.trim(), mounts.display()))
}

/// Whether the data directory that a store's labels name is gone, or has another name by now;
/// where that cannot be seen from here, nobody knows.
pub(super) fn is_gone(labels: &HashMap<String, String>) -> bool {
    let label = |name| labels.get(name).map(String::as_str);
    let (Some(data), Some(agent)) = (label(DATA).map(Path::new), label(AGENT)) else {
        return false;
    };
    // Without its parent folder there is no place either.
    let here = place(data);
    if here.is_none() || here.as_deref() != label(PLACE) {
        return false;
    }
    match std::fs::read_to_string(data.join("identity")) {
        Ok(identity) => identity.trim() != agent,
        // An empty folder may be one that a disk is mounted on at other times.
        Err(error) => error.kind() == ErrorKind::NotFound && !data.exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(data: &Path, place: Option<String>) -> HashMap<String, String> {
        let mut labels = HashMap::from([
            (AGENT.to_owned(), "A".to_owned()),
            (DATA.to_owned(), data.display().to_string()),
        ]);
        labels.extend(place.map(|place| (PLACE.to_owned(), place)));
        labels
    }

    #[test]
    fn a_data_folder_is_gone_when_it_is_removed_or_another_has_its_place() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        let store = labels(&data, place(&data));
        assert!(is_gone(&store));
        std::fs::create_dir(&data).unwrap();
        assert!(!is_gone(&store), "its disk may not be mounted");
        std::fs::write(data.join("identity"), "A\n").unwrap();
        assert!(!is_gone(&store));
        std::fs::write(data.join("identity"), "B\n").unwrap();
        assert!(is_gone(&store));
    }

    #[test]
    fn a_data_folder_that_another_place_sees_is_not_gone() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        let here = place(&data).unwrap();
        assert!(!is_gone(&labels(&data, None)), "nobody knows");
        for part in 0..3 {
            let mut parts: Vec<&str> = here.split(' ').collect();
            parts[part] = "x";
            assert!(!is_gone(&labels(&data, Some(parts.join(" ")))), "{parts:?}");
        }
        let below = data.join("below");
        assert!(!is_gone(&labels(&below, Some(here))), "no parent folder");
        assert!(!is_gone(&labels(&below, place(&below))), "no parent folder");
    }
}
