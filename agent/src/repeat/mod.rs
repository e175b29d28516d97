//! A job of the daemon, told so that `agent run --from` can repeat it elsewhere: the job as the daemon
//! expanded it, its event, its numbers and its image.
//!
//! Nothing secret is in it: `secure:` values stay sealed, and variables of the repository's settings are
//! left out.

mod fetch;
mod page;

pub use fetch::{FetchError, fetch};
pub use page::Page;

use schema::changes::Changes;
use schema::plan::Job;
use schema::request::Request;
use schema::source::Source;
use serde::{Deserialize, Serialize};

/// What is told now. One who reads another does not know what it means.
pub const VERSION: u32 = 1;

/// A job to repeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// [`VERSION`].
    pub version: u32,
    /// `owner/name` of its repository.
    pub slug: String,
    /// The build's id.
    pub build_id: String,
    /// The build's number.
    pub build: u64,
    /// The build's page.
    pub build_url: String,
    /// The job's id.
    pub job_id: String,
    /// The job's page.
    pub job_url: String,
    /// Whether its newest attempt is a further one, and who asked for that (may be empty).
    pub restarted: Option<String>,
    /// Whether jobs see `TRAVIS=true` (decision 12).
    pub travis: bool,
    /// The image it ran in: reference, and the registry's digest where it has one. None while that is
    /// not known.
    pub image: Option<(String, Option<String>)>,
    /// The event.
    pub request: Request,
    /// The config and its imports by name, with blank texts: see [`blank`].
    pub sources: Vec<(String, String)>,
    /// The job.
    pub job: Job,
}

impl Repeat {
    /// The configs, for places in messages: lines and columns are right, texts are not there.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        let sources = self.sources.iter();
        sources
            .map(|(name, text)| Source::new(name.as_str(), text.as_str()))
            .collect()
    }
}

/// An event as others may know it: values of the repository's settings are not for them.
#[must_use]
pub fn request(request: &Request) -> Request {
    Request {
        variables: Vec::new(),
        changes: Changes::default(),
        ..request.clone()
    }
}

/// A text of as many bytes and lines without its words. Places in messages need no more, and an import
/// may come from a repository that the reader may not see.
#[must_use]
pub fn blank(text: &str) -> String {
    let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
    text.bytes().map(blank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_text_has_its_lines_and_none_of_its_words() {
        let text = "install:\n  - npm ci # ä\nscript: make\n";
        let (was, is) = (Source::new("a", text), Source::new("a", blank(text)));
        for at in [0, 13, 26, 40] {
            assert_eq!(was.line_column(at).line, is.line_column(at).line);
        }
        assert!(is.text.trim().is_empty());
        assert_eq!(is.text.len(), text.len());
    }

    #[test]
    fn values_of_settings_are_no_part_of_an_event() {
        let own = Request {
            branch: "main".to_owned(),
            variables: vec![("TOKEN".to_owned(), "hush".to_owned())],
            ..Request::default()
        };
        let told = request(&own);
        assert_eq!(told.branch, "main");
        assert!(told.variables.is_empty());
    }
}
