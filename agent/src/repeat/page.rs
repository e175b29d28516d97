//! The address of a build's page, taken apart.

use url::Url;

/// A build at a daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The daemon's address, with a `/` at its end.
    pub server: Url,
    /// `owner/name`.
    pub slug: String,
    /// The build's number.
    pub build: u64,
}

impl Page {
    /// Takes the address of a page apart: `…/owner/name/builds/12`, or `…/owner/name/jobs/12.3` of one
    /// of its jobs. `None` for one that is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut server = Url::parse(text).ok()?;
        if !matches!(server.scheme(), "http" | "https") || !server.has_host() {
            return None;
        }
        let path = server.path().trim_end_matches('/').to_owned();
        let mut parts = path.rsplitn(5, '/');
        let (number, kind) = (parts.next()?, parts.next()?);
        let (name, owner) = (parts.next()?, parts.next()?);
        let before = parts.next()?;
        let build = match kind {
            "builds" => number,
            "jobs" => number.split_once('.')?.0,
            _ => return None,
        };
        let build = build.parse().ok()?;
        if owner.is_empty() || name.is_empty() {
            return None;
        }
        server.set_path(&format!("{before}/"));
        server.set_query(None);
        server.set_fragment(None);
        Some(Self {
            server,
            slug: format!("{owner}/{name}"),
            build,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_builds_and_jobs_name_daemon_repository_and_build() {
        for (text, server) in [
            (
                "https://ci.example.com/octo/hello/builds/12",
                "https://ci.example.com/",
            ),
            (
                "https://ci.example.com/octo/hello/builds/12/?x=1#y",
                "https://ci.example.com/",
            ),
            (
                "http://[::1]:8080/ci/octo/hello/jobs/12.3",
                "http://[::1]:8080/ci/",
            ),
        ] {
            let page = Page::parse(text).unwrap();
            assert_eq!(page.server.as_str(), server);
            assert_eq!((page.slug.as_str(), page.build), ("octo/hello", 12));
        }
    }

    #[test]
    fn other_addresses_are_none() {
        for text in [
            "",
            "12",
            "octo/hello/builds/12",
            "ftp://ci.example.com/octo/hello/builds/12",
            "https://ci.example.com/octo/hello",
            "https://ci.example.com/hello/builds/12",
            "https://ci.example.com/octo/hello/builds/x",
            "https://ci.example.com/octo/hello/jobs/12",
            "https://ci.example.com//hello/builds/12",
        ] {
            assert_eq!(Page::parse(text), None, "{text}");
        }
    }
}
