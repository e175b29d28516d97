//! What is known of a build and a job before it runs.

use schema::request::Request;
use schema::source::{Source, Span};

/// Facts that a job's variables, messages and deploy conditions come from.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The event.
    pub request: &'a Request,
    /// The config and its imports, to name lines; the first is the config itself.
    pub sources: &'a [Source],
    /// The build.
    pub build: BuildFacts,
    /// The job's id.
    pub job_id: String,
    /// Where the job can be looked at; empty where there are no pages.
    pub job_url: String,
    /// Whether this is a further attempt, and by whom it was asked for (may be empty).
    pub restarted: Option<String>,
    /// The work tree, e.g. `/home/travis/build/owner/repo`.
    pub directory: String,
    /// The home directory of the job's user.
    pub home: String,
    /// The name of the job's user.
    pub user: String,
    /// The distribution that the job really gets; `None` where it is not known.
    pub dist: Option<String>,
    /// The processor architecture as Docker names it: `amd64`, `arm64`.
    pub arch: String,
    /// Whether the image has bash: `condition:` needs it (decision 11).
    pub has_bash: bool,
    /// Whether `TRAVIS=true` is set (decision 12).
    pub travis: bool,
}

/// Facts of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildFacts {
    /// The id.
    pub id: String,
    /// The number in its repository.
    pub number: u64,
    /// Where it can be looked at; empty where there are no pages.
    pub url: String,
}

impl Facts<'_> {
    /// The config's name, for messages.
    #[must_use]
    pub fn config_name(&self) -> &str {
        self.sources
            .first()
            .map_or(".ci.yml", |source| source.name.as_str())
    }

    /// Where something is written: `.ci.yml line 7`. `None` for what is written nowhere, such as
    /// a language's default command.
    #[must_use]
    pub fn line(&self, span: Span) -> Option<String> {
        if span.end == 0 {
            return None;
        }
        let source = self.sources.get(usize::from(span.file.0))?;
        let line = source.line_column(span.start).line;
        Some(format!("{} line {line}", source.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_by_file_and_line() {
        let request = Request::default();
        let sources = [Source::new(".ci.yml", "install:\n  - npm ci\n")];
        let facts = Facts {
            request: &request,
            sources: &sources,
            build: BuildFacts::default(),
            job_id: String::new(),
            job_url: String::new(),
            restarted: None,
            directory: String::new(),
            home: String::new(),
            user: String::new(),
            dist: None,
            arch: String::new(),
            has_bash: true,
            travis: false,
        };
        let line = facts.line(Span::new(13, 19));
        assert_eq!(line.as_deref(), Some(".ci.yml line 2"));
        assert_eq!(facts.line(Span::default()), None);
    }
}
