//! Where GitHub's API is, by where its pages are.

use url::Url;

/// The API that belongs to GitHub's pages: one of its own for github.com, a path of the same host
/// for an Enterprise server. Ends in `/`.
#[must_use]
pub fn api_of(web: &Url) -> Option<Url> {
    if web.host_str() == Some("github.com") {
        return Url::parse("https://api.github.com/").ok();
    }
    web.join("/api/v3/").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_github_has_its_api() {
        for (web, api) in [
            ("https://github.com/", "https://api.github.com/"),
            (
                "https://git.example.com/",
                "https://git.example.com/api/v3/",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3/"),
        ] {
            let found = api_of(&Url::parse(web).unwrap()).unwrap();
            assert_eq!(found.as_str(), api);
        }
    }
}
