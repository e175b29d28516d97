//! Builds of all repositories, and of one.

use super::Page;
use super::words::{self, STATES, Time};
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::visible;
use crate::store::{BuildFilter, BuildId, BuildRow, Cursor, Repository, RepositoryId};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use url::form_urlencoded::Serializer;

/// Builds of a page.
const PAGE: u32 = 50;

/// Which builds are wanted. Empty means any; a state that there is not means none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::server) struct Wanted {
    branch: String,
    state: String,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "builds.html")]
struct BuildsPage {
    page: Page,
    /// `owner/name`, where builds of one repository are shown.
    slug: Option<String>,
    private: bool,
    wanted: Wanted,
    states: Vec<&'static str>,
    builds: Vec<Line>,
    /// The query of the next page.
    older: Option<String>,
}

/// One build of the list.
struct Line {
    slug: String,
    number: u64,
    state: &'static str,
    subject: String,
    source: String,
    event: &'static str,
    sha: String,
    sender: String,
    created: Time,
    took: Option<String>,
}

/// `GET /`
pub(in crate::server) async fn all(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Error> {
    let repositories = app.reader.repositories().await?;
    // A second look at the visibility: the list must not depend on the filter alone.
    let seen = repositories.into_iter().filter(|found| viewer.sees(found));
    let slugs: HashMap<_, _> = seen.map(|found| (found.id, found.slug)).collect();
    let page = Page::new(&app, viewer, "Builds".to_owned());
    let filter = BuildFilter {
        public_only: !viewer.operator,
        ..BuildFilter::default()
    };
    list(&app, page, None, wanted, filter, &slugs).await
}

/// `GET /{owner}/{name}`
pub(in crate::server) async fn of_repository(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(slug): Path<visible::Slug>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Error> {
    let repository = visible::repository(&app, viewer, &slug).await?;
    let page = Page::new(&app, viewer, format!("{} – builds", repository.slug));
    let slugs = HashMap::from([(repository.id, repository.slug.clone())]);
    let filter = BuildFilter {
        repository: Some(repository.id),
        ..BuildFilter::default()
    };
    list(&app, page, Some(repository), wanted, filter, &slugs).await
}

async fn list(
    app: &App,
    page: Page,
    repository: Option<Repository>,
    wanted: Wanted,
    filter: BuildFilter,
    slugs: &HashMap<RepositoryId, String>,
) -> Result<Html<String>, Error> {
    let state = words::state(&wanted.state);
    let none = state.is_none() && !wanted.state.is_empty();
    let filter = BuildFilter {
        branch: Some(wanted.branch.clone()).filter(|branch| !branch.is_empty()),
        state,
        ..filter
    };
    let rows = if none {
        Vec::new()
    } else {
        let cursor = Cursor(wanted.before.map(BuildId));
        app.reader.builds(&filter, cursor, PAGE + 1).await?
    };
    let now = app.clock.now();
    let shown = rows.iter().take(PAGE as usize);
    let more = rows.len() > PAGE as usize;
    let older = shown.clone().next_back().filter(|_| more);
    let view = BuildsPage {
        older: older.map(|last| query(&wanted, last.id)),
        builds: shown
            .filter_map(|row| Some(line(row, slugs.get(&row.repository)?, now)))
            .collect(),
        states: STATES.iter().map(|state| state.as_str()).collect(),
        private: repository.as_ref().is_some_and(|found| found.private),
        slug: repository.map(|found| found.slug),
        page,
        wanted,
    };
    Ok(Html(view.render()?))
}

fn line(row: &BuildRow, slug: &str, now: Timestamp) -> Line {
    let request = &row.request;
    Line {
        slug: slug.to_owned(),
        number: row.number,
        state: row.state.as_str(),
        subject: words::line(&request.commit_message),
        source: words::source(request),
        event: words::event(request),
        sha: words::short_sha(&row.status_sha),
        sender: words::line(&request.sender),
        created: Time::of(row.created),
        took: words::took(row.started, row.finished, now),
    }
}

/// The same wishes for older builds.
fn query(wanted: &Wanted, last: BuildId) -> String {
    let mut query = Serializer::new(String::new());
    let wishes = [("branch", &wanted.branch), ("state", &wanted.state)];
    for (name, value) in wishes.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.append_pair("before", &last.to_string());
    query.finish()
}
