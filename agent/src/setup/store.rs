//! A repository's entry in the store, from which the daemon knows that it is to be built.

use super::{Setup, Step};
use crate::github::{Described, Slug};
use crate::store::{Repository, RepositoryId, RepositorySettings};
use jiff::Timestamp;

const PART: &str = "settings";

/// The entry as it is stored now.
///
/// # Errors
/// The step that failed.
pub(super) async fn known(setup: &Setup, id: RepositoryId) -> Result<Option<Repository>, Step> {
    let known = setup.store.repository(id).await;
    known.map_err(|error| Step::failed(PART, error.to_string()))
}

/// Stores the entry where it differs from what is stored.
///
/// # Errors
/// The step that failed.
pub(super) async fn put(
    setup: &Setup,
    known: Option<&Repository>,
    found: &Described,
    hook: Option<u64>,
    settings: RepositorySettings,
) -> Result<Step, Step> {
    let text = words(&settings);
    let new = Repository {
        id: found.id,
        slug: found.slug.to_string(),
        private: found.private,
        default_branch: found.default_branch.clone(),
        active: true,
        hook,
        settings,
    };
    if known == Some(&new) {
        return Ok(Step::unchanged(PART, text));
    }
    save(setup, &new).await?;
    Ok(Step::changed(
        PART,
        format!("{}: {text}", setup.verb("stored")),
    ))
}

/// The refs of a repository at this moment.
pub(super) struct FirstLook {
    heads: Vec<(String, String)>,
    asked: Timestamp,
}

/// Looks at the refs of a repository that is not built yet: what is there is old, and what comes
/// after it is to be built, however it is told. `None` where the daemon has looked at them long ago.
///
/// # Errors
/// The step that failed.
pub(super) async fn first_look(
    setup: &Setup,
    known: Option<&Repository>,
    slug: &Slug,
) -> Result<Option<FirstLook>, Step> {
    if setup.dry || known.is_some_and(|known| known.active) {
        return Ok(None);
    }
    let asked = Timestamp::now();
    let heads = crate::poll::heads(&setup.client, slug).await;
    let heads = heads.map_err(|error| {
        let text = format!("its branches, tags and pull requests cannot be listed: {error}");
        Step::failed("repository", text)
    })?;
    Ok(Some(FirstLook { heads, asked }))
}

/// Notes the refs for the daemon to compare with.
///
/// # Errors
/// The step that failed.
pub(super) async fn note(
    setup: &Setup,
    id: RepositoryId,
    look: Option<FirstLook>,
) -> Result<(), Step> {
    let Some(FirstLook { heads, asked }) = look else {
        return Ok(());
    };
    let noted = setup.store.put_first_look(id, &heads, asked).await;
    noted.map_err(|error| Step::failed(PART, error.to_string()))
}

/// Notes that deliveries for a repository make no builds any more.
///
/// # Errors
/// The step that failed.
pub(super) async fn retire(setup: &Setup, known: Repository) -> Result<Step, Step> {
    if !known.active {
        return Ok(Step::unchanged(PART, "not built any more"));
    }
    let gone = Repository {
        active: false,
        hook: None,
        ..known
    };
    save(setup, &gone).await?;
    let text = setup.verb("stored");
    Ok(Step::changed(PART, format!("{text}: not built any more")))
}

async fn save(setup: &Setup, repository: &Repository) -> Result<(), Step> {
    if setup.dry {
        return Ok(());
    }
    let saved = setup
        .store
        .put_repository(repository, Timestamp::now())
        .await;
    saved.map_err(|error| Step::failed(PART, error.to_string()))
}

/// What is built, as people say it.
fn words(settings: &RepositorySettings) -> String {
    let mut words = Vec::new();
    for (on, what) in [
        (settings.build_pushes, "pushes"),
        (settings.build_pull_requests, "pull requests"),
    ] {
        words.push(if on {
            what.to_owned()
        } else {
            format!("no {what}")
        });
    }
    if settings.docker {
        words.push("Docker".to_owned());
    }
    if let Some(jobs) = settings.max_jobs {
        words.push(format!("at most {jobs} jobs at once"));
    }
    words.join(", ")
}
