//! Signing in with the operator's token, and out again.

use super::Page;
use crate::server::app::App;
use crate::server::auth::{Own, Viewer};
use crate::server::error::Error;
use askama::Template;
use axum::extract::{Form, State};
use axum::http::header::{REFERER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long a wrong token is thought about.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    page: Page,
    next: String,
    wrong: bool,
}

/// The sign-in form.
#[derive(Deserialize)]
pub(in crate::server) struct SignIn {
    #[serde(deserialize_with = "secret")]
    token: SecretString,
    #[serde(default)]
    next: String,
}

fn secret<'de, D: Deserializer<'de>>(text: D) -> Result<SecretString, D::Error> {
    String::deserialize(text).map(SecretString::from)
}

/// `GET /login`
pub(in crate::server) async fn form(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    headers: HeaderMap,
) -> Result<Html<String>, Error> {
    let from = headers.get(REFERER).and_then(|from| from.to_str().ok());
    // Of other sites the browser tells nothing, or an address whose path is tried here in vain.
    let from = from.and_then(|from| Url::parse(from).ok());
    let next = from.map_or_else(|| "/".to_owned(), |from| local(from.path()).to_owned());
    page(&app, viewer, next, false)
}

/// `POST /login`
pub(in crate::server) async fn sign_in(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    _own: Own,
    Form(form): Form<SignIn>,
) -> Result<Response, Error> {
    let next = local(&form.next).to_owned();
    if app.operator.is_token(form.token.expose_secret()) {
        let cookie = [(SET_COOKIE, app.operator.sign_in(app.clock.now()))];
        return Ok((cookie, Redirect::to(&next)).into_response());
    }
    tokio::time::sleep(PAUSE).await;
    tracing::warn!("somebody tried to sign in with a wrong token");
    let page = page(&app, viewer, next, true)?;
    Ok((StatusCode::FORBIDDEN, page).into_response())
}

/// `POST /logout`
pub(in crate::server) async fn sign_out(
    State(app): State<Arc<App>>,
    _own: Own,
) -> impl IntoResponse {
    ([(SET_COOKIE, app.operator.sign_out())], Redirect::to("/"))
}

fn page(app: &App, viewer: Viewer, next: String, wrong: bool) -> Result<Html<String>, Error> {
    let page = Page::new(app, viewer, "Sign in".to_owned());
    Ok(Html(LoginPage { page, next, wrong }.render()?))
}

/// A path of this server; whatever else is asked for becomes the first page.
fn local(path: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let ours = path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain);
    if ours && path != "/login" { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_else() {
        assert_eq!(local("/octo/hello/builds/3"), "/octo/hello/builds/3");
        for elsewhere in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/login",
        ] {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
