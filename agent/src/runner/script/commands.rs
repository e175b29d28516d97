//! From a command's number back to its text, for tables and messages.

use crate::protocol::{CommandId, Phase};
use schema::plan::{self, DeployValue, Job};

/// The text of one of a job's commands, as written; the phase's name where it has none.
#[must_use]
pub fn command_text(job: &Job, command: CommandId) -> String {
    let phases = super::defaults::filled(job);
    let phase = match command.phase {
        Phase::BeforeInstall => &phases.before_install,
        Phase::Install => &phases.install,
        Phase::BeforeScript => &phases.before_script,
        Phase::Script => &phases.script,
        Phase::BeforeCache => &phases.before_cache,
        Phase::AfterSuccess => &phases.after_success,
        Phase::AfterFailure => &phases.after_failure,
        Phase::BeforeDeploy => &phases.before_deploy,
        Phase::AfterDeploy => &phases.after_deploy,
        Phase::AfterScript => &phases.after_script,
        Phase::Deploy => return deploy_text(job, command),
        Phase::Setup => return command.phase.name().to_owned(),
    };
    let text = match phase {
        plan::Phase::Commands(commands) => at(command.number)
            .and_then(|index| commands.get(index))
            .map(|command| command.text.clone()),
        plan::Phase::Absent | plan::Phase::Skip => None,
    };
    text.unwrap_or_else(|| command.phase.name().to_owned())
}

/// A provider's own command comes first, those of `run:` follow.
fn deploy_text(job: &Job, command: CommandId) -> String {
    let entry = command
        .entry
        .and_then(|entry| job.deploy.get(entry as usize));
    let text = entry.and_then(|entry| match at(command.number)? {
        0 => match entry.options.iter().find(|(name, _)| name == "script") {
            Some((_, DeployValue::Text(text))) => Some(text.clone()),
            _ => Some(format!("deploy with {}", entry.provider)),
        },
        index => entry.run.get(index - 1).map(|command| command.text.clone()),
    });
    text.unwrap_or_else(|| command.phase.name().to_owned())
}

fn at(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}
