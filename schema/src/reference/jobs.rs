//! `jobs:` (once `matrix:`): jobs written out, and rules about jobs.

use std::sync::Arc;

use super::job::{Extras, job};
use super::types::{Type, any_of, flag, key, list, many, map, text};

const BY_IF: &str = "use conditional allow_failures using :if";

/// `jobs:`
pub(super) fn jobs(extras: Extras) -> Type {
    let include = map(job(
        extras,
        vec![
            key(
                "allow_failure",
                flag(),
                "Whether the job's failure does not count.",
            ),
            key(
                "vault",
                super::vault::vault(),
                "A HashiCorp Vault to read secrets from.",
            ),
        ],
    ));
    let include = Arc::new(include.normal());
    let includes = Arc::new(any_of(vec![Arc::new(list(include.clone())), include]));
    let exclude = map(job(extras, vec![])).normal();
    let branch = key("branch", text(), "A branch.").deprecated(BY_IF);
    let allow_failure = map(job(extras, vec![branch])).normal();
    let section = map(vec![
        key("include", includes.clone(), "Jobs written out.").alias(&["jobs"]),
        key("exclude", many(exclude), "Jobs of the matrix to leave out."),
        key(
            "allow_failures",
            many(allow_failure),
            "Jobs whose failure does not count.",
        )
        .alias(&["allowed_failures"]),
        key(
            "fast_finish",
            flag(),
            "Whether the result is known before optional jobs end.",
        )
        .alias(&["fast_failure"]),
    ])
    .prefix("include")
    .normal();
    any_of(vec![Arc::new(section), includes]).normal()
}
