//! From which private repositories a config may import (run-time reference §10.9).

use schema::request::Request;

/// A repository, as far as importing hangs on it.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// The account that it belongs to.
    pub owner: &'a str,
    /// Whether only some people may see it.
    pub private: bool,
}

/// Whether the config of a build may import from a private repository: only from one of the same
/// owner whose operator has allowed it (`shared`), only into a private one, and never for code of a
/// fork, since its author may see neither.
#[must_use]
pub fn may_import_private(request: &Request, home: Home<'_>, owner: &str, shared: bool) -> bool {
    !request.fork && home.private && shared && home.owner.eq_ignore_ascii_case(owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(fork: bool, private: bool, owner: &str, shared: bool) -> bool {
        let request = Request {
            fork,
            ..Request::default()
        };
        let home = Home {
            owner: "acme",
            private,
        };
        may_import_private(&request, home, owner, shared)
    }

    #[test]
    fn everything_has_to_allow_it() {
        assert!(may(false, true, "Acme", true));
        for (fork, private, owner, shared) in [
            (true, true, "acme", true),
            (false, false, "acme", true),
            (false, true, "eve", true),
            (false, true, "acme", false),
        ] {
            assert!(!may(fork, private, owner, shared));
        }
    }
}
