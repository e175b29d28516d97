//! What an answer means.

use super::GithubError;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// An answer that has come whole.
#[derive(Debug)]
pub(in crate::github) struct Answer {
    ask: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Whether an answer is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// What was asked for; with `rest`, the last one for so long.
    Good { rest: Option<Duration> },
    /// Too many calls; how long to wait, where GitHub says so.
    Limited { time: Option<Duration> },
    /// Not what was asked for.
    Bad,
}

/// GitHub's windows are an hour; a wrong header must not stop the agent for longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(2 * 3600);

impl Answer {
    pub(super) fn new(ask: String, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self {
            ask,
            status,
            headers,
            body,
        }
    }

    /// How many requests are left in this hour, where GitHub says so.
    pub(super) fn requests_left(&self) -> Option<i64> {
        self.header("x-ratelimit-remaining")?.trim().parse().ok()
    }

    /// What GitHub says about itself by status and headers (R21–R23, R27).
    pub(super) fn verdict(&self, now: Timestamp) -> Verdict {
        let exhausted = self.header("x-ratelimit-remaining") == Some("0");
        let reset = || self.until_reset(now);
        if matches!(self.status.as_u16(), 403 | 429) {
            let after = self.retry_after();
            if after.is_some() || exhausted {
                let time = after.or_else(|| exhausted.then(reset).flatten());
                return Verdict::Limited { time };
            }
            if self.status == StatusCode::TOO_MANY_REQUESTS || self.speaks_of_limits() {
                return Verdict::Limited { time: None };
            }
            return Verdict::Bad;
        }
        if !self.status.is_success() || self.is_page() {
            return Verdict::Bad;
        }
        Verdict::Good {
            rest: exhausted.then(reset).flatten(),
        }
    }

    /// The error that a bad answer is; `said` is what GitHub said, without secrets.
    pub(super) fn error(self, said: String, place: &str) -> GithubError {
        let ask = self.ask.clone();
        match self.status.as_u16() {
            401 => GithubError::Unauthorized {
                ask,
                said,
                place: place.to_owned(),
            },
            403 | 451 => GithubError::Forbidden {
                ask,
                said,
                needs: ["x-accepted-github-permissions", "x-accepted-oauth-scopes"]
                    .into_iter()
                    .find_map(|name| self.header(name))
                    .filter(|needs| !needs.is_empty())
                    .map(clean),
            },
            404 => GithubError::NotFound { ask },
            410 => GithubError::Gone { ask, said },
            408 | 500.. => GithubError::Temporary { ask, said },
            // A page with a status of success comes from something between us and GitHub (R27).
            200..=299 => GithubError::Temporary { ask, said },
            _ => GithubError::Unprocessable { ask, said },
        }
    }

    /// What GitHub says, in one line: its status, its message and its list of errors.
    pub(super) fn said(&self) -> String {
        #[derive(Deserialize)]
        struct Said {
            #[serde(default)]
            message: String,
            #[serde(default)]
            errors: serde_json::Value,
        }
        if self.is_page() {
            return format!("{}, a page instead of an answer", self.status.as_u16());
        }
        let mut text = self.status.as_u16().to_string();
        if let Ok(said) = serde_json::from_slice::<Said>(&self.body) {
            let errors = said.errors.as_array().into_iter().flatten();
            let texts = errors.filter_map(|error| {
                let text = |name: &str| error.get(name).and_then(serde_json::Value::as_str);
                error
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| text("message").map(str::to_owned))
                    .or_else(|| Some(format!("{} {}", text("field")?, text("code")?)))
            });
            for part in [said.message].into_iter().chain(texts) {
                if !part.is_empty() {
                    text = format!("{text}: {part}");
                }
            }
        }
        clean(&text)
    }

    /// Reads the body. What is no such JSON may be half an answer: worth another try (R27).
    pub(in crate::github) fn json<T: DeserializeOwned>(&self) -> Result<T, GithubError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let text = format!(
                "{} with an answer that cannot be read: {error}",
                self.status.as_u16()
            );
            GithubError::Temporary {
                ask: self.ask.clone(),
                said: clean(&text),
            }
        })
    }

    pub(in crate::github) fn into_body(self) -> Vec<u8> {
        self.body
    }

    pub(in crate::github) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body is of this media type.
    pub(in crate::github) fn is_of_type(&self, wanted: &str) -> bool {
        let kind = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(wanted)
    }

    fn is_page(&self) -> bool {
        self.is_of_type("text/html")
    }

    fn speaks_of_limits(&self) -> bool {
        let said = self.said().to_ascii_lowercase();
        said.contains("rate limit") || said.contains("abuse detection")
    }

    fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header(RETRY_AFTER.as_str())?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
    }

    /// Time until the window is new, by GitHub's own clock where it tells it, as ours may differ
    /// (R29); a second more, as the header holds whole seconds.
    fn until_reset(&self, now: Timestamp) -> Option<Duration> {
        let reset: i64 = self.header("x-ratelimit-reset")?.trim().parse().ok()?;
        let clock = self
            .header(DATE.as_str())
            .and_then(|date| rfc2822::parse(date).ok())
            .map_or(now, |date| date.timestamp());
        let seconds = reset.saturating_sub(clock.as_second()).max(0);
        let time = Duration::from_secs(seconds.unsigned_abs().saturating_add(1));
        Some(time.min(LONGEST_PAUSE))
    }
}

