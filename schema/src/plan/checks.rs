//! What is wrong with a config as a whole, or likely not meant.

use crate::diagnostic::{Arg, Diagnostic, Level};
use crate::languages::has_script;
use crate::matrix::{Failed, TooLarge};
use crate::reference::languages;
use crate::source::Span;
use crate::yaml::Map;

use super::{Deploy, Job, Phase, Plan};

/// Decision 9.
pub(crate) fn too_large(config: &Map, error: TooLarge) -> Diagnostic {
    let place = config
        .get("jobs")
        .or_else(|| config.get("env"))
        .map(|node| node.span);
    let place = place.or_else(|| config.entries.first().map(|entry| entry.key.span));
    let span = place.unwrap_or_default();
    Diagnostic::new(
        Level::Error,
        "matrix_too_large",
        "root",
        sentence(&error.to_string()),
        span,
    )
    .with_help(match error {
        TooLarge::Jobs { .. } => "leave some out with `jobs.exclude`, or shorten an axis",
        TooLarge::Rules { .. } => "use fewer or shorter rules, or shorten an axis",
        TooLarge::Values { .. } | TooLarge::Text { .. } => {
            "move what is long into files of the repository, or make fewer jobs"
        }
    })
    .fatal()
}

/// Decision 5: a condition that has no answer for this event.
pub(crate) fn unanswered(failed: &Failed) -> Diagnostic {
    Diagnostic::new(
        Level::Error,
        "invalid_condition",
        "if",
        sentence(&failed.reason),
        failed.span,
    )
    .with_help("mend the condition: without its answer nobody knows what to run")
    .fatal()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Decision 3: a language nobody knows is fatal. In `.ci.yml` so is one that the reference would
/// have guessed; the guess is the suggestion.
pub(crate) fn unknown_languages(diagnostics: &mut [Diagnostic], compat: bool) {
    for found in diagnostics {
        let of_job = matches!(found.key.as_str(), "language" | "jobs.include.language");
        let guessed = matches!(found.code, "find_value" | "clean_value") && !compat;
        if !of_job || !(guessed || found.code == "unknown_value") {
            continue;
        }
        let written = found
            .args
            .iter()
            .find(|(name, _)| matches!(*name, "original" | "value"));
        let Some((_, Arg::Str(written))) = written else {
            continue;
        };
        found.message = format!("Unknown language `{written}`");
        match &mut found.suggestion {
            Some(suggestion) => suggestion.safe = false,
            None => found.help = Some(other_languages(written)),
        }
        found.level = Level::Error;
        found.code = "unknown_value";
        found.fatal = true;
    }
}

/// The nearest language, when one is near, and the way out.
fn other_languages(written: &str) -> String {
    const NEAR: f64 = 0.8;
    let alike = |word: &str| strsim::jaro_winkler(word, written);
    let nearest = languages()
        .map(|word| (alike(word), word))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let way_out = "`language: generic` runs commands without a language";
    match nearest {
        Some((near, word)) if near > NEAR => format!("did you mean `{word}`? {way_out}"),
        _ => way_out.to_owned(),
    }
}

/// Decision 33: one warning for all values sealed for Travis CI.
pub(crate) fn withheld_secrets(diagnostics: &mut Vec<Diagnostic>) {
    let is_one = |found: &Diagnostic| found.code == "travis_secure" && !found.fatal;
    let count = diagnostics.iter().filter(|found| is_one(found)).count();
    if count < 2 {
        return;
    }
    let mut first = true;
    diagnostics.retain_mut(|found| {
        if !is_one(found) {
            return true;
        }
        if first {
            found.message = format!("{count} secrets not migrated: values sealed for Travis CI cannot be opened here and are withheld");
        }
        std::mem::take(&mut first)
    });
}

/// What is wrong with a plan.
pub(crate) fn plan(plan: &Plan, compat: bool, diagnostics: &mut Vec<Diagnostic>) {
    let jobs: Vec<&Job> = plan.stages.iter().flat_map(|stage| &stage.jobs).collect();
    for job in &jobs {
        if runs_nothing(job) {
            let found = nothing(job, compat);
            if !diagnostics.contains(&found) {
                diagnostics.push(found);
            }
        }
    }
    diagnostics.extend(repeated_deploys(&jobs));
}

/// Whether a job has no script, nor its language one.
fn runs_nothing(job: &Job) -> bool {
    match &job.phases.script {
        Phase::Absent => !has_script(&job.language),
        Phase::Commands(commands) => commands.is_empty(),
        Phase::Skip => false,
    }
}

/// Decision 4.
fn nothing(job: &Job, compat: bool) -> Diagnostic {
    let whose = match &job.name {
        Some(name) => format!("Job {} ({name})", job.number),
        None => format!("Job {}", job.number),
    };
    let message = format!(
        "{whose} has no `script`, and {} has none by default: it would test nothing",
        job.language
    );
    let level = if compat { Level::Warning } else { Level::Error };
    let found = Diagnostic::new(level, "no_script", "script", message, job.span)
        .with_help("add `script:` with commands, or `script: skip` to run none on purpose");
    if compat { found } else { found.fatal() }
}

/// Decision 24: an entry that several jobs would run.
fn repeated_deploys(jobs: &[&Job]) -> Vec<Diagnostic> {
    let mut seen: Vec<(&Deploy, usize)> = Vec::new();
    for deploy in jobs
        .iter()
        .flat_map(|job| &job.deploy)
        .filter(|deploy| deploy.is_unguarded())
    {
        match seen.iter_mut().find(|(known, _)| known.span == deploy.span) {
            Some((_, count)) => *count += 1,
            None => seen.push((deploy, 1)),
        }
    }
    seen.retain(|(_, count)| *count > 1);
    seen.into_iter()
        .map(|(deploy, count)| repeated(&deploy.provider, count, deploy.span))
        .collect()
}

fn repeated(provider: &str, count: usize, span: Span) -> Diagnostic {
    let message =
        format!("This {provider} entry deploys {count} times: each of {count} jobs runs it");
    Diagnostic::new(Level::Warning, "repeated_deploy", "deploy", message, span)
        .with_help("move it to one job, or give `on` a condition that only one job meets")
}
