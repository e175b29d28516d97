//! Images: looked up, authorised, pulled as their policy says, pinned by the engine's id.

use super::Inner;
use super::engine::{Engine, QUICK};
use super::probe;
use super::pull::{self, refused};
use crate::backend::reference::{self, is_called, is_reference};
use crate::backend::{BackendError, Image, Present, Pull, Tell, Wanted};
use bollard::models::ImageInspect;

/// Makes an image ready and tells all about it.
pub(super) async fn ready(
    inner: &Inner,
    wanted: &Wanted,
    tell: Tell<'_>,
) -> Result<Image, BackendError> {
    let reference = wanted.reference.as_str();
    if !is_reference(reference) {
        return Err(refused(reference, "this is not the name of an image"));
    }
    let engine = &inner.engine;
    let here = inspect(engine, reference).await?;
    let image = match (here, wanted.pull) {
        (Some(image), Pull::Missing | Pull::Never) => {
            authorise(inner, wanted, &image).await?;
            image
        }
        (None, Pull::Never) => {
            return Err(pull::with_hint(
                reference,
                "it is not on this machine, and its rule says never to pull it",
                "pull it on the agent's machine, or set `pull: missing`",
            ));
        }
        (_, Pull::Always) | (None, Pull::Missing) => {
            // Noted first: what was pulled with a login is given to nobody without one.
            if wanted.login.is_some() {
                inner.private.note(reference::name(reference))?;
            }
            pull::pull(engine, wanted, tell).await?;
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

/// What lies on the machine under a name.
pub(super) async fn present(
    inner: &Inner,
    reference: &str,
) -> Result<Option<Present>, BackendError> {
    if !is_reference(reference) {
        return Ok(None);
    }
    let image = inspect(&inner.engine, reference).await?;
    Ok(image.and_then(|image| {
        Some(Present {
            digest: digest(reference, &image.repo_digests.unwrap_or_default()),
            id: image.id?,
        })
    }))
}

/// An image that came from a guarded registry is given only to whom that registry would give it now.
/// One that was made on this machine has no registry to ask.
async fn authorise(
    inner: &Inner,
    wanted: &Wanted,
    image: &ImageInspect,
) -> Result<(), BackendError> {
    let own = reference::name(&wanted.reference);
    let digests = image.repo_digests.iter().flatten();
    let mut ours =
        digests.filter(|known| known.split_once('@').is_some_and(|(name, _)| name == own));
    let Some(pinned) = ours.next() else {
        return Ok(());
    };
    if wanted.guarded || inner.private.has(own)? {
        pull::authorise(&inner.engine, wanted, pinned).await?;
    }
    Ok(())
}

/// The image of this name. An engine finds images by their ids, too, which are no names.
async fn inspect(engine: &Engine, reference: &str) -> Result<Option<ImageInspect>, BackendError> {
    let request = engine.docker.inspect_image(reference);
    let found = engine
        .find(&format!("looking for image {reference}"), QUICK, request)
        .await?;
    let called = |image: &ImageInspect| {
        let tags = image.repo_tags.as_deref().unwrap_or_default();
        let digests = image.repo_digests.as_deref().unwrap_or_default();
        is_called(reference, tags, digests)
    };
    Ok(found.filter(called))
}

/// The digest of the reference's own registry. Names of the public one have several spellings, so
/// that of any registry will do where it has none.
fn digest(reference: &str, known: &[String]) -> Option<String> {
    let any = || known.first().and_then(|entry| entry.split_once('@'));
    reference::digest(reference, known).or_else(|| any().map(|(_, digest)| digest.to_owned()))
}
