//! `POST /webhook`: a delivery is on the disk before GitHub hears that we have it.

use crate::clock::Clock;
use crate::github::webhook::{Alarm, Refused, Sender, Verified, WebhookGate};
use crate::metrics::Metrics;
use crate::store::{NewDelivery, Store, StoreError, Stored};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::sync::Arc;
use tokio::sync::Notify;

/// What the endpoint needs.
#[derive(Clone)]
pub(super) struct Door {
    /// Lets verified deliveries in.
    pub(super) gate: WebhookGate,
    /// Takes them.
    pub(super) store: Store,
    /// Rung for each that is new.
    pub(super) came: Arc<Notify>,
    /// Counts the answers.
    pub(super) metrics: Arc<Metrics>,
    /// Tells when each came.
    pub(super) clock: Clock,
    /// Tells the operator of those that nobody signed.
    pub(super) alarm: Arc<Alarm>,
}

impl FromRef<Door> for WebhookGate {
    fn from_ref(door: &Door) -> Self {
        door.gate.clone()
    }
}

/// The route.
pub(super) fn routes(door: Door) -> Router {
    Router::new()
        .route("/webhook", post(receive))
        .with_state(door)
}

async fn receive(
    State(door): State<Door>,
    sender: Sender,
    delivery: Result<Verified, Refused>,
) -> Response {
    if let Err(Refused::Signature) = delivery {
        door.alarm.wrong_signature(&sender);
    }
    let response = match delivery {
        Ok(delivery) => door.take(delivery).await,
        Err(refused) => refused.into_response(),
    };
    door.metrics.webhook_answered(response.status().as_u16());
    response
}

impl Door {
    /// Stores a delivery, and answers with its number: `202` for a new one, `200` for one that was
    /// there, `503` where it may be delivered again later.
    async fn take(&self, mut delivery: Verified) -> Response {
        let new = NewDelivery {
            guid: std::mem::take(&mut delivery.guid),
            event: std::mem::take(&mut delivery.event),
            repository: delivery.repository,
            // Not copied: the delivery holds room for one.
            body: std::mem::take(&mut delivery.body).into(),
            polled: false,
            received: self.clock.now(),
        };
        match self.store.put_delivery(new).await {
            Ok(Stored::New(id)) => {
                self.came.notify_one();
                (StatusCode::ACCEPTED, format!("{id}\n")).into_response()
            }
            Ok(Stored::Known(id)) => (StatusCode::OK, format!("{id}\n")).into_response(),
            Err(error) => refusal(&error),
        }
    }
}

/// GitHub does not deliver again by itself, but shows what happened; the poller asks for what was
/// lost so.
fn refusal(error: &StoreError) -> Response {
    tracing::error!(%error, "a delivery could not be stored");
    if error.is_temporary() {
        let text = "The delivery could not be stored; deliver it again in a moment.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], text).into_response();
    }
    let text = "The delivery could not be stored. The agent's log says more.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_that_may_pass_is_told_from_trouble_that_stays() {
        let busy = StoreError::Busy("locked".to_owned());
        let status = |error| refusal(&error).status().as_u16();
        assert_eq!([status(busy), status(StoreError::DiskFull)], [503, 503]);
        assert_eq!(status(StoreError::Refused("no table".to_owned())), 500);
    }
}
