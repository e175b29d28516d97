//! Deliveries: what came in, what became of each, and why.

use super::Page;
use super::words::{self, Time};
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::visible;
use crate::store::{Came, Delivery, DeliveryId, DeliveryOutcome, Repository, RepositoryId};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Deliveries of a page.
const PAGE: u32 = 50;

/// Where the list goes on.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::server) struct From {
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct DeliveriesPage {
    page: Page,
    slug: Option<String>,
    deliveries: Vec<Line>,
    older: Option<u64>,
}

struct Line {
    id: u64,
    received: Time,
    event: String,
    guid: String,
    /// How it came, where that was not by a webhook.
    came: &'static str,
    slug: Option<String>,
    /// `built`, `skipped`, `ignored`, `error` or `waiting`.
    became: &'static str,
    why: String,
    /// The number of the build that it made.
    build: Option<u64>,
}

/// `GET /deliveries`: of all repositories, and those that name none. Their texts may speak of
/// private repositories, so this page is the operator's.
pub(in crate::server) async fn all(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Query(from): Query<From>,
) -> Result<Html<String>, Error> {
    viewer.must_be_operator()?;
    let page = Page::new(&app, viewer, "Deliveries".to_owned());
    list(&app, page, None, from, true).await
}

/// `GET /{owner}/{name}/deliveries`
pub(in crate::server) async fn of_repository(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(slug): Path<visible::Slug>,
    Query(from): Query<From>,
) -> Result<Html<String>, Error> {
    let repository = visible::repository(&app, viewer, &slug).await?;
    let page = Page::new(&app, viewer, format!("{} – deliveries", repository.slug));
    list(&app, page, Some(repository), from, viewer.operator).await
}

async fn list(
    app: &App,
    page: Page,
    repository: Option<Repository>,
    from: From,
    operator: bool,
) -> Result<Html<String>, Error> {
    let of = repository.as_ref().map(|repository| repository.id);
    let before = from.before.map(DeliveryId);
    let rows = app.reader.deliveries(of, before, PAGE + 1).await?;
    let shown = rows.get(..PAGE as usize).unwrap_or(&rows);
    let slugs = slugs(app, repository.as_ref()).await?;
    let mut deliveries = Vec::new();
    for row in shown {
        let build = match &row.outcome {
            Some(DeliveryOutcome::Build(id)) => app.reader.build(*id).await?,
            _ => None,
        };
        let slug = row.new.repository.and_then(|id| slugs.get(&id).cloned());
        let mut line = line(row, slug, build.map(|build| build.number));
        // What went wrong on our side may name files of the operator, or what a token lacks.
        if !operator && matches!(line.became, "error" | "waiting") {
            line.why = String::new();
        }
        deliveries.push(line);
    }
    let more = rows.len() > shown.len();
    let view = DeliveriesPage {
        older: shown.last().filter(|_| more).map(|last| last.id.0),
        slug: repository.map(|repository| repository.slug),
        page,
        deliveries,
    };
    Ok(Html(view.render()?))
}

async fn slugs(
    app: &App,
    repository: Option<&Repository>,
) -> Result<HashMap<RepositoryId, String>, Error> {
    let all = match repository {
        Some(repository) => vec![repository.clone()],
        None => app.reader.repositories().await?,
    };
    Ok(all
        .into_iter()
        .map(|found| (found.id, found.slug))
        .collect())
}

fn line(row: &Delivery, slug: Option<String>, build: Option<u64>) -> Line {
    let (became, why) = match &row.outcome {
        Some(DeliveryOutcome::Build(_)) => ("built", String::new()),
        Some(DeliveryOutcome::Skipped(why)) => ("skipped", words::line(why)),
        Some(DeliveryOutcome::Ignored(why)) => ("ignored", words::line(why)),
        Some(DeliveryOutcome::Error(why)) => ("error", words::line(why)),
        None => ("waiting", waiting(row)),
    };
    Line {
        id: row.id.0,
        received: Time::of(row.new.received),
        event: words::line(&row.new.event),
        guid: words::line(&row.new.guid),
        came: match row.new.came() {
            Came::Webhook => "",
            Came::Found => ", found by asking",
            Came::Approval => ", by an approval",
        },
        slug,
        became,
        why,
        build,
    }
}

/// Why it still waits, as far as that is known.
fn waiting(row: &Delivery) -> String {
    let error = row.last_error.as_deref().map(words::line);
    match (row.tries, error) {
        (0, _) => String::new(),
        (tries, Some(error)) => format!("tried {tries} times in vain; the last time: {error}"),
        (tries, None) => format!("tried {tries} times in vain"),
    }
}
