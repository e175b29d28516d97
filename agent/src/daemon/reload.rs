//! SIGHUP: the settings are read again (reliability R50).
//!
//! Settings with a mistake change nothing. Good ones come into force as far as they can while the
//! daemon runs; what needs a start is named.

use super::{Lifecycle, front};
use crate::github::Client;
use crate::github::webhook::WebhookGate;
use crate::server::App;
use crate::settings::{Changes, Current, DaemonSettings, Finding};
use std::sync::Arc;

/// Reads the settings as the start did, or says all that is wrong with them.
pub type Read<'a> = dyn Fn() -> Result<DaemonSettings, Vec<Finding>> + Send + Sync + 'a;

/// What new settings have to reach.
#[derive(Clone)]
pub struct Reload {
    pub(super) current: Current,
    pub(super) client: Arc<Client>,
    pub(super) lifecycle: Lifecycle,
    /// None where there are no webhooks.
    pub(super) gate: Option<WebhookGate>,
    pub(super) app: Arc<App>,
}

impl Reload {
    /// Reads the settings again and takes them over; says in the log what came of it.
    pub fn now(&self, read: &Read<'_>) {
        let new = match read() {
            Ok(new) => new,
            Err(findings) => {
                for finding in &findings {
                    tracing::error!("{}", one_line(finding));
                }
                tracing::error!("the settings cannot be read again: the former ones stay in force");
                return;
            }
        };
        let changes = self.current.replace(new);
        self.hand_out();
        tracing::info!("{}", told(&changes));
    }

    /// Gives what is in force to those who keep a copy.
    fn hand_out(&self) {
        let settings = self.current.get();
        let drain = settings.settings.queue.drain_timeout;
        self.lifecycle.set_drain_timeout(drain);
        if let Err(error) = self.client.renew_token() {
            tracing::error!("the former token for GitHub stays in use: {error}");
        }
        if let (Some(gate), Some(secrets)) = (&self.gate, front::secrets(&settings)) {
            gate.replace(secrets);
        }
        self.app.keep_logs(settings.settings.logs.retention);
        self.app.replace_token(settings.operator_token.clone());
    }
}

fn one_line(finding: &Finding) -> String {
    match &finding.hint {
        Some(hint) => format!("{} (hint: {hint})", finding.message),
        None => finding.message.clone(),
    }
}

fn told(changes: &Changes) -> String {
    let mut told = "settings read again".to_owned();
    if changes.taken.is_empty() && changes.left.is_empty() {
        told.push_str(": nothing has changed");
    }
    if !changes.taken.is_empty() {
        told = format!("{told}; in force now: {}", changes.taken.join(", "));
    }
    if !changes.left.is_empty() {
        told = format!("{told}; needs a restart: {}", changes.left.join(", "));
    }
    told
}
