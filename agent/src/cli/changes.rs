//! The paths that the build of a checkout would have changed, for `paths` and `paths-ignore`.

use super::checkout::Checkout;
use crate::git::{self, Against};
use schema::changes::Changes;
use schema::request::{Event, Request};

/// What a push of the branch, or a pull request, would change; with `lies` what lies in the work tree
/// unsaved counts, too.
pub(super) fn find(checkout: &Checkout, request: &Request, lies: bool) -> Changes {
    let against = match request.event {
        Event::PullRequest => Against::Parted(&request.branch),
        _ => Against::Pushed(&request.branch),
    };
    match git::changes(checkout.top(), against, lies) {
        Ok(Ok(paths)) => Changes::of(paths),
        Ok(Err(reason)) => Changes::Unknown(reason),
        Err(error) => Changes::Unknown(error.to_string()),
    }
}
