//! How many files the daemon may hold open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for all connections that the server takes, jobs, databases and git beside them.
const WANTED: u64 = 16_384;

/// Raises the limit of open files as far as the system allows without being asked. Service managers
/// start programs with a thousand, which so many silent connections would use up.
pub(super) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(WANTED).min(WANTED);
    if limit.current.is_none_or(|current| current >= most) {
        return;
    }
    let wanted = Rlimit {
        current: Some(most),
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "the limit of open files stays at {:?}", limit.current);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_and_never_lowered() {
        let before = getrlimit(Resource::Nofile);
        raise_limit();
        let after = getrlimit(Resource::Nofile);
        let most = after.maximum.unwrap_or(WANTED).min(WANTED);
        assert!(after.current.is_none_or(|current| current >= most));
        assert!(after.current.unwrap_or(u64::MAX) >= before.current.unwrap_or(0).min(most));
        assert_eq!(after.maximum, before.maximum);
    }
}
