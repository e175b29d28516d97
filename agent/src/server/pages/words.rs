//! Small pieces of text that several pages show.

use crate::log;
use crate::report::duration;
use crate::scheduler::State;
use jiff::Timestamp;
use schema::request::{Event, Request};
use std::time::Duration;

/// Every state, in the order in which filters offer them.
pub(super) const STATES: [State; 8] = [
    State::Created,
    State::Queued,
    State::Started,
    State::Passed,
    State::Failed,
    State::Errored,
    State::Canceled,
    State::Skipped,
];

/// A time for machines and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) iso: String,
    pub(super) text: String,
}

impl Time {
    /// To the minute, in UTC.
    pub(super) fn of(time: Timestamp) -> Self {
        Self {
            iso: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }
}

/// How long something took, or takes so far; nothing where it has not begun.
pub(super) fn took(
    started: Option<Timestamp>,
    finished: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    let length = finished.unwrap_or(now).duration_since(started?);
    let length = Duration::try_from(length).unwrap_or_default();
    Some(duration::short(length))
}

/// One line of somebody else's text, without control characters.
pub(super) fn line(text: &str) -> String {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let mut plain = String::new();
    // Colours are the only control sequences that `clean` leaves.
    for (number, part) in log::clean(first).split("\x1b[").enumerate() {
        let text = match number {
            0 => part,
            _ => part.split_once('m').map_or(part, |(_, text)| text),
        };
        plain.extend(text.chars().filter(|c| !c.is_control()));
    }
    plain.trim_end().to_owned()
}

/// What is built: a branch, a tag, a pull request.
pub(super) fn source(request: &Request) -> String {
    match (&request.pull_request, &request.tag) {
        (Some(pull), _) => format!(
            "#{} {} → {}",
            pull.number,
            line(&pull.head_branch),
            line(&request.branch)
        ),
        (None, Some(tag)) => format!("tag {}", line(tag)),
        (None, None) => line(&request.branch),
    }
}

/// What asked for it.
pub(super) fn event(request: &Request) -> &'static str {
    match request.event {
        Event::Push if request.tag.is_some() => "tag",
        Event::Push => "push",
        Event::PullRequest => "pull request",
        Event::Cron => "cron",
        Event::Api => "API",
    }
}

/// The first figures of a commit's name.
pub(super) fn short_sha(sha: &str) -> String {
    line(sha).chars().take(8).collect()
}

/// A state by its word.
pub(super) fn state(word: &str) -> Option<State> {
    STATES.into_iter().find(|state| state.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_elses_text_is_one_plain_line() {
        for (text, expected) in [
            ("Fix it\n\nBecause it was broken.", "Fix it"),
            ("\n\n  two  \n", "two"),
            (
                "\x1b[31mred\x1b[0m and \x1b]8;;javascript:x\x07link",
                "red and link",
            ),
            ("a\0b\u{9b}c\td", "abcd"),
            ("", ""),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_state_is_found_by_its_word() {
        assert!(
            STATES
                .iter()
                .all(|&found| state(found.as_str()) == Some(found))
        );
        assert_eq!(state("fine"), None);
    }

    #[test]
    fn a_time_goes_on_until_there_is_an_end() {
        let at = |second| Timestamp::from_second(second).ok();
        let now = Timestamp::UNIX_EPOCH + Duration::from_secs(100);
        assert_eq!(took(None, None, now), None);
        assert_eq!(took(at(40), None, now).as_deref(), Some("1m 00s"));
        assert_eq!(took(at(40), at(52), now).as_deref(), Some("12s"));
        assert_eq!(took(at(52), at(40), now).as_deref(), Some("0.0s"));
    }
}
