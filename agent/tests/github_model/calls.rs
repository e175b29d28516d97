//! What was asked of the model.

use std::time::Instant;

/// One request, as it was answered.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// As sent, without the base path of the API and without the query.
    pub(crate) path: String,
    pub(crate) query: String,
    /// The name of the token, when there was a valid one.
    pub(crate) token: Option<String>,
    pub(crate) at: Instant,
    /// It came while the caller had been told to wait.
    pub(crate) too_early: bool,
    /// The answer's status; 0 when there was none: the connection was cut or left hanging.
    pub(crate) status: u16,
}

impl Call {
    /// `GET /repos/o/r`, as patterns of [`super::Mischief`] are matched with.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Whether `line` is like `pattern`, in which `*` stands for any text, none included.
pub(crate) fn like(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}
