//! A build of which something cannot be read: what is known of it all the same.

use super::Page;
use super::words::{self, Time};
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::store::{Outline, Repository, StoreError};
use askama::Template;

/// The page of a build that cannot be read.
#[derive(Debug, Template)]
#[template(path = "unreadable.html")]
pub(in crate::server) struct UnreadablePage {
    page: Page,
    slug: String,
    number: u64,
    state: Option<&'static str>,
    created: Option<Time>,
    finished: Option<Time>,
    refused: Option<String>,
    /// Which part of it, e.g. `request of row 7`.
    what: String,
    /// What is wrong with that; for the operator alone, since it may quote what stands there.
    why: Option<String>,
}

/// The page for an error of one row; `None` for other errors, which say nothing of the build.
pub(in crate::server) async fn page(
    app: &App,
    viewer: Viewer,
    (repository, number): (&Repository, u64),
    error: &StoreError,
) -> Option<UnreadablePage> {
    let StoreError::Damaged { what, reason } = error else {
        return None;
    };
    tracing::warn!(repository = repository.slug, number, %error, "a build cannot be shown");
    let outline = app.reader.build_outline(repository.id, number).await;
    let outline: Outline = outline.ok().flatten().unwrap_or_default();
    Some(UnreadablePage {
        page: Page::new(app, viewer, format!("{} #{number}", repository.slug)),
        slug: repository.slug.clone(),
        number,
        state: outline.state.map(|state| state.as_str()),
        created: outline.created.map(Time::of),
        finished: outline.finished.map(Time::of),
        // It may quote what stands there, too.
        refused: (outline.refused.as_deref().filter(|_| viewer.operator)).map(words::line),
        what: words::line(what),
        why: viewer.operator.then(|| words::line(reason)),
    })
}
