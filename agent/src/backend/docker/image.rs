//! Images: looked up, pulled where absent, pinned by the engine's id.

use super::Inner;
use super::engine::{Engine, QUICK};
use super::probe;
use crate::backend::reference::{self, is_reference, split};
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

/// The digest of the reference's own registry. Names of the public one have several spellings, so
/// that of any registry will do where it has none.
fn digest(reference: &str, known: &[String]) -> Option<String> {
    let any = || known.first().and_then(|entry| entry.split_once('@'));
    reference::digest(reference, known).or_else(|| any().map(|(_, digest)| digest.to_owned()))
}

fn refused(reference: &str, reason: &str) -> BackendError {
    BackendError::Image {
        image: reference.to_owned(),
        reason: reason.to_owned(),
    }
}
