//! `status:`: what commits are told.

use super::places::Checks;
use crate::policy::nothing_ran::OnPush;
use crate::report::status::DEFAULT_PREFIX;
use serde::{Deserialize, Serialize};

/// What commits are told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct StatusSettings {
    /// What contexts begin with; `/push` or `/pr` follows (decision 30).
    pub prefix: String,
    /// What a push of which nothing ran is told: `success`, `pending` or `none` (decision 29).
    pub nothing_ran: OnPush,
}

impl Default for StatusSettings {
    fn default() -> Self {
        Self {
            prefix: DEFAULT_PREFIX.to_owned(),
            nothing_ran: OnPush::default(),
        }
    }
}

/// GitHub takes contexts of 255 characters; `/push` comes on top.
const LONGEST: usize = 250;

impl StatusSettings {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let prefix = &self.prefix;
        let bad = prefix.is_empty()
            || prefix.chars().count() > LONGEST
            || prefix.chars().any(char::is_control)
            || prefix.starts_with('/')
            || prefix.ends_with('/');
        if bad {
            checks
                .refuse("status.prefix", "does not begin a context")
                .hint(format!("write e.g. {DEFAULT_PREFIX}"));
        }
    }
}
