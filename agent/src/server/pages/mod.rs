//! Pages: rows of the store to views by pure functions, views to HTML by templates.

pub(super) mod actions;
pub(super) mod build;
pub(super) mod builds;
pub(super) mod deliveries;
pub(super) mod job;
pub(super) mod key;
pub(super) mod login;
mod messages;
pub(super) mod unreadable;
mod words;

use super::app::App;
use super::auth::Viewer;

/// What every page has: its title, and who looks at it.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) operator: bool,
    pub(super) can_sign_in: bool,
    /// Whether no job begins because too little of a disk is free.
    pub(super) too_full: bool,
}

impl Page {
    /// A page that is the same for everybody.
    pub(super) fn plain(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            operator: false,
            can_sign_in: true,
            too_full: false,
        }
    }

    fn new(app: &App, viewer: Viewer, title: String) -> Self {
        Self {
            title,
            operator: viewer.operator,
            can_sign_in: app.operator.can_sign_in(),
            too_full: !app.readiness.room(),
        }
    }
}
