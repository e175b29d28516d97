//! Fold and time markers in a log: `travis_fold:start:NAME` and `travis_time:…` (runtime §13).

/// A marker that stood in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker<'a> {
    /// A fold begins; names repeat, and a fold may never end.
    FoldStart(&'a str),
    /// The fold of this name ends.
    FoldEnd(&'a str),
    /// A command begins; the name ties it to its end.
    TimeStart(&'a str),
    /// A command has ended.
    TimeEnd(Timing<'a>),
}

/// How long a command took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing<'a> {
    /// The name of the start marker it belongs to.
    pub id: &'a str,
    /// Nanoseconds since 1970.
    pub start: Option<u64>,
    /// Nanoseconds since 1970.
    pub finish: Option<u64>,
    /// Nanoseconds.
    pub duration: Option<u64>,
    /// What ran: the phase.
    pub event: Option<&'a str>,
}

/// Splits a marker off the end of `line`. Gives where it begins, and what it says.
pub(super) fn at_end(line: &[u8]) -> Option<(usize, Marker<'_>)> {
    let at = memchr::memmem::rfind(line, b"travis_")?;
    let text = std::str::from_utf8(line.get(at..)?).ok()?;
    Some((at, parse(text)?))
}

/// Whether `line` could still become a marker when more bytes come.
pub(super) fn may_begin(line: &[u8]) -> bool {
    let part = memchr::memmem::rfind(line, b"travis_").and_then(|at| line.get(at..));
    let begins = |marker: &[u8]| match part {
        Some(part) => part.starts_with(marker) || marker.starts_with(part),
        None => (1..marker.len()).any(|n| line.ends_with(marker.split_at(n).0)),
    };
    begins(b"travis_fold:") || begins(b"travis_time:")
}

fn parse(text: &str) -> Option<Marker<'_>> {
    let (kind, rest) = text.split_once(':')?;
    let (edge, rest) = rest.split_once(':')?;
    match (kind, edge) {
        ("travis_fold", "start") => is_name(rest).then_some(Marker::FoldStart(rest)),
        ("travis_fold", "end") => is_name(rest).then_some(Marker::FoldEnd(rest)),
        ("travis_time", "start") => is_name(rest).then_some(Marker::TimeStart(rest)),
        ("travis_time", "end") => timing(rest).map(Marker::TimeEnd),
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.:/".contains(c);
    !text.is_empty() && text.chars().all(fits)
}

fn timing(text: &str) -> Option<Timing<'_>> {
    let (id, fields) = text.split_once(':').unwrap_or((text, ""));
    let mut timing = Timing {
        id: Some(id).filter(|id| is_name(id))?,
        ..Timing::default()
    };
    for field in fields.split(',').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=')?;
        match name {
            "start" => timing.start = value.parse().ok(),
            "finish" => timing.finish = value.parse().ok(),
            "duration" => timing.duration = value.parse().ok(),
            "event" => timing.event = Some(value),
            _ => (),
        }
    }
    Some(timing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds() {
        let marker = |text: &'static str| at_end(text.as_bytes());
        let start = Marker::FoldStart("git.checkout");
        assert_eq!(marker("travis_fold:start:git.checkout"), Some((0, start)));
        assert_eq!(
            marker("ok travis_fold:end:x"),
            Some((3, Marker::FoldEnd("x")))
        );
        assert_eq!(marker("travis_fold:start:"), None);
        assert_eq!(marker("travis_fold:start:x and more"), None);
        assert_eq!(marker("travis_fold:middle:x"), None);
        assert_eq!(marker("travis_fold"), None);
    }

    #[test]
    fn a_marker_that_is_not_yet_whole() {
        assert!(may_begin(b"ok travis_fold:sta"));
        assert!(may_begin(b"ok trav"));
        assert!(!may_begin(b"ok travel"));
        assert!(!may_begin(b"travis_retry"));
    }

    #[test]
    fn times() {
        let end = "travis_time:end:095f3e40:start=1,finish=3,duration=2,event=install";
        let timing = Timing {
            id: "095f3e40",
            start: Some(1),
            finish: Some(3),
            duration: Some(2),
            event: Some("install"),
        };
        assert_eq!(at_end(end.as_bytes()), Some((0, Marker::TimeEnd(timing))));
        let bare = at_end(b"travis_time:end:0a").map(|(_, marker)| marker);
        let only_id = Timing {
            id: "0a",
            ..Timing::default()
        };
        assert_eq!(bare, Some(Marker::TimeEnd(only_id)));
        assert_eq!(at_end(b"travis_time:end:0a:what"), None);
    }
}