/// One line of bounded length, without what a terminal would obey.
fn clean(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let status = StatusCode::from_u16(status).unwrap();
        Answer::new("GET /x".to_owned(), status, map, body.as_bytes().to_vec())
    }

    fn verdict(status: u16, headers: &[(&str, &str)], body: &str) -> Verdict {
        answer(status, headers, body).verdict(Timestamp::from_second(1_000).unwrap())
    }

    fn limited(seconds: u64) -> Verdict {
        let time = Some(Duration::from_secs(seconds));
        Verdict::Limited { time }
    }

    #[test]
    fn the_wait_is_the_one_that_github_names() {
        let spent = ("x-ratelimit-remaining", "0");
        assert_eq!(verdict(403, &[("retry-after", "3")], ""), limited(3));
        assert_eq!(verdict(429, &[("retry-after", "3"), spent], ""), limited(3));
        assert_eq!(
            verdict(403, &[spent, ("x-ratelimit-reset", "1010")], ""),
            limited(11)
        );
        assert_eq!(
            verdict(
                403,
                &[
                    spent,
                    ("x-ratelimit-reset", "1010"),
                    ("date", "Thu, 01 Jan 1970 00:16:45 GMT")
                ],
                ""
            ),
            limited(6),
            "by GitHub's clock, which is five seconds ahead"
        );
        assert_eq!(
            verdict(429, &[("retry-after", "99999999999")], ""),
            limited(7200)
        );
        for (status, body) in [
            (429, ""),
            (
                403,
                r#"{"message":"You have exceeded a secondary rate limit."}"#,
            ),
        ] {
            assert_eq!(verdict(status, &[], body), Verdict::Limited { time: None });
        }
        assert_eq!(
            verdict(403, &[], r#"{"message":"Must have admin rights"}"#),
            Verdict::Bad
        );
    }

    #[test]
    fn the_last_good_answer_of_a_window_says_so() {
        let headers = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1010"),
        ];
        let rest = Some(Duration::from_secs(11));
        assert_eq!(verdict(200, &headers, "{}"), Verdict::Good { rest });
        assert_eq!(
            verdict(200, &headers[1..], "{}"),
            Verdict::Good { rest: None }
        );
    }

    #[test]
    fn an_error_says_what_github_said_in_one_line() {
        for (body, said) in [
            (
                r#"{"message":"Validation Failed","errors":[{"message":"too long"}]}"#,
                "422: Validation Failed: too long",
            ),
            (
                r#"{"message":"No","errors":[{"field":"url","code":"custom"}]}"#,
                "422: No: url custom",
            ),
            (
                r#"{"message":"No","errors":["a\u001b[2Jb"]}"#,
                "422: No: a [2Jb",
            ),
            ("not json", "422"),
        ] {
            assert_eq!(answer(422, &[], body).said(), said);
        }
        assert_eq!(
            answer(
                422,
                &[],
                &format!(r#"{{"message":"{}"}}"#, "x".repeat(9_999))
            )
            .said()
            .len(),
            300
        );
    }

    proptest! {
        #[test]
        fn no_answer_breaks_the_reader(
            status in 100_u16..600, body: String, reset in ".{0,20}", after in "[0-9a-z:, ]{0,30}", date in "[ -~]{0,40}",
        ) {
            let mut map = HeaderMap::new();
            for (name, value) in [("x-ratelimit-reset", reset), ("retry-after", after), ("date", date), ("x-ratelimit-remaining", "0".to_owned())] {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    map.insert(HeaderName::from_static(name), value);
                }
            }
            let answer = Answer::new("GET /x".to_owned(), StatusCode::from_u16(status).unwrap(), map, body.into_bytes());
            match answer.verdict(Timestamp::UNIX_EPOCH) {
                Verdict::Limited { time: Some(time) } | Verdict::Good { rest: Some(time) } => prop_assert!(time <= LONGEST_PAUSE),
                _ => {}
            }
            let said = answer.said();
            prop_assert!(said.chars().count() <= 300 && !said.chars().any(char::is_control));
        }
    }
}
