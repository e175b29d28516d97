//! `before_install:` to `after_script:`

use crate::matrix::Job;
use crate::plan::{Command, Phase, Phases};
use crate::yaml::Node;

impl Phases {
    /// The phases of a job in normal form.
    #[must_use]
    pub fn from_job(job: &Job<'_>) -> Self {
        let phase = |key| job.get(key).map(from_node).unwrap_or_default();
        Self {
            before_install: phase("before_install"),
            install: phase("install"),
            before_script: phase("before_script"),
            script: phase("script"),
            before_cache: phase("before_cache"),
            after_success: phase("after_success"),
            after_failure: phase("after_failure"),
            before_deploy: phase("before_deploy"),
            after_deploy: phase("after_deploy"),
            after_script: phase("after_script"),
        }
    }
}

/// One phase: `skip` counts only when it is the whole value.
#[must_use]
pub fn from_node(node: &Node) -> Phase {
    let commands = commands(node);
    match commands.as_slice() {
        [only] if matches!(only.text.as_str(), "skip" | "ignore") => Phase::Skip,
        _ => Phase::Commands(commands),
    }
}

/// Commands in order.
#[must_use]
pub fn commands(node: &Node) -> Vec<Command> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    let command = |item: &Node| {
        let text = item.as_text()?.to_owned();
        Some(Command {
            text,
            span: item.span,
        })
    };
    items.iter().filter_map(command).collect()
}
