//! A planned job as the script that its supervisor runs. Pure: no clock, no files, no shell.
//!
//! The only maker of shell text, and all of it is under snapshot tests. Data never becomes shell
//! source here: it goes through variables or `quote`.

mod addons;
mod builder;
mod checkout;
mod commands;
mod defaults;
mod deploy;
mod intro;
mod language;
mod on;
mod pattern;
mod phases;
mod quote;
mod secrets;
mod services;
mod style;
mod tools;
mod variables;

pub use checkout::{Checkout, Submodules};
pub use commands::CommandTexts;
pub use deploy::unavailable;
pub use intro::{Note, add_note};
pub use on::{OnExplained, explain as explain_on, skip_reasons};
pub use secrets::{Opened, Secrets, Withheld};
pub use style::lines;
pub use style::{fold_end, fold_start};

use super::env;
use super::facts::Facts;
use crate::helpers;
use crate::protocol::{Limits, Script};
use crate::secrets::Plaintext;
use builder::Builder;
use schema::plan::{EnvVar, Job};

/// What the runner decides beside the plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the log begins with.
    pub intro: Vec<Note>,
    /// What is known of the work tree.
    pub checkout: Checkout,
    /// Variables of the repository's settings; they come before those of the config.
    pub settings: FromSettings,
    /// Variables given by the command line; they come last.
    pub given: Vec<Given>,
    /// What happens to deploy entries.
    pub deploys: Deploys,
    /// Limits; the job's own `timeout` and `silence_timeout` can only lower them (decision 23).
    pub limits: Limits,
}

/// A variable from outside of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its value, taken literally.
    pub value: Plaintext,
    /// Whether logs must not show the value. One that was typed is shown; one that came from an
    /// environment or a file may be secret (decision 34).
    pub hidden: bool,
}

/// What a job gets of the variables of its repository's settings (run-time reference §4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FromSettings {
    /// In the order in which they are set; secret ones are hidden.
    pub given: Vec<Given>,
    /// How many secret ones it does not get, and why.
    pub kept: Option<(Withheld, usize)>,
}

impl FromSettings {
    /// The values that logs must not show.
    pub fn hidden(&self) -> impl Iterator<Item = &Plaintext> {
        let hidden = self.given.iter().filter(|given| given.hidden);
        hidden.map(|given| &given.value)
    }
}

/// What happens to deploy entries whose conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Deploys {
    /// They run.
    #[default]
    Run,
    /// They are listed, with this reason: `run with --deploy to do it`.
    Listed(String),
}

/// The script of a job.
#[must_use]
pub fn build(job: &Job, facts: &Facts<'_>, secrets: &Secrets, options: &Options) -> Script {
    let of_config = job.env.iter().any(|var| match var {
        EnvVar::Plain { .. } => false,
        EnvVar::Secure { path, .. } => secrets.get(path).is_some(),
    });
    let secure = of_config || options.settings.hidden().next().is_some();
    let mut builder = Builder::new(facts);
    for (name, value) in env::builtin(job, facts, secure) {
        builder.variable(&name, value.as_bytes());
    }
    for note in &options.intro {
        builder.step(note.step());
    }
    services::set_up(&mut builder, job);
    addons::run(&mut builder, job);
    checkout::run(&mut builder, job, &options.checkout);
    variables::set(&mut builder, job, secrets, options);
    language::set_up(&mut builder, job);
    services::screen(&mut builder, job);
    let filled = defaults::filled(job);
    phases::until_after_failure(&mut builder, &filled);
    deploy::run(&mut builder, job, secrets, &options.deploys);
    phases::after_script(&mut builder, &filled.phases);
    let mut preamble = helpers::FUNCTIONS.to_owned();
    if addons::are_wanted(job) {
        preamble.push_str(helpers::ADDONS);
    }
    builder.script(preamble, limits(job, options.limits))
}

fn limits(job: &Job, limits: Limits) -> Limits {
    let lower = |limit: std::time::Duration, own: Option<u64>| {
        own.map_or(limit, |own| limit.min(std::time::Duration::from_secs(own)))
    };
    Limits {
        silence: lower(limits.silence, job.silence_timeout),
        hard: lower(limits.hard, job.timeout),
        grace: limits.grace,
    }
}
