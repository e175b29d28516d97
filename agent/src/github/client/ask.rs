//! One call as it will be sent.

use reqwest::Method;
use serde::Serialize;
use url::Url;

/// JSON answers: as long as a list of a hundred pull requests can be.
const ANSWER: usize = 16 << 20;

/// A call. Its path is kept in parts, each of which is one part in the URL whatever it holds.
#[derive(Clone, Debug)]
pub(in crate::github) struct Ask {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) accept: &'static str,
    pub(super) limit: usize,
}

impl Ask {
    fn new(method: Method, path: &[&str]) -> Self {
        Self {
            method,
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            query: Vec::new(),
            body: None,
            accept: "application/vnd.github+json",
            limit: ANSWER,
        }
    }

    pub(in crate::github) fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path)
    }

    pub(in crate::github) fn delete(path: &[&str]) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A `POST` without a body.
    pub(in crate::github) fn post_empty(path: &[&str]) -> Self {
        Self::new(Method::POST, path)
    }

    pub(in crate::github) fn post(path: &[&str], body: &impl Serialize) -> Self {
        Self::new(Method::POST, path).with(body)
    }

    pub(in crate::github) fn patch(path: &[&str], body: &impl Serialize) -> Self {
        Self::new(Method::PATCH, path).with(body)
    }

    pub(in crate::github) fn put(path: &[&str], body: &impl Serialize) -> Self {
        Self::new(Method::PUT, path).with(body)
    }

    pub(in crate::github) fn with(mut self, body: &impl Serialize) -> Self {
        // Our own bodies are structs of strings and numbers, which always serialise.
        self.body = Some(serde_json::to_vec(body).unwrap_or_default());
        self
    }

    pub(in crate::github) fn query(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The file as it is, instead of JSON about it; no longer than `limit` bytes.
    pub(in crate::github) fn raw(mut self, limit: usize) -> Self {
        self.accept = "application/vnd.github.raw+json";
        self.limit = limit;
        self
    }

    /// Reads answers of up to this many bytes.
    pub(in crate::github) fn up_to(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    pub(super) fn reads(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether it counts as making something, by GitHub's second limits.
    pub(super) fn creates(&self) -> bool {
        self.method == Method::POST
    }

    pub(super) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&self.path);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// What errors call it: method and path. Neither query nor body, which may hold a secret.
    pub(in crate::github) fn name(&self) -> String {
        let path: String = self.path.iter().flat_map(|part| ["/", part]).collect();
        format!("{} {}", self.method, path.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_stays_one_part() {
        let base = Url::parse("https://ghe.example/api/v3/").unwrap();
        let ask = Ask::get(&[
            "repos",
            "o",
            "r",
            "branches",
            "feature/a b?#%",
            "protection",
        ])
        .query("ref", &"refs/heads/a&b");
        assert_eq!(
            ask.url(&base).as_str(),
            "https://ghe.example/api/v3/repos/o/r/branches/feature%2Fa%20b%3F%23%25/protection?ref=refs%2Fheads%2Fa%26b"
        );
        assert_eq!(
            ask.name(),
            "GET /repos/o/r/branches/feature/a b?#%/protection"
        );
    }

    #[test]
    fn a_base_without_a_path_works_too() {
        let base = Url::parse("http://127.0.0.1:9").unwrap();
        assert_eq!(
            Ask::get(&["user"]).url(&base).as_str(),
            "http://127.0.0.1:9/user"
        );
    }
}
