//! Rules of the settings that map a job, or an image's name, to an image.

use crate::backend::Pull;

/// One rule: where all its patterns match the job, it names the image.
///
/// `*` in a pattern stands for any text, also none. An absent pattern matches anything, also
/// the absence of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Pattern for the language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Pattern for the value of the language's version key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Pattern for `dist`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dist: Option<String>,
    /// Pattern for `arch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// Pattern for the image that the config or the built-in table named; rules that have it
    /// are tried on that name, after it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The image. `{language}`, `{version}`, `{dist}`, `{arch}` are replaced by the job's values
    /// and `{1}`, `{2}` … by what the `*` of `from` matched, in order.
    pub image: String,
    /// When it is pulled: `always`, `missing` or `never`; where nothing is said, as `jobs.pull` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull: Option<Pull>,
}

/// A rule that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A placeholder without a value.
    #[error("images rule {rule}: {{{name}}} in {image:?} has no value for this job")]
    NoValue {
        /// The rule's position, from 1.
        rule: usize,
        /// The rule's image as written.
        image: String,
        /// The placeholder's name.
        name: String,
    },
    /// Text that is no image reference.
    #[error(
        "{0:?} is not the name of an image; names look like `python:3.8` or `host/team/name@sha256:…`"
    )]
    NotAnImage(String),
    /// A version for which the built-in table knows no image.
    #[error(
        "there is no image known for {language} {version}, but for {known}; name an image with \
         `image:`, or the operator adds a rule for it"
    )]
    NoImage {
        /// The language.
        language: String,
        /// The version that was asked for.
        version: String,
        /// What versions there are, in words.
        known: &'static str,
    },
}

/// What the stars of a pattern matched; `None` where the pattern does not match.
///
/// Each star takes as little as it can, the last one all that is left.
pub(super) fn matches<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split('*');
    let mut rest = text.strip_prefix(parts.next()?)?;
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty().then(Vec::new);
    };
    let mut stars = Vec::with_capacity(parts.len());
    for part in middle {
        let (star, after) = rest.split_once(part)?;
        stars.push(star);
        rest = after;
    }
    stars.push(rest.strip_suffix(last)?);
    Some(stars)
}

/// Replaces `{name}` by its value; the error is the name that has none.
pub(super) fn fill<'v>(
    template: &str,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            return Err(after.to_owned());
        };
        out.push_str(value(name).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_and_tell_what() {
        for (pattern, text, stars) in [
            ("python", "python", Some(vec![])),
            ("python", "python3", None),
            ("*", "", Some(vec![""])),
            ("3.*", "3.10", Some(vec!["10"])),
            ("*:*", "a/b:1:2", Some(vec!["a/b", "1:2"])),
            ("a*b*c", "abc", Some(vec!["", ""])),
            ("a*b*c", "ac", None),
            ("*a*", "bab", Some(vec!["b", "b"])),
            ("ab*ba", "aba", None),
        ] {
            assert_eq!(matches(pattern, text), stars, "{pattern} {text}");
        }
    }

    #[test]
    fn placeholders_need_a_value() {
        let value = |name: &str| (name == "a").then_some("x");
        assert_eq!(fill("1{a}2{a}", value).as_deref(), Ok("1x2x"));
        assert_eq!(fill("{b}", value), Err("b".to_owned()));
        assert_eq!(fill("{a", value), Err("a".to_owned()));
    }
}
