//! Names of images, as text. Pure.

/// The longest name that is looked at, in bytes.
const LONGEST: usize = 512;

/// Whether a text can be the name of an image: `[host[:port]/]path[:tag][@digest]` by its
/// characters. Such a text may stand in the path of a request to an engine.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@+".contains(c);
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(allowed)
        && !text.contains("..")
        && !text.contains("//")
        && !text.ends_with(['/', ':', '@'])
}

/// The registry of the public images, whose name is left out of theirs.
pub const PUBLIC: &str = "docker.io";

/// The registry that an image comes from, `host` or `host:port`.
#[must_use]
pub fn registry(reference: &str) -> &str {
    match reference.split_once('/') {
        Some((first, _)) if is_host(first) => match first {
            "index.docker.io" | "registry-1.docker.io" => PUBLIC,
            host => host,
        },
        _ => PUBLIC,
    }
}

/// The first part of a name is a host when it could not be an owner of the public registry.
fn is_host(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost"
}

/// The name without tag and digest, as an engine calls it: `python`, `owner/name`, `host/owner/name`.
#[must_use]
pub fn name(reference: &str) -> &str {
    let (name, _) = split(reference);
    let name = split_tag(name).map_or(name, |(name, _)| name);
    let own = match name.split_once('/') {
        Some((first, rest)) if is_host(first) && registry(name) == PUBLIC => rest,
        _ => return name,
    };
    own.strip_prefix("library/").unwrap_or(own)
}

/// The digest that a reference pins, `sha256:…`.
#[must_use]
pub fn pinned(reference: &str) -> Option<&str> {
    reference.split_once('@').map(|(_, digest)| digest)
}

/// Whether an engine found an image by this name, and not by an id that looks like one: what others
/// have pulled under names of theirs is nobody's by its number (security T39).
pub(super) fn is_called(reference: &str, tags: &[String], digests: &[String]) -> bool {
    let own = name(reference);
    match pinned(reference) {
        Some(digest) => digests
            .iter()
            .any(|known| known.split_once('@') == Some((own, digest))),
        None => {
            let (_, tag) = split(reference);
            tags.iter()
                .any(|known| split_tag(known) == Some((own, tag)))
        }
    }
}

/// Name and tag or digest; without either the tag is `latest`, or an engine pulls all there are.
pub(super) fn split(reference: &str) -> (&str, &str) {
    match reference.split_once('@') {
        Some(parts) => parts,
        None => split_tag(reference).unwrap_or((reference, "latest")),
    }
}

/// The digest by which the registry of `reference` knows an image, from the image's `RepoDigests`
/// (`registry/name@sha256:…`).
pub(super) fn digest(reference: &str, known: &[String]) -> Option<String> {
    let (name, _) = split(reference);
    let name = split_tag(name).map_or(name, |(name, _)| name);
    known
        .iter()
        .filter_map(|entry| entry.split_once('@'))
        .find(|(repository, _)| *repository == name)
        .map(|(_, digest)| digest.to_owned())
}

/// A colon before the last slash belongs to a port.
fn split_tag(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_a_name_and_a_tag() {
        for (reference, name, tag) in [
            ("python", "python", "latest"),
            ("python:3.8", "python", "3.8"),
            ("host:5000/team/x", "host:5000/team/x", "latest"),
            ("host:5000/team/x:1", "host:5000/team/x", "1"),
            ("x@sha256:ab", "x", "sha256:ab"),
            ("x:1@sha256:ab", "x:1", "sha256:ab"),
        ] {
            assert_eq!(split(reference), (name, tag));
        }
    }

    #[test]
    fn a_name_is_found_with_its_registry_however_it_is_spelled() {
        for (reference, registry_, name_) in [
            ("python:3.8", "docker.io", "python"),
            ("library/python", "docker.io", "library/python"),
            ("docker.io/library/python:3", "docker.io", "python"),
            (
                "index.docker.io/owner/app@sha256:ab",
                "docker.io",
                "owner/app",
            ),
            ("owner/app:1", "docker.io", "owner/app"),
            ("localhost/app", "localhost", "localhost/app"),
            ("host:5000/team/app:1", "host:5000", "host:5000/team/app"),
            ("ghcr.io/o/r:1@sha256:ab", "ghcr.io", "ghcr.io/o/r"),
        ] {
            assert_eq!((registry(reference), name(reference)), (registry_, name_));
        }
    }

    #[test]
    fn an_id_is_no_name() {
        let tags = ["host:5000/app:1".to_owned(), "python:latest".to_owned()];
        let digests = ["host:5000/app@sha256:ab".to_owned()];
        for (reference, called) in [
            ("host:5000/app:1", true),
            ("host:5000/app@sha256:ab", true),
            ("host:5000/app:2@sha256:ab", true),
            ("python", true),
            ("docker.io/library/python", true),
            ("host:5000/app", false),
            ("other/app@sha256:ab", false),
            ("ab", false),
            ("sha256:ab", false),
        ] {
            assert_eq!(is_called(reference, &tags, &digests), called, "{reference}");
        }
    }

    #[test]
    fn the_digest_is_that_of_the_references_own_registry() {
        let known = ["a:5000/x@sha256:1".to_owned(), "b/x@sha256:2".to_owned()];
        for (reference, expected) in [
            ("a:5000/x:v1", Some("sha256:1")),
            ("a:5000/x", Some("sha256:1")),
            ("b/x:v1", Some("sha256:2")),
            ("b/x:v1@sha256:0", Some("sha256:2")),
            ("c/x:v1", None),
        ] {
            assert_eq!(
                digest(reference, &known).as_deref(),
                expected,
                "{reference}"
            );
        }
    }

    #[test]
    fn what_could_leave_a_requests_path_is_no_reference() {
        for bad in [
            "", "../x", "a/../b", "a?b", "a#b", "a b", "-a", "a%2f", "a//b", "a:", "/a", "a\n", "é",
        ] {
            assert!(!is_reference(bad), "{bad}");
        }
        assert!(is_reference("host:5000/team/x_y.z:1-a@sha256:0a"));
    }
}
