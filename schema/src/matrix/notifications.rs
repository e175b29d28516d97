//! Notifications whose condition does not hold.

use crate::yaml::{Map, Node, Value};

use super::conditions::{self, Conditions, LeftOut, Overlay, SkipKind};
use super::same::items;

/// The notifications that may be sent; what may not is noted.
pub(super) fn filter(
    root: &Map,
    conditions: Option<&dyn Conditions>,
    left_out: &mut LeftOut,
) -> Option<Map> {
    let mut sections = root.get("notifications")?.as_map()?.clone();
    for entry in &mut sections.entries {
        let mut kept = Vec::new();
        for (item, number) in items(&entry.value).iter().zip(1..) {
            let kind = SkipKind::Notification(entry.key.text.clone());
            let holds = item.as_map().is_none_or(|map| {
                let overlay = Overlay::Config(root);
                conditions::accepts(conditions, map, overlay, (kind, number), left_out)
            });
            if holds {
                kept.push(item.clone());
            }
        }
        if entry.value.as_seq().is_some() {
            entry.value = Node {
                value: Value::Seq(kept),
                ..entry.value.clone()
            };
        }
    }
    Some(sections)
}
