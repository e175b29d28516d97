//! A job as `agent run --from` repeats it, for whoever may see its page.

use super::app::App;
use super::auth::Viewer;
use super::error::Error;
use super::visible;
use crate::repeat::{Repeat, VERSION, blank, request};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET /{owner}/{name}/jobs/{number}/repeat.json`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((owner, name, number)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let slug = (owner, name);
    let (repository, build, job) = visible::job(&app, viewer, &slug, &number).await?;
    let page = |rest: String| {
        let address = app.public_url.as_str().trim_end_matches('/');
        format!("{address}/{}/{rest}", repository.slug)
    };
    let attempt = &job.attempt;
    let compat = build.sources.first().map(|(name, _)| name.as_str()) == Some(".travis.yml");
    let repeat = Repeat {
        version: VERSION,
        slug: repository.slug.clone(),
        build_id: build.id.0.to_string(),
        build: build.number,
        build_url: page(format!("builds/{}", build.number)),
        job_id: job.id.0.to_string(),
        job_url: page(format!("jobs/{}.{}", build.number, job.plan.number)),
        restarted: (attempt.number > 1).then(|| attempt.asked_by.clone().unwrap_or_default()),
        travis: repository.settings.travis(compat),
        image: attempt.summary.image.clone(),
        request: request(&build.request),
        sources: build
            .sources
            .iter()
            .map(|(name, text)| (name.clone(), blank(text)))
            .collect(),
        job: job.plan,
    };
    let text = serde_json::to_string(&repeat).map_err(|error| Error::Broken(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}
