//! Images: looked up, pulled where absent, pinned by the engine's id.

use super::Inner;
use super::engine::{Engine, QUICK};
use super::probe;
use crate::backend::{BackendError, Image};
use bollard::models::ImageInspect;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;
use std::time::Duration;

/// A pull in which nothing moves for so long is given up.
const STALLED: Duration = Duration::from_secs(300);

/// Makes an image ready and tells all about it.
pub(super) async fn ready(inner: &Inner, reference: &str) -> Result<Image, BackendError> {
    if !is_reference(reference) {
        return Err(refused(reference, "this is not the name of an image"));
    }
    let engine = &inner.engine;
    let image = match inspect(engine, reference).await? {
        Some(image) => image,
        None => {
            pull(engine, reference).await?;
            inspect(engine, reference)
                .await?
                .ok_or_else(|| refused(reference, "it is not there after it was pulled"))?
        }
    };
    let Some(id) = image.id.clone() else {
        return Err(refused(reference, "the engine tells no id of it"));
    };
    let config = image.config.unwrap_or_default();
    let found = probe::probe(inner, reference, &id, &config).await?;
    let labels = config.labels.unwrap_or_default();
    Ok(Image {
        reference: reference.to_owned(),
        digest: digest(reference, &image.repo_digests.unwrap_or_default()),
        id,
        has_bash: found.bash,
        has_sudo: match labels.get("ci.sudo").map(String::as_str) {
            Some("true") => true,
            Some("false") => false,
            _ => found.sudo,
        },
        user: found.user.into(),
        labels: labels.into_iter().collect(),
    })
}

async fn inspect(engine: &Engine, reference: &str) -> Result<Option<ImageInspect>, BackendError> {
    let request = engine.docker.inspect_image(reference);
    engine
        .find(&format!("looking for image {reference}"), QUICK, request)
        .await
}

async fn pull(engine: &Engine, reference: &str) -> Result<(), BackendError> {
    let (name, tag) = split(reference);
    let options = CreateImageOptionsBuilder::new()
        .from_image(name)
        .tag(tag)
        .build();
    let mut progress = std::pin::pin!(engine.docker.create_image(Some(options), None, None));
    loop {
        match tokio::time::timeout(STALLED, progress.next()).await {
            Err(_) => {
                let reason = format!("nothing came for {} s", STALLED.as_secs());
                return Err(refused(reference, &reason));
            }
            Ok(None) => return Ok(()),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(error))) => {
                return Err(match engine.error("pulling", &error) {
                    BackendError::Refused { reason, .. } => refused(reference, &reason),
                    other => other,
                });
            }
        }
    }
}

/// Whether a text may stand in the path of a request: an image's name has no other characters.
fn is_reference(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-/:@+".contains(c))
        && !text.contains("..")
        && !text.contains("//")
}

/// Name and tag or digest; without either the tag is `latest`, or the engine pulls all there are.
fn split(reference: &str) -> (&str, &str) {
    if let Some((name, digest)) = reference.split_once('@') {
        return (name, digest);
    }
    match reference.rsplit_once(':') {
        // A colon before the last slash belongs to a port.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (reference, "latest"),
    }
}

/// The digest by which the registry of `reference` knows the image.
fn digest(reference: &str, known: &[String]) -> Option<String> {
    let (name, _) = split(reference);
    let name = name
        .split(':')
        .next()
        .filter(|_| !name.contains('/'))
        .unwrap_or(name);
    known
        .iter()
        .filter_map(|entry| entry.split_once('@'))
        .find(|(repository, _)| *repository == name)
        .or_else(|| known.first().and_then(|entry| entry.split_once('@')))
        .map(|(_, digest)| digest.to_owned())
}

fn refused(reference: &str, reason: &str) -> BackendError {
    BackendError::Image {
        image: reference.to_owned(),
        reason: reason.to_owned(),
    }
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
        let known = ["a/x@sha256:1".to_owned(), "host:5000/x@sha256:2".to_owned()];
        assert_eq!(digest("host:5000/x:1", &known).as_deref(), Some("sha256:2"));
        assert_eq!(digest("other:1", &known).as_deref(), Some("sha256:1"));
        assert_eq!(digest("x", &[]), None);
    }

    #[test]
    fn what_could_leave_the_requests_path_is_no_reference() {
        for bad in [
            "", "../x", "a/../b", "a?b", "a#b", "a b", "-a", "a%2f", "a//b",
        ] {
            assert!(!is_reference(bad), "{bad}");
        }
        assert!(is_reference("host:5000/team/x_y.z:1-a@sha256:0a"));
    }
}
