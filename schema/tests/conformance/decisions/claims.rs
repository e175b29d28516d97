//! Which decision makes a difference between the reference and us. What none of them makes is a
//! mistake.

use super::read::Read;
use serde_json::Value as Json;

/// What one decision does to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Other values, other jobs, or none where the reference has some.
    Changes,
    /// Only the messages are others.
    Tells,
}

/// A difference and the number of the decision that makes it.
pub(super) type Claim = Result<(u8, Effect), String>;

/// All differences of a row.
pub(super) fn of(text: &str, reference: &Read, ours: &Read) -> Vec<Claim> {
    let mut claims = Vec::new();
    for found in &ours.fatal {
        if !reference.stops() {
            claims.push(fatal(found));
        }
    }
    if !ours.result.is_null() {
        let mut configs = Vec::new();
        values(
            "",
            &reference.result["config"],
            &ours.result["config"],
            &mut |at| {
                configs.push(value(text, &at));
            },
        );
        // Jobs follow from the config: they have to differ for a reason that shows there.
        if configs.is_empty() && reference.result != ours.result {
            configs.push(Err("equal configs, and other jobs".to_owned()));
        }
        claims.extend(configs);
    }
    if ours.fatal.is_empty() {
        let retexted = claims.contains(&Ok((2, Effect::Changes)));
        claims.extend(messages(reference, ours, retexted));
    }
    claims
}

/// What stops a build that the reference lets go on.
fn fatal(found: &Json) -> Claim {
    let decision = match code(found) {
        "unknown_value" => 3,
        "invalid_condition" | "invalid_env_var" | "invalid_secure" => 5,
        "unknown_alias" => 7,
        "matrix_too_large" | "too_large" => 9,
        _ => return Err(format!("it stops the build: {found}")),
    };
    Ok((decision, Effect::Changes))
}

/// A value that differs.
struct Differs<'a> {
    path: String,
    reference: &'a Json,
    ours: &'a Json,
}

/// Calls back with each value that differs; of maps and of lists of one length, with theirs.
fn values<'a>(
    path: &str,
    reference: &'a Json,
    ours: &'a Json,
    found: &mut impl FnMut(Differs<'a>),
) {
    match (reference, ours) {
        (Json::Object(a), Json::Object(b)) => {
            let absent = &Json::Null;
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let below = format!("{path}.{key}");
                let (a, b) = (a.get(key), b.get(key));
                values(&below, a.unwrap_or(absent), b.unwrap_or(absent), found);
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (a, b) in a.iter().zip(b) {
                values(&format!("{path}[]"), a, b, found);
            }
        }
        _ if reference == ours => {}
        _ => found(Differs {
            path: path.to_owned(),
            reference,
            ours,
        }),
    }
}

fn value(text: &str, at: &Differs<'_>) -> Claim {
    if let Some((_, name)) = at.path.rsplit_once('.')
        && at.path.contains(".env")
    {
        // A shell takes no such name: in the reference, too, the variable never reaches a job.
        let effect = if at.ours.is_null() && !is_name(name) {
            Effect::Tells
        } else {
            Effect::Changes
        };
        return Ok((6, effect));
    }
    // The text as it was written, where the reference made another one of it.
    let kept = at.ours.as_str().is_some_and(|ours| text.contains(ours));
    if kept && at.reference.as_str().is_some() {
        return Ok((2, Effect::Changes));
    }
    let Differs {
        path,
        reference,
        ours,
    } = at;
    Err(format!("{path}: {reference} became {ours}"))
}

fn is_name(text: &str) -> bool {
    let letter = |c: char| c == '_' || c.is_ascii_alphabetic();
    text.starts_with(letter) && text.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// What is said by one of both only. `retexted` says that scalars kept their text, so that messages
/// show other values.
fn messages(reference: &Read, ours: &Read, retexted: bool) -> Vec<Claim> {
    let gone = without(&reference.messages, &ours.messages);
    let new = without(&ours.messages, &reference.messages);
    let claim = |found: &&Json, others: &[&Json]| {
        let same = |other: &&&Json| code(other) == code(found) && other[0] == found[0];
        let decision = match code(found) {
            "travis_secure" | "secure_place" | "invalid_secure" => 33,
            "no_script" => 4,
            // Nothing comes of it here yet, or it is a key of ours, and so not unknown.
            "not_yet" | "added_key" => 8,
            // Travis CI's documentation has this key, and its schema has not.
            "unknown_key" if found[1] == "git" && found[3]["key"] == "clone" => 8,
            // What stands in commands later has to have the form of it.
            "invalid_addon" => 7,
            "unknown_key" if others.iter().any(|other| is_added(other, found)) => 8,
            "leftover_word" | "invalid_env_var" => 6,
            "repeated_deploy" => 24,
            // Guesses are told, what nobody wrote overwrites nothing, and further documents are named.
            "find_value" | "overwrite" | "ignored_document" => 7,
            // The same under the key as it is written, or with the text as it is written.
            _ if others
                .iter()
                .any(|other| same(&other) && other[3] == found[3]) =>
            {
                7
            }
            _ if retexted && others.iter().any(|other| same(&other)) => 2,
            // Said of one entry of several under another key before.
            "duplicate_key" => 7,
            _ => return Err(format!("only one says: {found}")),
        };
        Ok((decision, Effect::Tells))
    };
    let gone_claims = gone.iter().map(|found| claim(found, &new));
    let new_claims = new.iter().map(|found| claim(found, &gone));
    gone_claims.chain(new_claims).collect()
}

/// Whether a message tells of a key of ours that another one does not know.
fn is_added(ours: &Json, found: &Json) -> bool {
    code(ours) == "added_key" && ours[1] == found[1] && ours[3]["key"] == found[3]["key"]
}

fn without<'a>(all: &'a [Json], others: &[Json]) -> Vec<&'a Json> {
    all.iter().filter(|found| !others.contains(found)).collect()
}

fn code(found: &Json) -> &str {
    found[2].as_str().unwrap_or_default()
}
