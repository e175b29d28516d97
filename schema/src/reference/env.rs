//! `env:`: variables of all jobs (`global`) and of one job each (`jobs`).

use std::sync::Arc;

use super::types::{
    Custom, Type, any, any_of, env_list, flag, key, map, number, sealed, secret, text,
};

fn variable() -> Type {
    let named = map(vec![]).open_to(
        Custom::Variable,
        any(vec![text(), number(), flag(), secret()]),
    );
    any(vec![named.normal(), sealed().normal(), text()])
}

/// Variables: one set, or a list of sets.
pub(super) fn variables() -> Type {
    let variable = Arc::new(variable());
    any_of(vec![Arc::new(env_list(variable.clone())), variable])
}

/// `env:` of the whole config.
pub(super) fn root_env() -> Type {
    let section = map(vec![
        key("global", variables(), "Variables of every job."),
        key("jobs", variables(), "Variables, one job for each entry.").alias(&["matrix"]),
    ])
    .prefix("jobs")
    .normal();
    any(vec![section, variables()])
}
