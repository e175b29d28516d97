//! The options of `agent run`.

use crate::cli::event::EventArgs;
use crate::error::{Exit, UserError};
use crate::policy::DockerPolicy;
use crate::secrets::Plaintext;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

/// Run the build of this checkout on this machine
///
/// Runs the work tree as it lies: tracked files, and untracked ones that git does not ignore; with
/// --head the commit. Each job runs in a container of its own. Nothing is deployed and no secret is
/// opened unless you ask for it.
///
/// Exits with 0 when the build passed, 1 when it failed, errored or was canceled, 3 when the config
/// has a fatal mistake, 4 when Docker is not available, 130 after Ctrl-C.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  agent run                                     the whole build, as for a push to this branch
  agent run --stage tests --jobs 1              one stage, one job at a time
  agent run --job 2 -e DEBUG=1                  the second job with one more variable
  agent run --event pull_request --fork         as a stranger's pull request: no secret, no Docker
  agent run --deploy --secrets --branch main   the real thing: opens secrets and pushes")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) event: EventArgs,
    /// Only this stage
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub(super) stage: Vec<String>,
    /// Only this job, by number or name
    #[arg(long, value_name = "JOB", help_heading = "Selection")]
    pub(super) job: Vec<String>,
    /// Run the commit, not the work tree as it lies
    #[arg(long, help_heading = "Selection")]
    pub(super) head: bool,
    /// Jobs that run at once [default: the setting jobs.parallel]
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Run deploy entries whose conditions hold; they are only listed otherwise
    #[arg(long)]
    pub(super) deploy: bool,
    /// Open secrets with the keys of this machine
    #[arg(long)]
    pub(super) secrets: bool,
    /// Set a variable in every job; without a value it is taken from this environment and masked
    #[arg(long = "env", short = 'e', value_name = "NAME[=VALUE]")]
    pub(super) env: Vec<String>,
    /// Set variables from a file of NAME=VALUE lines, and mask their values
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<PathBuf>,
    /// The Docker engine for jobs that ask for one
    #[arg(long, value_enum, default_value = "own", value_name = "ENGINE")]
    pub(super) docker: DockerArg,
    /// Keep the containers of jobs that did not pass
    #[arg(long)]
    pub(super) keep: bool,
    /// The settings [default: agent.yml in the config folder]
    #[arg(
        long,
        env = "AGENT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(super) config: Option<PathBuf>,
}

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DockerArg {
    /// A daemon of the job's own
    Own,
    /// Your engine: jobs can do with it whatever you can
    Host,
}

impl From<DockerArg> for DockerPolicy {
    fn from(arg: DockerArg) -> Self {
        match arg {
            DockerArg::Own => Self::Own,
            DockerArg::Host => Self::Host,
        }
    }
}

/// One variable of the command line.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Plaintext,
    /// Whether logs must not show it: it came from this environment or from a file.
    pub(super) hidden: bool,
}

impl Args {
    /// The variables of `--env-file` and `-e`; the latter come last and win.
    pub(super) fn variables(&self) -> Result<Vec<Variable>, UserError> {
        let mut variables = Vec::new();
        for path in &self.env_file {
            let text = std::fs::read_to_string(path).map_err(|error| {
                UserError::new(
                    Exit::Usage,
                    format!("cannot read {}: {error}", path.display()),
                )
            })?;
            for (number, line) in text.lines().enumerate() {
                let line = line.trim_start();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let place = format!("{}:{}", path.display(), number + 1);
                let (name, value) = variable(line, &place)?;
                variables.push(Variable::new(name, value, true));
            }
        }
        for text in &self.env {
            let (name, value) = variable(text, "-e")?;
            variables.push(Variable::new(name, value, !text.contains('=')));
        }
        Ok(variables)
    }
}

impl Variable {
    fn new(name: String, value: String, hidden: bool) -> Self {
        Self {
            name,
            value: Plaintext::new(value.into_bytes()),
            hidden,
        }
    }
}

/// `NAME=VALUE`, or `NAME` alone for the value of this process's environment. An error never
/// shows a value.
fn variable(text: &str, place: &str) -> Result<(String, String), UserError> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    let mut chars = name.chars();
    let good = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !good {
        let error = format!("{place}: {name:?} is not the name of a variable");
        return Err(UserError::new(Exit::Usage, error).hint("write NAME=VALUE"));
    }
    let value = match value {
        Some(value) => value,
        None => std::env::var(name).map_err(|_| {
            UserError::new(
                Exit::Usage,
                format!("{place}: {name} is not set in this environment"),
            )
            .hint(format!("write {name}=VALUE, or export it first"))
        })?,
    };
    if value.contains('\0') {
        let error = format!("{place}: the value of {name} has a NUL byte");
        return Err(UserError::new(Exit::Usage, error));
    }
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_name_and_a_literal_value() {
        let read = variable("A=b c=d", "-e").ok();
        assert_eq!(read, Some(("A".to_owned(), "b c=d".to_owned())));
    }

    #[test]
    fn bad_names_and_missing_values_name_the_place_and_no_value() {
        let text = |text| {
            variable(text, "vars:3")
                .err()
                .map(|error| error.to_string())
        };
        assert!(
            text("1A=hunter2").is_some_and(|error| {
                error.starts_with("vars:3:") && !error.contains("hunter2")
            })
        );
        assert!(text("SURELY_NOT_SET_ANYWHERE").is_some_and(|error| error.contains("export")));
    }
}
