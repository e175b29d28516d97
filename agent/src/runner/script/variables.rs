//! The variables of the repository's settings, the config and the command line (run-time reference
//! §4.2–4.5).

use super::builder::Builder;
use super::quote;
use super::secrets::Secrets;
use super::style;
use super::{FromSettings, Given, Options};
use crate::protocol::{Phase, When};
use crate::secrets::Plaintext;
use schema::plan::{EnvValue, EnvVar, Job};

/// Sets them in this order, those of the config as they are written: later ones win, secret or not.
pub(super) fn set(builder: &mut Builder<'_>, job: &Job, secrets: &Secrets, options: &Options) {
    let (settings, given) = (&options.settings, &options.given);
    if job.env.is_empty() && given.is_empty() && *settings == FromSettings::default() {
        return;
    }
    builder.phase(Phase::Setup, None, When::Always);
    notice(builder, job, secrets, settings);
    literals(builder, "repository settings", &settings.given);
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
    literals(builder, "the command line", given);
}

/// Values that are taken as they are.
fn literals(builder: &mut Builder<'_>, from: &str, given: &[Given]) {
    if !given.is_empty() {
        header(builder, from);
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

/// Says once what is missing, of the config and of the settings.
fn notice(builder: &mut Builder<'_>, job: &Job, secrets: &Secrets, settings: &FromSettings) {
    let secure = job.env.iter();
    let secure = secure.filter(|var| matches!(var, EnvVar::Secure { .. }));
    let of_config = match secrets {
        Secrets::Withheld(why) => Some((*why, secure.count())),
        Secrets::Opened(_) => None,
    };
    let kept = of_config.into_iter().chain(settings.kept);
    let mut kept = kept.filter(|(_, count)| *count > 0);
    if let Some((why, first)) = kept.next() {
        let count = first + kept.map(|(_, count)| count).sum::<usize>();
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
