//! What the log says of deliveries, in words for the operator.

use super::Ended;
use super::trouble::Next;
use crate::store::{BuildRow, Came, Delivery, DeliveryOutcome};

/// A delivery made a build.
pub(super) fn built(delivery: &Delivery, slug: &str, build: &BuildRow) {
    let request = &build.request;
    let sha: String = request.sha.chars().take(7).collect();
    let of = match (&request.pull_request, &request.tag) {
        (Some(pull), _) => format!("pull request #{}", pull.number),
        (None, Some(tag)) => format!("tag {tag}"),
        (None, None) => format!("branch {}", request.branch),
    };
    let number = build.number;
    let name = name(delivery);
    match &build.refused {
        None => tracing::info!("{slug} build {number} of {of} at {sha}, by {name}"),
        Some(why) => {
            tracing::info!("{slug} build {number} of {of} at {sha}, by {name}, errored: {why}");
        }
    }
}

/// A delivery ended without a build.
pub(super) fn ended(delivery: &Delivery, ended: &Ended) {
    let name = name(delivery);
    let slug = match &ended.repository {
        Some(repository) => format!("{} ", repository.slug),
        None => String::new(),
    };
    match &ended.outcome {
        // The build says it.
        DeliveryOutcome::Build(_) => {}
        DeliveryOutcome::Skipped(why) | DeliveryOutcome::Ignored(why) => {
            tracing::info!("{slug}{name} makes no build: {why}");
        }
        DeliveryOutcome::Error(why) => tracing::warn!("{slug}{name} cannot be built: {why}"),
    }
}

/// A delivery can't be handled now.
pub(super) fn put_off(delivery: &Delivery, why: &str, next: Next) {
    let name = name(delivery);
    match next {
        Next::Again(then) => tracing::warn!("{name} waits until {then:.0}: {why}"),
        Next::GiveUp => tracing::error!("{name} is given up: {why}"),
    }
}

/// What a delivery is called, as on the page of deliveries.
fn name(delivery: &Delivery) -> String {
    let how = match delivery.new.came() {
        Came::Webhook => "",
        Came::Found => ", found by asking",
        Came::Approval => ", by an approval",
    };
    format!("delivery {} ({}{how})", delivery.id, delivery.new.event)
}
