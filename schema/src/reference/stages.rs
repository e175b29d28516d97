//! `stages:`: groups of jobs that run one after the other.

use super::types::{Type, any, key, many, map, text};

/// `stages:`
pub(super) fn stages() -> Type {
    let stage = map(vec![
        key("name", text(), "The name, as jobs say it in `stage`."),
        key("if", text(), "The condition under which the stage is run."),
    ])
    .prefix("name")
    .normal();
    many(any(vec![stage, text()]))
}
