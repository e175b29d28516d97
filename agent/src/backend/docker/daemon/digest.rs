//! From an engine's answer about an image to the digest of one push. Pure.

/// The digest by which the registry of `reference` (`registry/name:tag`) took an image, from the
/// image's `RepoDigests` (`registry/name@sha256:…`).
pub(super) fn of(reference: &str, repo_digests: &[String]) -> Option<String> {
    let name = repository(reference);
    repo_digests
        .iter()
        .filter_map(|entry| entry.split_once('@'))
        .find(|(repository, _)| *repository == name)
        .map(|(_, digest)| digest.to_owned())
}

/// A reference without its tag; a colon before the last slash belongs to a port.
fn repository(reference: &str) -> &str {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => reference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_of_the_registry_that_was_pushed_to() {
        let digests = ["a:5000/x@sha256:1".to_owned(), "b/x@sha256:2".to_owned()];
        assert_eq!(of("a:5000/x:v1", &digests).as_deref(), Some("sha256:1"));
        assert_eq!(of("b/x:v1", &digests).as_deref(), Some("sha256:2"));
        assert_eq!(of("c/x:v1", &digests), None);
        assert_eq!(of("a:5000/x", &digests).as_deref(), Some("sha256:1"));
    }
}
