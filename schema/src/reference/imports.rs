//! `import:`: other configs to merge into this one.

use super::types::{Type, any, key, many, map, one_of, text};

const VARS: &[&str] = &["commit_message"];

/// `import:`
pub(super) fn imports() -> Type {
    let modes = one_of(&[
        "merge",
        "deep_merge",
        "deep_merge_append",
        "deep_merge_prepend",
    ]);
    let import = map(vec![
        key(
            "source",
            text().vars(VARS),
            "Path, or `owner/repo:path@ref`.",
        ),
        key("mode", modes, "How it is merged."),
        key("if", text(), "The condition under which it is imported."),
    ])
    .prefix("source")
    .normal();
    many(any(vec![import, text().vars(VARS)]).normal())
}
