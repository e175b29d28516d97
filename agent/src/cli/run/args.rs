//! The options of `agent run`.

use crate::cli::event::EventArgs;
use crate::error::{Exit, UserError};
use crate::policy::DockerPolicy;
use crate::runner::script::Given;
use crate::secrets::{Plaintext, valid_name};
use crate::text_file;
use clap::{Args as ClapArgs, ValueEnum};
use std::env::VarError;
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
  agent run --job 2 --shell-on-failure          a shell in the job's container where it fails
  agent run --job 12.3 --from https://ci.example.com/octo/hello/builds/12
                                                a job of the daemon once more, here
  agent run --event pull_request --fork         as a stranger's pull request: no secret, no Docker
  agent run --deploy --secrets                  the real thing: opens secrets and pushes")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) event: EventArgs,
    /// Only this stage
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub(super) stage: Vec<String>,
    /// Only this job, by number or name
    #[arg(long, value_name = "JOB", help_heading = "Selection")]
    pub(super) job: Vec<String>,
    /// Repeat --job of this build of a daemon: its page, or its number where the settings name the
    /// daemon
    #[arg(
        long,
        value_name = "BUILD",
        help_heading = "Selection",
        requires = "job",
        conflicts_with_all = ["event", "branch", "tag", "fork", "stage", "head"]
    )]
    pub(super) from: Option<String>,
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
    /// Set a variable in every job; without a value it is taken from this environment and hidden in
    /// logs
    #[arg(long = "env", short = 'e', value_name = "NAME[=VALUE]")]
    pub(super) env: Vec<String>,
    /// Set variables from a file of NAME=VALUE lines, and hide their values in logs
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<PathBuf>,
    /// The Docker engine for jobs that ask for one
    #[arg(long, value_enum, default_value = "own", value_name = "ENGINE")]
    pub(super) docker: DockerArg,
    /// Give jobs a Docker daemon without layers of earlier runs, and keep none
    #[arg(long)]
    pub(super) no_docker_cache: bool,
    /// Keep the stopped containers of jobs that did not pass until the next run
    #[arg(long)]
    pub(super) keep: bool,
    /// Open a shell where a job failed, in its container, before it goes on to its end
    #[arg(long)]
    pub(super) shell_on_failure: bool,
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

impl Args {
    /// The variables of `--env-file` and `-e`; the latter come last and win.
    pub(super) fn variables(&self) -> Result<Vec<Given>, UserError> {
        let mut variables = Vec::new();
        for path in &self.env_file {
            let text = text_file::read(path).map_err(|error| {
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
                variables.push(Given {
                    hidden: true,
                    ..variable(line, &place)?
                });
            }
        }
        for text in &self.env {
            variables.push(variable(text, "-e")?);
        }
        Ok(variables)
    }
}

/// `NAME=VALUE`, or `NAME` alone for the value of this process's environment, which is then hidden.
/// An error never shows a value, nor what may be one because it is no name.
fn variable(text: &str, place: &str) -> Result<Given, UserError> {
    let (name, typed) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    if !valid_name(name) {
        let error =
            format!("{place}: a variable's name is letters, digits and `_`, and no digit first");
        return Err(UserError::new(Exit::Usage, error).hint("write NAME=VALUE, in one line"));
    }
    let value = match typed {
        Some(value) => value.to_owned(),
        None => from_environment(name, place)?,
    };
    if value.contains('\0') {
        let error = format!("{place}: the value of {name} has a NUL byte, which no variable can");
        return Err(UserError::new(Exit::Usage, error));
    }
    Ok(Given {
        name: name.to_owned(),
        value: Plaintext::new(value.into_bytes()),
        hidden: typed.is_none(),
    })
}

fn from_environment(name: &str, place: &str) -> Result<String, UserError> {
    std::env::var(name).map_err(|error| match error {
        VarError::NotPresent => {
            let error = format!("{place}: {name} is not set in this environment");
            UserError::new(Exit::Usage, error)
                .hint(format!("write {name}=VALUE, or export it first"))
        }
        VarError::NotUnicode(_) => UserError::new(
            Exit::Usage,
            format!("{place}: the value of {name} is not UTF-8 text"),
        )
        .hint("encode it, e.g. with `base64`, and decode it in the job"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_name_and_a_literal_value() {
        let read = variable("A=b c=d", "-e").unwrap();
        assert_eq!(
            (read.name.as_str(), read.value.expose(), read.hidden),
            ("A", b"b c=d".as_slice(), false)
        );
        assert!(variable("PATH", "-e").unwrap().hidden);
    }

    #[test]
    fn bad_names_and_missing_values_name_the_place_and_no_value() {
        let text = |text| variable(text, "vars:3").unwrap_err().to_string();
        for line in ["1A=hunter2", "hunter2!", "c2VjcmV0+hunter2==", "=hunter2"] {
            let error = text(line);
            assert!(error.starts_with("vars:3:"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(text("SURELY_NOT_SET_ANYWHERE").contains("export"));
    }
}
