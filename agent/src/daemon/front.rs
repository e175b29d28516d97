//! What the agent answers over HTTP: the server's pages, and the door for webhooks.

use super::webhook::{Door, routes};
use super::{Lifecycle, operator, views};
use crate::backend::Backend;
use crate::clock::Clock;
use crate::github::Client;
use crate::github::signature::WebhookSecrets;
use crate::github::webhook::WebhookGate;
use crate::log::Live;
use crate::metrics::Metrics;
use crate::server::{self, App};
use crate::settings::DaemonSettings;
use crate::store::Store;
use crate::work::Handle;
use axum::Router;
use std::sync::Arc;
use tokio::sync::Notify;

/// What answers are made of.
pub(super) struct Parts {
    pub(super) settings: Arc<DaemonSettings>,
    pub(super) store: Store,
    pub(super) client: Arc<Client>,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) work: Handle,
    pub(super) lifecycle: Lifecycle,
    pub(super) live: Live,
    pub(super) metrics: Arc<Metrics>,
    pub(super) came: Arc<Notify>,
    pub(super) clock: Clock,
}

/// Everything that is answered, and what new settings reach of it.
pub(super) struct Front {
    pub(super) router: Router,
    pub(super) app: Arc<App>,
    /// The door for webhooks; none, as if it were not there, where there are no secrets.
    pub(super) gate: Option<WebhookGate>,
}

impl Front {
    pub(super) fn new(parts: Parts) -> Self {
        let settings = &parts.settings;
        let gate = secrets(settings).map(WebhookGate::new);
        let door = gate.clone().map(|gate| Door {
            gate,
            store: parts.store.clone(),
            came: Arc::clone(&parts.came),
            metrics: Arc::clone(&parts.metrics),
            clock: parts.clock.clone(),
            alarm: Arc::default(),
        });
        let desk = operator::Desk {
            store: parts.store.clone(),
            client: Arc::clone(&parts.client),
            prefix: settings.settings.status.prefix.clone(),
            work: parts.work.clone(),
            metrics: Arc::clone(&parts.metrics),
            came: parts.came,
            clock: parts.clock.clone(),
        };
        let stopping = parts.lifecycle.stopping().clone();
        let probes = views::Parts {
            lifecycle: parts.lifecycle,
            store: parts.store.clone(),
            backend: parts.backend,
            work: parts.work,
        };
        let app = App::new(server::Options {
            reader: Arc::new(parts.store),
            actions: Arc::new(desk),
            probes: Arc::new(probes),
            forge: Arc::new(views::Links(parts.client)),
            live: parts.live,
            metrics: parts.metrics,
            data: settings.data.clone(),
            keys: settings.data.join("keys"),
            host: settings.github.host(),
            public_url: settings.public_url.clone(),
            logs_kept: settings.settings.logs.retention,
            token: settings.operator_token.clone(),
            stopping,
            clock: parts.clock,
        });
        let webhook = door.map_or_else(Router::new, routes);
        Self {
            router: server::router(Arc::clone(&app), webhook),
            app,
            gate,
        }
    }
}

/// What deliveries may be signed with.
pub(super) fn secrets(settings: &DaemonSettings) -> Option<WebhookSecrets> {
    let mut secrets = settings.github.webhook_secrets.iter().cloned();
    let current = secrets.next()?;
    // The settings have refused short secrets, so that none is empty.
    WebhookSecrets::new(current, secrets.next()).ok()
}
