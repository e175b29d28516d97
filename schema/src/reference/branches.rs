//! `branches:`: which branches are built.

use super::types::{Type, any, key, map, texts};

/// `branches:`
pub(super) fn branches() -> Type {
    let rules = map(vec![
        key("only", texts(), "Branches to build; names or `/patterns/`."),
        key("except", texts(), "Branches not to build.").alias(&["exclude"]),
    ])
    .prefix("only")
    .normal();
    any(vec![rules, texts()]).normal()
}
