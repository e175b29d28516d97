//! Deploy entries: which of them run, and what running them means (run-time reference §9,
//! decision 24).

use super::Deploys;
use super::builder::Builder;
use super::on::skip_reasons;
use super::phases;
use super::secrets::Secrets;
use super::style;
use crate::protocol::{Command, Failure, Phase, Step, When};
use schema::plan::{self, Deploy, DeployValue, Job};

/// All entries in order. They run only while the result is passed; a failed one ends that.
pub(super) fn run(builder: &mut Builder<'_>, job: &Job, secrets: &Secrets, deploys: &Deploys) {
    if job.deploy.is_empty() {
        return;
    }
    // `set -e` is off while deploying.
    builder.phase(Phase::BeforeDeploy, None, When::Passed);
    builder.own(
        "case $- in *e*) ci__errexit=1; set +e ;; esac".to_owned(),
        Vec::new(),
    );
    for (index, entry) in (0..).zip(&job.deploy) {
        add(builder, job, index, entry, secrets, deploys);
    }
    builder.phase(Phase::AfterDeploy, None, When::Passed);
    builder.own(
        "if [ \"${ci__errexit-}\" ]; then unset ci__errexit; set -e; fi".to_owned(),
        Vec::new(),
    );
}

fn add(
    builder: &mut Builder<'_>,
    job: &Job,
    index: u32,
    entry: &Deploy,
    secrets: &Secrets,
    deploys: &Deploys,
) {
    builder.phase(Phase::BeforeDeploy, Some(index), When::Passed);
    let facts = builder.facts;
    let reasons = skip_reasons(&entry.on, job, facts.request, facts.config_name());
    for reason in &reasons {
        let text = skip_line(&entry.provider, reason);
        builder.step(Step::SkipEntry(text));
    }
    if builder.facts.request.pull_request.is_none() {
        for condition in &entry.on.conditions {
            test(builder, entry, condition);
        }
    }
    if !reasons.is_empty() {
        return;
    }
    if let Deploys::Listed(reason) = deploys {
        let text = format!("Not deploying with {}: {reason}.", describe(entry));
        // Only where no condition has spoken against it.
        builder.text(style::yellow(&text));
        builder.step(Step::SkipEntry(Vec::new()));
        return;
    }
    let asserted = Failure::Deploy { tolerated: false };
    let entry_number = Some(index);
    let passed = When::Passed;
    let before = &job.phases.before_deploy;
    let after = &job.phases.after_deploy;
    phases::add(
        builder,
        Phase::BeforeDeploy,
        before,
        entry_number,
        passed,
        &asserted,
    );
    builder.phase(Phase::Deploy, entry_number, passed);
    provide(builder, index, entry, secrets);
    let warn = Failure::Warn;
    phases::add(
        builder,
        Phase::AfterDeploy,
        after,
        entry_number,
        passed,
        &warn,
    );
}

/// `condition:` is tested in the job's shell, each one apart.
fn test(builder: &mut Builder<'_>, entry: &Deploy, condition: &str) {
    if !builder.facts.has_bash {
        let reason =
            format!("its condition needs bash, which this image does not have: {condition}");
        let text = skip_line(&entry.provider, &reason);
        builder.step(Step::SkipEntry(text));
        return;
    }
    let reason = format!("a custom condition was not met: {condition}");
    builder.step(Step::Command(Command {
        text: format!("[[ {condition} ]]"),
        number: 0,
        label: Some(condition.to_owned()),
        place: builder.place(0, entry.span),
        fold: None,
        echo: Vec::new(),
        failure: Failure::SkipEntry(skip_line(&entry.provider, &reason)),
    }));
}

/// The deployment itself, then `run:`.
fn provide(builder: &mut Builder<'_>, index: u32, entry: &Deploy, secrets: &Secrets) {
    let failure = Failure::Deploy {
        tolerated: entry.allow_failure,
    };
    let texts = match entry.provider.as_str() {
        "script" => script_of(builder, entry, secrets),
        provider => Err(format!(
            "The deploy provider {provider} is not available yet. Use the script provider, or a \
             command in after_success, in its place."
        )),
    };
    let texts = match texts {
        Ok(texts) => texts,
        Err(reason) => {
            builder.refusal(&reason, entry.span, failure);
            return;
        }
    };
    let run = entry
        .run
        .iter()
        .map(|command| (command.text.clone(), command.span));
    let all = texts.into_iter().map(|text| (text, entry.span)).chain(run);
    for (number, (text, span)) in (1..).zip(all) {
        let fold = match number {
            1 => format!("dpl_{index}"),
            number => format!("dpl.{number}"),
        };
        builder.command(number, &text, span, Some(fold), failure.clone());
    }
}

/// The option `script` as commands of the job's shell, or why there is none.
fn script_of(
    builder: &mut Builder<'_>,
    entry: &Deploy,
    secrets: &Secrets,
) -> Result<Vec<String>, String> {
    let option = entry.options.iter().find(|(name, _)| name == "script");
    match option.map(|(_, value)| value) {
        Some(DeployValue::Text(text)) => Ok(vec![text.clone()]),
        Some(DeployValue::List(texts)) if !texts.is_empty() => Ok(texts.clone()),
        Some(DeployValue::Secure { path, .. }) => match secrets.get(path) {
            Some(opened) => {
                let name = builder.secret(opened.value.expose());
                Ok(vec![format!("eval \"${name}\"")])
            }
            None => {
                Err("The option script of this deployment is sealed and was not opened.".to_owned())
            }
        },
        _ => Err(
            "This deployment has no command: give the script provider the option script."
                .to_owned(),
        ),
    }
}

/// What messages and tables call the commands of an entry, in the order in which [`provide`] runs
/// them.
pub(super) fn texts(entry: &Deploy) -> Vec<String> {
    let script = entry.options.iter().find(|(name, _)| name == "script");
    let mut texts = match script {
        Some((_, DeployValue::Text(text))) => vec![text.clone()],
        Some((_, DeployValue::List(texts))) => texts.clone(),
        _ => vec![format!("deploy with {}", entry.provider)],
    };
    texts.extend(entry.run.iter().map(|command| command.text.clone()));
    texts
}

fn describe(entry: &Deploy) -> String {
    let script = entry.options.iter().find_map(|(name, value)| match value {
        DeployValue::Text(text) if name == "script" => Some(style::label(text)),
        _ => None,
    });
    match script {
        Some(script) => format!("the {} provider (`{script}`)", entry.provider),
        None => format!("the {} provider", entry.provider),
    }
}

fn skip_line(provider: &str, reason: &str) -> Vec<u8> {
    style::yellow(&format!(
        "Skipping a deployment with the {provider} provider because {reason}"
    ))
}

/// Entries of a plan that can't be deployed yet, so that a build can say so before it starts.
#[must_use]
pub fn unavailable(job: &plan::Job) -> Vec<&Deploy> {
    job.deploy
        .iter()
        .filter(|entry| entry.provider != "script")
        .collect()
}
