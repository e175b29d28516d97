//! Requests held against GitHub's description of its REST API.

use super::answer::Answer;
use super::asked::Asked;
use serde_json::{Map, Value};

/// The type of a body's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    Object,
    Texts,
    Objects,
}

/// A field of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    kind: Kind,
    required: bool,
    nullable: bool,
}

/// A field that may be left out.
pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
        nullable: false,
    }
}

/// A field that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
        nullable: false,
    }
}

impl Field {
    /// The same field, which may also be null.
    pub(crate) const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// The API versions that GitHub serves.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// What holds for every call.
///
/// # Errors
/// 403 without a user agent, 415 for an unknown media type, 400 for an unknown version.
pub(crate) fn headers(asked: &Asked) -> Result<(), Answer> {
    if asked.header("user-agent").is_none_or(str::is_empty) {
        return Err(Answer::refuse(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        ));
    }
    let accepted = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        matches!(
            kind,
            "*/*" | "application/*" | "application/json" | "text/plain"
        ) || kind.starts_with("application/vnd.github")
    };
    if asked
        .header("accept")
        .is_some_and(|all| !all.split(',').any(accepted))
    {
        return Err(Answer::refuse(
            415,
            "Unsupported 'Accept' header: Must accept 'application/json'.",
        ));
    }
    let version = asked.header("x-github-api-version");
    if version.is_some_and(|version| !VERSIONS.contains(&version)) {
        return Err(Answer::refuse(
            400,
            "The API version given is not supported.",
        ));
    }
    Ok(())
}

/// Holds an object against its fields. The second part names fields that GitHub does not know: it
/// would ignore them, but whoever sent them meant something.
///
/// # Errors
/// 422 for a field that is missing or of another type.
pub(crate) fn fields(
    object: &Map<String, Value>,
    fields: &[Field],
    resource: &str,
) -> Result<Vec<String>, Answer> {
    for field in fields {
        match object.get(field.name) {
            None if field.required => {
                return Err(Answer::invalid(resource, field.name, "missing_field", ""));
            }
            Some(value) if !fits(value, field) => {
                return Err(wrong_type(field, value));
            }
            _ => {}
        }
    }
    let unknown = object
        .keys()
        .filter(|name| fields.iter().all(|field| field.name != name.as_str()));
    Ok(unknown.cloned().collect())
}

fn fits(value: &Value, field: &Field) -> bool {
    let all = |test: fn(&Value) -> bool| value.as_array().is_some_and(|list| list.iter().all(test));
    match field.kind {
        _ if value.is_null() => field.nullable,
        Kind::Text => value.is_string(),
        Kind::Flag => value.is_boolean(),
        Kind::Object => value.is_object(),
        Kind::Texts => all(Value::is_string),
        Kind::Objects => all(Value::is_object),
    }
}

fn wrong_type(field: &Field, value: &Value) -> Answer {
    let wanted = match field.kind {
        Kind::Text => "a string",
        Kind::Flag => "a boolean",
        Kind::Object => "an object",
        Kind::Texts => "an array of strings",
        Kind::Objects => "an array of objects",
    };
    Answer::refuse(
        422,
        &format!(
            "Invalid request.\n\nFor 'properties/{}', {value} is not {wanted}.",
            field.name
        ),
    )
}

/// Whether it is a full sha.
pub(crate) fn is_sha(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether GitHub takes it as an address of a page or a receiver.
pub(crate) fn is_web_url(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
