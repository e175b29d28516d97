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
    fn messages_of_git_lose_their_credentials() {
        let said = "fatal: unable to access 'https://x:secret@host/o/r/': refused\nsee a@b";
        let clean = without_credentials(said);
        assert_eq!(
            clean,
            "fatal: unable to access 'https://host/o/r/': refused\nsee a@b"
        );
    }
}
