//! Adding a secret field to the one deploy entry.

use super::Entry;
use super::env::unit;
use super::lines::Lines;
use super::patch::Patch;
use super::plan::{Plan, Refusal, not_shared, only, put, refuse, root_pairs, set};
use super::tree::{Node, Shape};

pub(super) fn plan(
    lines: &Lines<'_>,
    root: Option<&Node>,
    fields: &[String],
    entry: &Entry<'_>,
) -> Result<Plan, Refusal> {
    let pairs = root_pairs(root)?;
    let Some(pair) = only(pairs, "deploy")? else {
        return Err(Refusal {
            reason: "there is no `deploy` at the top of the file".to_owned(),
            at: None,
        });
    };
    let unit = unit(lines, pairs);
    let deploy = &pair.value;
    not_shared(deploy, "deploy")?;
    let change = |map: &Node| at_path(lines, map, unit, fields, entry.sealed);
    let (patches, value, replaced) = match &deploy.shape {
        Shape::Map { .. } => change(deploy)?,
        Shape::Seq { items, .. } => match items.as_slice() {
            [one] => {
                not_shared(one, "deploy")?;
                let (patches, map, replaced) = change(one)?;
                let mut value = deploy.clone();
                if let Shape::Seq { items, .. } = &mut value.shape {
                    *items = vec![map];
                }
                (patches, value, replaced)
            }
            more => {
                let reason = format!(
                    "`deploy` has {} entries; which one is not clear",
                    more.len()
                );
                return refuse(deploy, reason);
            }
        },
        _ => return refuse(deploy, "`deploy` is not a map"),
    };
    Ok(Plan {
        patches,
        key: "deploy",
        value,
        replaced,
    })
}

fn at_path(
    lines: &Lines<'_>,
    map: &Node,
    unit: usize,
    fields: &[String],
    sealed: &str,
) -> Result<(Vec<Patch>, Node, bool), Refusal> {
    let Some((field, deeper)) = fields.split_first() else {
        return refuse(map, "no field is named");
    };
    if deeper.is_empty() {
        return put(lines, map, unit, field, sealed);
    }
    let Some(pair) = only(map.pairs().unwrap_or_default(), field)? else {
        return refuse(map, format!("there is no `{field}` in it"));
    };
    not_shared(&pair.value, field)?;
    let (patches, child, replaced) = at_path(lines, &pair.value, unit, deeper, sealed)?;
    let mut value = map.clone();
    if let Shape::Map { pairs, .. } = &mut value.shape {
        set(pairs, field, child);
    }
    Ok((patches, value, replaced))
}
