//! Notifications whose condition does not hold.

use crate::yaml::{Entry, Map, Node, Value};

use super::conditions::{self, Conditions, LeftOut, Overlay, SkipKind};

/// The notifications that may be sent; what may not is noted.
pub(super) fn filter(
    root: &Map,
    conditions: Option<&dyn Conditions>,
    left_out: &mut LeftOut,
) -> Option<Map> {
    let mut sections = root.get("notifications")?.as_map()?.clone();
    for Entry { key, value } in &mut sections.entries {
        let mut number = 0;
        let mut holds = |item: &Node| {
            number += 1;
            let kind = || SkipKind::Notification(key.text.clone());
            item.as_map().is_none_or(|map| {
                let overlay = Overlay::Config(root);
                conditions::accepts(conditions, map, overlay, (kind, number), left_out)
            })
        };
        match &mut value.value {
            Value::Seq(items) => items.retain(holds),
            // It stays; what does not hold is noted.
            _ => drop(holds(value)),
        }
    }
    Some(sections)
}
