//! What people likely meant where a condition cannot be read.

use super::scanner::{Scanner, is_blank};

/// What was read just before, as far as it helps to explain what cannot follow.
#[derive(Debug, Default)]
pub(super) struct Hints {
    after_is: Option<usize>,
    after_pattern: Option<usize>,
}

impl Hints {
    /// `IS` was read without a predicate after it, up to this place.
    pub(super) fn after_is(&mut self, position: usize) {
        self.after_is = Some(position);
    }

    /// A pattern was read up to this place.
    pub(super) fn after_pattern(&mut self, position: usize) {
        self.after_pattern = Some(position);
    }

    /// Advice where a list is missing.
    pub(super) fn list(&self, rest: &str) -> Option<String> {
        let word = first_word(rest);
        (!word.is_empty()).then(|| format!("write IN ({word})"))
    }

    /// Advice for `$NAME`, `${NAME}` and `$(…)`.
    pub(super) fn shell_variable(&self, rest: &str) -> String {
        let name: String = rest
            .trim_start_matches(['$', '{'])
            .chars()
            .take_while(|next| next.is_ascii_alphanumeric() || *next == '_')
            .collect();
        let known = match name.as_str() {
            "" => return "a condition is not shell code; put a text in quotes".to_owned(),
            "TRAVIS_BRANCH" => "branch",
            "TRAVIS_TAG" => "tag",
            "TRAVIS_EVENT_TYPE" => "type",
            "TRAVIS_REPO_SLUG" => "repo",
            "TRAVIS_PULL_REQUEST_BRANCH" => "head_branch",
            "TRAVIS_PULL_REQUEST_SLUG" => "head_repo",
            "TRAVIS_COMMIT_MESSAGE" => "commit_message",
            "TRAVIS_OS_NAME" => "os",
            "TRAVIS_PULL_REQUEST" => {
                return "a condition is not shell code; write type = pull_request".to_owned();
            }
            name => return format!("a condition is not shell code; write env({name})"),
        };
        format!("a condition is not shell code; write {known}")
    }

    /// Advice where a value is missing.
    pub(super) fn value(&self, scanner: &Scanner) -> Option<String> {
        let read = scanner.read().trim_end_matches(is_blank);
        if scanner.at_end() && read.is_empty() {
            Some("an empty condition asks nothing; remove it".to_owned())
        } else if scanner.rest().starts_with('(') && read.ends_with('=') {
            Some("write IN (…) to compare with several values".to_owned())
        } else {
            None
        }
    }

    /// Advice, and possibly a better message, where something else should follow.
    pub(super) fn unexpected(&self, scanner: &Scanner) -> Option<(Option<String>, String)> {
        let here = Some(scanner.position());
        let rest = scanner.rest();
        if self.after_is == here {
            let message = "expected present, blank, true or false after IS".to_owned();
            return Some((Some(message), "use = to compare with a value".to_owned()));
        }
        let word_end = scanner.read().trim_end_matches(is_blank).len();
        if self.after_pattern == Some(word_end) && !rest.is_empty() {
            let message = "the pattern ends before this".to_owned();
            let help = "put a pattern that has blanks or ends in ) between slashes, \
                        with \\/ for a slash in it; flags go inside as (?i)";
            return Some((Some(message), help.to_owned()));
        }
        let help = if rest.is_empty() {
            return None;
        } else if scanner.starts_with_word("not") {
            "NOT goes before a whole part, as in NOT tag IS present; or write IS NOT, NOT IN, !="
        } else if rest.starts_with(')') {
            "no ( is open here"
        } else if rest.starts_with(',') {
            "write IN (a, b) to compare with several values"
        } else if rest.starts_with(['&', '|']) {
            "write AND or OR"
        } else if rest.starts_with('(') {
            "put a text with parentheses in quotes"
        } else {
            "join parts by AND or OR; put a text with blanks in quotes"
        };
        Some((None, help.to_owned()))
    }
}

fn first_word(text: &str) -> &str {
    let end = |next: char| is_blank(next) || "()\"',=!".contains(next);
    text.split(end).next().unwrap_or_default()
}
