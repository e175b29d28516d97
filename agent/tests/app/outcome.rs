//! How deliveries ended, in words.

use agent::store::{Delivery, DeliveryOutcome};

/// `build`, or the word and the reason.
pub(crate) fn of(delivery: &Delivery) -> String {
    match delivery.outcome.as_ref() {
        None => "waits".to_owned(),
        Some(DeliveryOutcome::Build(_)) => "build".to_owned(),
        Some(DeliveryOutcome::Skipped(text)) => format!("skipped: {text}"),
        Some(DeliveryOutcome::Ignored(text)) => format!("ignored: {text}"),
        Some(DeliveryOutcome::Error(text)) => format!("error: {text}"),
    }
}

/// The same of many, with their events.
pub(crate) fn all(deliveries: &[Delivery]) -> Vec<String> {
    let lines = deliveries.iter();
    lines
        .map(|delivery| format!("{} {}", delivery.new.event, of(delivery)))
        .collect()
}
