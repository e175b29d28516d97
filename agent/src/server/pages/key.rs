//! A repository's public key, as `agent encrypt` fetches it (security D2).

use crate::secrets::Keyring;
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::visible;
use axum::extract::{Path, State};
use std::sync::Arc;

/// `GET /repos/{owner}/{name}/key.pub`: one line, as in `.ci.pub`.
pub(in crate::server) async fn show(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(slug): Path<visible::Slug>,
) -> Result<String, Error> {
    let repository = visible::repository(&app, viewer, &slug).await?;
    let find = move || {
        let keyring = Keyring::open(&app.keys)?;
        let entry = keyring.active(&app.host, repository.id.0);
        Ok(entry.map(|entry| format!("{}\n", entry.public)))
    };
    let found: Result<_, crate::secrets::KeyringError> = tokio::task::spawn_blocking(find).await?;
    let line = found.map_err(|error| Error::Broken(error.to_string()))?;
    line.ok_or(Error::NotFound)
}
