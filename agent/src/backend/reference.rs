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
