//! The image of a job that is repeated: the very one that the daemon had, where it is to be had here.

use crate::backend::{Backend, Pull, reference};
use crate::images::Choice;
use crate::jobs::wanted;
use crate::policy::Grants;
use crate::repeat::Repeat;
use crate::settings::Settings;

/// An image that is not chosen here.
#[derive(Clone, Debug)]
pub(super) struct Pinned {
    pub(super) choice: Choice,
    /// Why it may be another one than at the daemon; none where it is the same.
    pub(super) unlike: Option<String>,
}

/// The image of a job that is repeated; none where the daemon does not know it, so that it is chosen
/// as for any job.
pub(super) async fn pin(
    repeat: &Repeat,
    settings: &Settings,
    grants: &Grants,
    backend: &dyn Backend,
) -> Option<Pinned> {
    let (tag, digest) = repeat.image.as_ref()?;
    let choice = |reference: &str| Choice {
        reference: reference.to_owned(),
        rule: format!(
            "as in job {}.{} of the daemon",
            repeat.build, repeat.job.number
        ),
        pull: None,
        by_config: false,
    };
    let by_tag = |why: String| Pinned {
        choice: choice(tag),
        unlike: Some(format!("image {tag} may be another one than there: {why}")),
    };
    let Some(digest) = digest else {
        return Some(by_tag("no registry gave it a digest".to_owned()));
    };
    let exact = match reference::pinned(tag) {
        Some(_) => tag.clone(),
        None => format!("{}@{digest}", untagged(tag)),
    };
    let had = match wanted(
        settings,
        (grants, &repeat.slug),
        (&exact, Some(Pull::Missing)),
    ) {
        Ok(wanted) => backend
            .have(&wanted, &|_| {})
            .await
            .map_err(|error| error.to_string()),
        Err(reason) => Err(reason),
    };
    Some(match had {
        Ok(_) => Pinned {
            choice: choice(&exact),
            unlike: None,
        },
        Err(reason) => by_tag(format!("{exact} is not to be had: {reason}")),
    })
}

/// A reference without its tag, host and all.
fn untagged(reference: &str) -> &str {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => reference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::BackendError;
    use crate::backend::fake::{FakeBackend, Play};
    use crate::policy::{Allowed, Facts, RunAllowed, decide};
    use schema::request::Request;

    async fn pinned(image: Option<(&str, Option<&str>)>, fails: bool) -> Option<Pinned> {
        let backend = FakeBackend::new(|_, _| Play::default());
        if fails {
            let error = BackendError::Refused {
                action: "pulling".to_owned(),
                reason: "it is gone".to_owned(),
            };
            backend.fail_next("image", error);
        }
        let image = image.map(|(tag, digest)| (tag.to_owned(), digest.map(str::to_owned)));
        let repeat = Repeat {
            version: crate::repeat::VERSION,
            slug: "octo/hello".to_owned(),
            build_id: "1".to_owned(),
            build: 12,
            build_url: String::new(),
            job_id: "2".to_owned(),
            job_url: String::new(),
            restarted: None,
            travis: true,
            image,
            request: Request::default(),
            sources: Vec::new(),
            job: schema::plan::Job::default(),
        };
        let allowed = Allowed::Run(RunAllowed {
            secrets: false,
            deploy: false,
            docker: crate::policy::DockerPolicy::Own,
        });
        let grants = decide(&Facts::of(&repeat.request), &allowed);
        pin(&repeat, &Settings::default(), &grants, backend.as_ref()).await
    }

    #[tokio::test]
    async fn it_is_the_same_by_its_digest_or_told_to_be_unlike() {
        let image = Some(("localhost:5000/a/b:1", Some("sha256:01")));
        let same = pinned(image, false).await.unwrap();
        assert_eq!(same.choice.reference, "localhost:5000/a/b@sha256:01");
        assert_eq!(same.unlike, None);
        let gone = pinned(image, true).await.unwrap();
        assert_eq!(gone.choice.reference, "localhost:5000/a/b:1");
        assert!(gone.unlike.unwrap().contains("it is gone"));
        let local = pinned(Some(("base", None)), false).await.unwrap();
        assert_eq!(local.choice.reference, "base");
        assert!(local.unlike.unwrap().contains("no registry"));
        assert!(pinned(None, false).await.is_none());
    }
}
