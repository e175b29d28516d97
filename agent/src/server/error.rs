//! Answers that are not what was asked for.

use super::access;
use super::actions::ActionError;
use super::limits;
use super::pages::Page;
use super::pages::unreadable::UnreadablePage;
use crate::log::LogError;
use crate::store::StoreError;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a request is not answered with what it asks for.
#[derive(Debug)]
pub(super) enum Error {
    /// There is no such thing, or the asker must not know that there is.
    NotFound,
    /// The operator alone may do or see that.
    OperatorOnly,
    /// The request came from another site's page.
    Foreign,
    /// It makes no sense now; why.
    Refused(String),
    /// A build of which something does not read as this version writes it.
    Unreadable(Box<UnreadablePage>),
    /// Too much at once.
    Busy,
    /// A mistake of ours; the text goes to the agent's log only.
    Broken(String),
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Page,
    what: &'a str,
    why: &'a str,
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_temporary() {
            Self::Busy
        } else {
            Self::Broken(error.to_string())
        }
    }
}

impl From<LogError> for Error {
    fn from(error: LogError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<ActionError> for Error {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(why) => Self::Refused(why),
            ActionError::Busy(_) => Self::Busy,
            ActionError::Broken(why) => Self::Broken(why),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, what, why) = match &self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Not found",
                "There is no such page, or you may not see it. The operator of this agent can \
                 sign in to see private repositories.",
            ),
            Self::OperatorOnly => (
                StatusCode::FORBIDDEN,
                "For the operator only",
                "Sign in with the operator's token first.",
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "Refused",
                "This form was not sent by a page of this agent. Open the page here and try again.",
            ),
            Self::Refused(why) => (
                StatusCode::CONFLICT,
                "That cannot be done now",
                why.as_str(),
            ),
            Self::Unreadable(page) => return rendered(StatusCode::INTERNAL_SERVER_ERROR, &**page),
            Self::Busy => return limits::busy(),
            Self::Broken(why) => return access::broken("a request failed", why),
        };
        let page = ErrorPage {
            page: Page::plain(what),
            what,
            why,
        };
        rendered(status, &page)
    }
}

fn rendered(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, axum::response::Html(html)).into_response(),
        Err(error) => access::broken("a page does not render", &error.to_string()),
    }
}

/// Any path that no route has.
pub(super) async fn fallback() -> Error {
    Error::NotFound
}
