//! What a language runs where the config does not say (run-time reference §6).

use super::quote;
use schema::languages::{Default, Language, When, language};
use schema::plan::{Command, Job, Phase, Phases};
use schema::source::Span;

/// What a job runs.
pub(super) struct Filled {
    /// Its phases, with the language's own in place of an absent `install` and `script`.
    pub(super) phases: Phases,
    /// Why there is nothing for `script` to run: the job fails with this line.
    pub(super) no_script: Option<String>,
}

/// Puts a language's own commands where the config has none.
pub(super) fn filled(job: &Job) -> Filled {
    let mut phases = job.phases.clone();
    let mut no_script = None;
    let known = language(&job.language);
    if phases.install == Phase::Absent
        && let Some(known) = known
    {
        phases.install = commands(known.install);
    }
    if phases.script == Phase::Absent {
        match script(&job.language, known) {
            Ok(script) => phases.script = script,
            Err(reason) => no_script = Some(reason),
        }
    }
    Filled { phases, no_script }
}

fn script(name: &str, known: Option<&Language>) -> Result<Phase, String> {
    let Some(known) = known else {
        return Err(format!(
            "There is no default script for {name} yet. Write what to run under `script:`."
        ));
    };
    match (known.script, known.hint) {
        ([], Some(hint)) => Err(hint.to_owned()),
        (defaults, _) => Ok(commands(defaults)),
    }
}

/// The first default whose test holds runs. One that always holds is plain commands, each with a
/// verdict of its own (decision 22); others are one command that chooses in the work tree.
fn commands(defaults: &[Default]) -> Phase {
    match defaults {
        [] => Phase::Absent,
        [
            Default {
                when: When::Always,
                commands,
                retry,
            },
        ] => Phase::Commands(
            commands
                .iter()
                .map(|text| command(retried(text, *retry)))
                .collect(),
        ),
        defaults => one(chain(defaults)),
    }
}

fn one(text: String) -> Phase {
    Phase::Commands(vec![command(text)])
}

fn command(text: String) -> Command {
    Command {
        text,
        span: Span::default(),
    }
}

fn retried(text: &str, retry: bool) -> String {
    if retry {
        format!("travis_retry {text}")
    } else {
        text.to_owned()
    }
}

/// `if …; then …; elif …; fi`, telling each command before it runs. All of a branch run, and the
/// whole fails when one of them does.
fn chain(defaults: &[Default]) -> String {
    let mut text = String::new();
    for (index, default) in defaults.iter().enumerate() {
        let test = test(default.when);
        let word = if index == 0 { "if" } else { "elif" };
        text.push_str(&format!("{word} {test}; then\n"));
        text.push_str("  ci__status=0\n");
        for command in default.commands {
            let retry = if default.retry { " --retry" } else { "" };
            let quoted = quote::literal(command);
            text.push_str(&format!(
                "  travis_cmd {quoted} --echo{retry} || ci__status=$?\n"
            ));
        }
        text.push_str("  (exit \"$ci__status\")\n");
    }
    text.push_str("fi");
    text
}

fn test(when: When) -> String {
    match when {
        When::Always => "true".to_owned(),
        When::File(name) => format!("[ -f {} ]", quote::literal(name)),
        When::Files(names) => {
            let tests: Vec<String> = names
                .iter()
                .map(|name| format!("[ -f {} ]", quote::literal(name)))
                .collect();
            tests.join(" && ")
        }
        When::Test(test) => test.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script_of(language: &str) -> Vec<String> {
        let job = Job {
            language: language.to_owned(),
            ..Job::default()
        };
        match filled(&job).phases.script {
            Phase::Commands(commands) => commands.into_iter().map(|one| one.text).collect(),
            Phase::Absent | Phase::Skip => Vec::new(),
        }
    }

    #[test]
    fn each_command_of_rust_counts_by_itself() {
        let script = script_of("rust");
        assert_eq!(script, ["cargo build --verbose", "cargo test --verbose"]);
    }

    #[test]
    fn node_chooses_in_the_work_tree_and_says_what_it_runs() {
        let script = script_of("node_js").join("\n");
        assert!(script.starts_with("if "), "{script}");
        assert!(script.contains("travis_cmd 'npm test' --echo"), "{script}");
    }

    #[test]
    fn a_language_without_a_script_fails_with_a_hint_and_is_never_green() {
        let no_script = |language: &str| {
            let job = Job {
                language: language.to_owned(),
                ..Job::default()
            };
            filled(&job).no_script
        };
        for language in ["python", "erlang"] {
            assert!(no_script(language).is_some(), "{language}");
        }
        for language in ["generic", "rust"] {
            assert_eq!(no_script(language), None);
        }
    }

    #[test]
    fn what_the_config_says_wins() {
        let mut job = Job {
            language: "rust".to_owned(),
            ..Job::default()
        };
        job.phases.script = Phase::Skip;
        let filled = filled(&job);
        assert_eq!(
            (filled.phases.script, filled.no_script),
            (Phase::Skip, None)
        );
    }
}
