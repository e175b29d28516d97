//! Configs made to cost much, each within the size that a file may have unless size is its point.

mod conditions;
mod matrix;
mod normalise;
mod yaml;

use schema::request::Request;

/// A name and a config.
pub(crate) type Case = (&'static str, String);

/// The event that they are compiled for: its texts are as long as patterns can be made to suffer from.
pub(crate) fn request() -> Request {
    Request {
        branch: format!("{}!", "a".repeat(40)),
        commit_message: format!("{}!", "ab".repeat(900)),
        ..Request::default()
    }
}

/// All of them.
pub(crate) fn configs() -> Vec<Case> {
    let mut all = yaml::cases();
    all.extend(normalise::cases());
    all.extend(matrix::cases());
    all.extend(conditions::cases());
    all
}

/// A text repeated up to the size that a file may have, in a frame.
fn filled(before: &str, part: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    for number in 0.. {
        let part = part(number);
        if text.len() + part.len() + after.len() > 64_000 {
            break;
        }
        text.push_str(&part);
    }
    text + after
}

/// Items `0..count` with commas between them.
fn listed(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

/// An axis of that many values.
fn axis(key: &str, count: usize) -> String {
    format!("{key}: [{}]\n", listed(count, |n| format!("\"{n}\"")))
}
