//! What the language says about a build's config: compiled again from the stored sources, so that
//! messages need no place of their own and are always those of this version.

use crate::server::log::sgr;
use schema::diagnostic::{Diagnostic, Level, render};
use schema::import::{Import, Reference};
use schema::plan::{Skipped, SkippedThing};
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources};

/// Columns of a message.
const WIDTH: usize = 100;

/// What a config says for its event, beside what runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Messages {
    /// Messages with carets as HTML, written by [`sgr::write`]; empty where there are none.
    pub(super) html: String,
    /// What does not run, and why.
    pub(super) skipped: Vec<String>,
}

/// Compiles a config for its event and keeps what is to be said. Bounded by the limits of the
/// language, but too slow for a thread that others wait for.
pub(super) fn of(sources: &[(String, String)], request: &Request) -> Messages {
    let Some(((name, text), imports)) = sources.split_first() else {
        return Messages::default();
    };
    let mut sources = Sources::new(Source::new(name, text));
    sources.imports = imports.iter().filter_map(imported).collect();
    let mut compiled = schema::compile(&sources, request);
    while let Outcome::Need(need) = compiled.outcome {
        sources.imports.extend(need.imports.into_iter().map(absent));
        compiled = schema::compile(&sources, request);
    }
    let said = |found: &&Diagnostic| found.level > Level::Info || found.fatal;
    let shown: Vec<_> = compiled.diagnostics.iter().filter(said).cloned().collect();
    let options = render::Options {
        color: true,
        width: WIDTH,
    };
    let text = render::terminal(&shown, &sources.all(), options);
    let mut html = String::new();
    sgr::write(text.trim_end(), &mut html);
    let skipped = match compiled.outcome {
        Outcome::Plan(plan) => plan.skipped,
        Outcome::Skipped(skipped) => vec![skipped],
        Outcome::Need(_) | Outcome::Refused => Vec::new(),
    };
    Messages {
        html,
        skipped: skipped.iter().map(reason).collect(),
    }
}

/// A config that was imported, by its name.
fn imported((name, text): &(String, String)) -> Option<Import> {
    let reference = Reference::parse(name).ok()?;
    Some(Import {
        reference,
        found: Ok(text.clone()),
    })
}

/// One that was not there when the build was made; the build's own status says why.
fn absent(reference: Reference) -> Import {
    Import {
        reference,
        found: Err("it could not be had when the build was made".to_owned()),
    }
}

fn reason(skipped: &Skipped) -> String {
    let what = match &skipped.what {
        SkippedThing::Build => "The build".to_owned(),
        SkippedThing::Stage(name) => format!("Stage {name}"),
        SkippedThing::Job(name) => format!("Job {name}"),
        SkippedThing::Notification(kind) => format!("Notification {kind}"),
        SkippedThing::Import(name) => format!("Import of {name}"),
    };
    format!("{what}: {}", skipped.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Messages {
        let request = Request {
            branch: "main".to_owned(),
            default_branch: "main".to_owned(),
            ..Request::default()
        };
        of(&[(".ci.yml".to_owned(), text.to_owned())], &request)
    }

    #[test]
    fn messages_have_carets_and_markup_in_a_config_stays_text() {
        let messages = config("scirpt: make\n\"<script>\": 1\n");
        assert!(messages.html.contains("^^^^^^"), "{}", messages.html);
        assert!(
            messages.html.contains("&lt;script&gt;"),
            "{}",
            messages.html
        );
        assert!(!messages.html.contains("<script"), "{}", messages.html);
    }

    #[test]
    fn what_does_not_run_is_said_with_its_reason() {
        let messages = config(
            "jobs:\n  include:\n  - script: make\n  - {name: Release, if: type = cron, script: x}\n",
        );
        assert_eq!(messages.html, "");
        let [skipped] = messages.skipped.as_slice() else {
            panic!("{messages:?}");
        };
        assert!(skipped.starts_with("Job Release: "), "{skipped}");
    }

    #[test]
    fn without_a_config_there_is_nothing_to_say() {
        assert_eq!(of(&[], &Request::default()), Messages::default());
    }
}
