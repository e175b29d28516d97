//! From a command's number back to its text, for tables and messages.

use super::addons;
use super::checkout;
use super::defaults::{self, Filled};
use super::deploy;
use crate::protocol::{CommandId, Phase};
use schema::plan::{self, Job};

/// The texts of a job's commands.
pub struct CommandTexts<'a> {
    job: &'a Job,
    filled: Filled,
}

impl<'a> CommandTexts<'a> {
    /// Those of a job, with the commands that its language adds.
    #[must_use]
    pub fn of(job: &'a Job) -> Self {
        Self {
            job,
            filled: defaults::filled(job),
        }
    }

    /// The text of a command, as written; the phase's name where it has none.
    #[must_use]
    pub fn text(&self, command: CommandId) -> String {
        self.find(command)
            .unwrap_or_else(|| command.phase.name().to_owned())
    }

    fn find(&self, command: CommandId) -> Option<String> {
        if self.filled.chooses(command.phase) {
            return None;
        }
        let phases = &self.filled.phases;
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
            Phase::Deploy => {
                let entry = self.job.deploy.get(command.entry? as usize)?;
                return deploy::texts(entry).into_iter().nth(index(command)?);
            }
            Phase::Checkout => return checkout::text(self.job, command.number),
            Phase::Addons => return addons::text(self.job, command.number),
            Phase::Setup => return None,
        };
        match phase {
            plan::Phase::Commands(commands) => Some(commands.get(index(command)?)?.text.clone()),
            plan::Phase::Absent | plan::Phase::Skip => None,
        }
    }
}

fn index(command: CommandId) -> Option<usize> {
    usize::try_from(command.number).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::plan::{Command, Deploy, DeployOn, DeployValue};
    use schema::source::Span;

    fn text(job: &Job, phase: Phase, entry: Option<u32>, number: u32) -> String {
        CommandTexts::of(job).text(CommandId {
            phase,
            entry,
            number,
        })
    }

    #[test]
    fn commands_of_the_language_have_their_texts_too() {
        let job = Job {
            language: "rust".to_owned(),
            ..Job::default()
        };
        assert_eq!(text(&job, Phase::Script, None, 2), "cargo test --verbose");
        for number in [0, 3] {
            assert_eq!(text(&job, Phase::Script, None, number), "script");
        }
        assert_eq!(text(&job, Phase::Setup, None, 1), "env");
    }

    #[test]
    fn a_default_that_chooses_is_called_by_its_phase() {
        let job = Job {
            language: "node_js".to_owned(),
            ..Job::default()
        };
        assert_eq!(text(&job, Phase::Install, None, 1), "install");
        assert_eq!(text(&job, Phase::Script, None, 1), "script");
    }

    #[test]
    fn a_deployment_has_its_own_commands_and_then_those_of_run() {
        let scripts = DeployValue::List(vec!["one".to_owned(), "two".to_owned()]);
        let run = Command {
            text: "three".to_owned(),
            span: Span::default(),
        };
        let entry = |provider: &str, options| Deploy {
            provider: provider.to_owned(),
            options,
            run: vec![run.clone()],
            on: DeployOn::default(),
            allow_failure: false,
            span: Span::default(),
        };
        let job = Job {
            deploy: vec![
                entry("script", vec![("script".to_owned(), scripts)]),
                entry("npm", Vec::new()),
            ],
            ..Job::default()
        };
        let texts = |entry| [1, 2, 3].map(|number| text(&job, Phase::Deploy, Some(entry), number));
        assert_eq!(texts(0), ["one", "two", "three"]);
        assert_eq!(texts(1), ["deploy with npm", "three", "deploy"]);
        assert_eq!(text(&job, Phase::Deploy, None, 1), "deploy");
    }
}
