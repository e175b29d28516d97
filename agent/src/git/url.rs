//! Addresses of repositories: what may be shown and what may be fetched.

/// An address without user and password, fit for a job's `.git/config`.
#[must_use]
pub fn public_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // `git@host:path` names an account, not a secret; a path stays as it is.
        return url.to_owned();
    };
    if scheme == "ssh" {
        return url.to_owned();
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// A host that repositories are fetched from without credentials, in the forms that addresses take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebHost {
    /// E.g. `https://github.com/`.
    pub web: String,
    /// Other ways to begin an address there, which want a key of ssh.
    pub ssh: [String; 2],
}

/// The host of a repository's address; `None` where it is a path or the like.
#[must_use]
pub fn web_host(url: &str) -> Option<WebHost> {
    let (scheme, host) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.split('/').next()?),
        None => ("ssh", url.split_once(':')?.0),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let bare = host.split_once(':').map_or(host, |(host, _)| host);
    let is_name = |text: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
        !text.is_empty() && text.bytes().all(letter)
    };
    let web = match scheme {
        "http" | "https" => format!("{scheme}://{host}/"),
        "ssh" | "git" => format!("https://{bare}/"),
        _ => return None,
    };
    is_name(host).then(|| WebHost {
        web,
        ssh: [format!("git@{bare}:"), format!("ssh://git@{bare}/")],
    })
}

/// A text with the credentials taken out of every address in it.
pub(super) fn without_credentials(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| match word.find("://") {
            Some(at) if word.contains('@') => {
                let start = word
                    .get(..at)
                    .and_then(|head| head.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+'))
                    .map_or(0, |quote| quote + 1);
                let (head, url) = word.split_at_checked(start).unwrap_or(("", word));
                format!("{head}{}", public_url(url))
            }
            _ => word.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_reach_the_work_tree() {
        for (url, public) in [
            ("https://token@host/o/r.git", "https://host/o/r.git"),
            ("https://user:pa@ss@host:8080/o/r", "https://host:8080/o/r"),
            ("https://host/o/r@v1", "https://host/o/r@v1"),
            ("https://t@host", "https://host"),
            ("https://t@host?x=@", "https://host?x=@"),
            ("git@host:o/r.git", "git@host:o/r.git"),
            ("ssh://git@host/o/r", "ssh://git@host/o/r"),
            ("/srv/r.git", "/srv/r.git"),
        ] {
            assert_eq!(public_url(url), public);
        }
    }

    #[test]
    fn a_host_is_known_by_its_web_address() {
        for (url, web) in [
            ("https://github.com/o/r.git", "https://github.com/"),
            ("http://h:3000/o/r", "http://h:3000/"),
            ("git@github.com:o/r.git", "https://github.com/"),
            ("ssh://git@h:22/o/r", "https://h/"),
        ] {
            let host = web_host(url).unwrap();
            assert_eq!(host.web, web);
            assert!(host.ssh[0].starts_with("git@") && host.ssh[0].ends_with(':'));
        }
        for none in [
            "/srv/r.git",
            "file:///srv/r",
            "https://",
            "https://a b/",
            "../r",
        ] {
            assert_eq!(web_host(none), None, "{none}");
        }
    }

    #[test]
    fn messages_of_git_lose_their_credentials() {
        let said = "fatal: unable to access 'https://x:secret@host/o/r/': refused\nsee a@b";
        let clean = without_credentials(said);
        assert_eq!(
            clean,
            "fatal: unable to access 'https://host/o/r/': refused\nsee a@b"
        );
    }
}
