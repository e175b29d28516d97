//! What a language runs where the config does not say (run-time reference §6).

use super::quote;
use crate::protocol;
use schema::languages::{Default, When, language};
use schema::plan::{Command, Job, Phase, Phases};
use schema::source::Span;

/// What a job runs.
pub(super) struct Filled {
    /// Its phases, with the language's own in place of an absent `install` and `script`.
    pub(super) phases: Phases,
    /// Which of them choose among several defaults in the work tree.
    choosing: Vec<Place>,
    /// Why there is nothing for `script` to run: the job fails with this line.
    pub(super) no_script: Option<String>,
}

/// A phase for which languages have defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Install,
    Script,
}

impl Filled {
    /// Whether a phase is one command that chooses in the work tree what it runs, and tells so by
    /// itself.
    pub(super) fn chooses(&self, phase: protocol::Phase) -> bool {
        let place = match phase {
            protocol::Phase::Install => Place::Install,
            protocol::Phase::Script => Place::Script,
            _ => return false,
        };
        self.choosing.contains(&place)
    }
}

/// Puts a language's own commands where the config has none.
pub(super) fn filled(job: &Job) -> Filled {
    let mut filled = Filled {
        phases: job.phases.clone(),
        choosing: Vec::new(),
        no_script: None,
    };
    let known = language(&job.language);
    if filled.phases.install == Phase::Absent
        && let Some(known) = known
    {
        filled.phases.install = filled.commands(Place::Install, known.install, job);
    }
    if filled.phases.script == Phase::Absent {
        match (known, known.and_then(|known| known.hint)) {
            (None, _) => {
                let name = &job.language;
                filled.no_script = Some(format!(
                    "There is no default script for {name} yet. Write what to run under `script:`."
                ));
            }
            (Some(known), Some(hint)) if known.script.is_empty() => {
                filled.no_script = Some(hint.to_owned());
            }
            (Some(known), _) => {
                filled.phases.script = filled.commands(Place::Script, known.script, job);
            }
        }
    }
    filled
}

impl Filled {
    /// The first default whose test holds runs. One that always holds is plain commands, each with a
    /// verdict of its own (decision 22); others are one command that chooses in the work tree.
    fn commands(&mut self, place: Place, defaults: &[Default], job: &Job) -> Phase {
        match defaults {
            [] => Phase::Absent,
            [
                Default {
                    when: When::Always,
                    commands,
                    retry,
                    says: None,
                    fails: false,
                },
            ] => Phase::Commands(
                commands
                    .iter()
                    .map(|text| command(retried(&fill(text, job), *retry)))
                    .collect(),
            ),
            defaults => {
                self.choosing.push(place);
                Phase::Commands(vec![command(chain(place, defaults, job))])
            }
        }
    }
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

/// `if …; then …; elif …; fi`, telling each command before it runs. `install` ends with the first
/// that fails; all of `script` run, with a verdict each, and it fails when one of them does.
fn chain(place: Place, defaults: &[Default], job: &Job) -> String {
    let mut text = String::new();
    for (index, default) in defaults.iter().enumerate() {
        let test = test(default.when, job);
        let word = if index == 0 { "if" } else { "elif" };
        text.push_str(&format!("{word} {test}; then\n  ci__status=0\n"));
        if let Some(says) = default.says {
            let says = quote::literal(says);
            text.push_str(&format!("  printf '\\033[33;1m%s\\033[0m\\n' {says}\n"));
        }
        if default.fails {
            text.push_str("  ci__status=1\n");
        }
        for command in default.commands {
            let retry = if default.retry { " --retry" } else { "" };
            let quoted = quote::literal(&fill(command, job));
            let run = format!("travis_cmd {quoted} --echo{retry}");
            text.push_str(&match place {
                Place::Install => {
                    format!("  [ \"$ci__status\" -ne 0 ] || {run} || {{ ci__status=$?; ci__failed install; }}\n")
                }
                Place::Script => {
                    format!("  {{ {run}; travis_result \"$?\"; }} || ci__status=$?\n")
                }
            });
        }
        text.push_str("  (exit \"$ci__status\")\n");
    }
    text.push_str("fi");
    text
}

fn test(when: When, job: &Job) -> String {
    match when {
        When::Always => "true".to_owned(),
        When::File(name) => format!("[ -f {} ]", quote::literal(name)),
        When::Test(test) => fill(test, job),
    }
}

/// Puts what the config says where a text names its keys: `{key}`, `{=key}`, `{key:default}`.
pub(super) fn fill(text: &str, job: &Job) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let found = named(from).filter(|_| !before.ends_with('$'));
        let Some((name, default, length)) = found else {
            filled.push('{');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        let key = name.trim_start_matches('=');
        let said = job.options.iter().chain(&job.versions);
        let said = said.filter(|(one, _)| one == key).map(|(_, value)| value);
        let value = said.map(String::as_str).next().unwrap_or(default);
        if name.starts_with('=') {
            filled.push_str(&quote::literal(value));
        } else if value.is_empty() && filled.ends_with(' ') {
            filled.pop();
        } else {
            filled.push_str(value);
        }
        rest = from.get(length..).unwrap_or_default();
    }
    filled + rest
}

/// The key and the default of `{key:default}`, and how long that is.
fn named(text: &str) -> Option<(&str, &str, usize)> {
    let inner = text.strip_prefix('{')?;
    let (inner, _) = inner.split_once('}')?;
    let (name, default) = inner.split_once(':').unwrap_or((inner, ""));
    let key = name.strip_prefix('=').unwrap_or(name);
    let is_key = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_.".contains(letter)
    };
    let is_named = !key.is_empty() && key.chars().all(is_key);
    is_named.then_some((name, default, inner.len() + 2))
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
    fn what_the_config_says_of_arguments_stands_in_the_commands() {
        let job = |key: &str, value: &str| Job {
            language: "go".to_owned(),
            options: vec![(key.to_owned(), value.to_owned())],
            ..Job::default()
        };
        let text = "go test {gobuild_args:-v} ./...";
        assert_eq!(fill(text, &Job::default()), "go test -v ./...");
        let own = fill(text, &job("gobuild_args", "-race -v"));
        assert_eq!(own, "go test -race -v ./...");
        let none = "npm ci {npm_args}; echo ${X:-y} {a b} {";
        assert_eq!(fill(none, &Job::default()), "npm ci; echo ${X:-y} {a b} {");
        let word = fill("[ -n {=solution} ]", &job("solution", "it's"));
        assert_eq!(word, r"[ -n 'it'\''s' ]");
        assert_eq!(fill("[ -n {=solution} ]", &Job::default()), "[ -n '' ]");
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
