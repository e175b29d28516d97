//! Where the daemon's settings come from, at its start and on SIGHUP.

use super::Args;
use crate::error::UserError;
use crate::settings::{Checks, DaemonSettings, Environment, Finding, Loaded, Override, Severity};
use std::path::PathBuf;

/// Where the settings come from, at the start and later.
#[derive(Clone)]
pub(super) struct Source {
    config: Option<PathBuf>,
    environment: Environment,
    options: Vec<Override>,
}

/// What was read.
pub(super) struct Read {
    pub(super) loaded: Loaded,
    /// None where something is wrong.
    pub(super) settings: Option<DaemonSettings>,
    pub(super) findings: Vec<Finding>,
}

impl Source {
    pub(super) fn new(args: &Args, environment: &Environment) -> Self {
        let options = [
            ("server.listen", "--listen", &args.listen),
            ("data", "--data", &args.data),
        ];
        let given = options.into_iter().filter_map(|(setting, option, value)| {
            Some(Override::option(setting, option, value.clone()?))
        });
        Self {
            config: args.config.clone(),
            environment: environment.clone(),
            options: given.collect(),
        }
    }

    /// The settings, where they can be used, and what is to be said of them.
    pub(super) fn read(&self) -> Result<Read, UserError> {
        let loaded = Loaded::find(self.config.as_deref(), &self.environment, &self.options)?;
        let mut checks = Checks::new(&loaded.places);
        let settings = DaemonSettings::resolve(&loaded, &self.environment, &mut checks);
        let findings = checks.finish();
        Ok(Read {
            loaded,
            settings,
            findings,
        })
    }

    /// The same while the daemon runs.
    pub(super) fn read_again(&self) -> Result<DaemonSettings, Vec<Finding>> {
        match self.read() {
            Ok(Read {
                settings: Some(settings),
                ..
            }) => Ok(settings),
            Ok(Read { findings, .. }) => {
                let errors = findings.into_iter();
                Err(errors
                    .filter(|one| one.severity == Severity::Error)
                    .collect())
            }
            Err(error) => Err(vec![Finding {
                severity: Severity::Error,
                message: error.message,
                hint: error.hint,
            }]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_again_is_taken_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("agent.yml");
        let environment = Environment::of(
            &[
                ("AGENT_GITHUB_TOKEN", "ghp_token"),
                ("AGENT_GITHUB_WEBHOOK_SECRET", "0123456789abcdef"),
            ],
            None,
        );
        let source = Source {
            config: Some(config.clone()),
            environment,
            options: vec![Override::option("data", "--data", "/var/lib/agent")],
        };
        let read = |text: &str| {
            std::fs::write(&config, text).unwrap();
            source.read_again()
        };
        let good = read("jobs: {parallel: 3}\n").unwrap();
        assert_eq!(good.settings.jobs.parallel(), 3);
        assert_eq!(good.data, std::path::Path::new("/var/lib/agent"));
        for (text, mistake) in [
            (
                "jobs:\n  pids: 1\n",
                "agent.yml:2:9: jobs.pids must be at least 16",
            ),
            (
                "jobs:\n  paralel: 1\n",
                "agent.yml:2:3: jobs: unknown field `paralel`",
            ),
        ] {
            let findings = read(text).unwrap_err();
            let said: Vec<&str> = findings.iter().map(|one| one.message.as_str()).collect();
            assert!(said.iter().any(|one| one.contains(mistake)), "{said:?}");
        }
    }
}
