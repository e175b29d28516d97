//! The variables of the config and the command line (run-time reference §4.2–4.5).

use super::Given;
use super::builder::Builder;
use super::quote;
use super::secrets::Secrets;
use super::style;
use crate::protocol::{Phase, When};
use crate::secrets::Plaintext;
use schema::plan::{EnvValue, EnvVar, Job};

/// Sets them in textual order: later ones win, secret or not.
pub(super) fn set(builder: &mut Builder<'_>, job: &Job, secrets: &Secrets, given: &[Given]) {
    if job.env.is_empty() && given.is_empty() {
        return;
    }
    builder.phase(Phase::Setup, None, When::Always);
    notice(builder, job, secrets);
    if job.env.iter().any(|var| is_given(var, secrets)) {
        header(builder, builder.facts.config_name());
    }
    for var in &job.env {
        match var {
            EnvVar::Plain { name, value, .. } => plain(builder, name, value),
            EnvVar::Secure { name, path, .. } => {
                if let Some(opened) = secrets.get(path)
                    && let Some(name) = opened.name.as_ref().or(name.as_ref())
                {
                    secret(builder, name, &opened.value);
                }
            }
        }
    }
    if !given.is_empty() {
        header(builder, "the command line");
    }
    for Given {
        name,
        value,
        hidden,
    } in given
    {
        match std::str::from_utf8(value.expose()) {
            Ok(text) if !hidden => literal(builder, name, text),
            _ => secret(builder, name, value),
        }
    }
}

fn is_given(var: &EnvVar, secrets: &Secrets) -> bool {
    match var {
        EnvVar::Plain { .. } => true,
        EnvVar::Secure { path, .. } => secrets.get(path).is_some(),
    }
}

fn notice(builder: &mut Builder<'_>, job: &Job, secrets: &Secrets) {
    let count = job
        .env
        .iter()
        .filter(|var| matches!(var, EnvVar::Secure { .. }))
        .count();
    if let Secrets::Withheld(why) = secrets
        && count > 0
    {
        for line in why.notice(count) {
            builder.text(style::yellow(&line));
        }
    }
}

fn header(builder: &mut Builder<'_>, from: &str) {
    builder.text(style::yellow(&format!(
        "Setting environment variables from {from}"
    )));
}

fn plain(builder: &mut Builder<'_>, name: &str, value: &EnvValue) {
    let word = match value {
        EnvValue::Literal(text) => quote::expanding(text),
        EnvValue::Shell(word) => word.clone(),
    };
    export(builder, name, &word);
}

fn literal(builder: &mut Builder<'_>, name: &str, value: &str) {
    export(builder, name, &quote::literal(value));
}

fn export(builder: &mut Builder<'_>, name: &str, word: &str) {
    if refuse(builder, name) {
        return;
    }
    let text = format!("export {name}={word}");
    let echo = style::echo(&text);
    builder.own(text, echo);
}

fn secret(builder: &mut Builder<'_>, name: &str, value: &Plaintext) {
    if refuse(builder, name) {
        return;
    }
    let private = builder.secret(value.expose());
    builder.own(
        format!("export {name}=\"${private}\"; unset {private}"),
        style::echo(&format!("export {name}=[secure]")),
    );
}

/// Names come from outside and stand in shell text: only a plain name may.
fn refuse(builder: &mut Builder<'_>, name: &str) -> bool {
    if quote::is_name(name) {
        return false;
    }
    builder.text(style::yellow(&format!(
        "The variable {name:?} is not set: this is no name for a variable."
    )));
    true
}
