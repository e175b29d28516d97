//! What became of a call that did not succeed.

use super::token::TokenError;
use jiff::Timestamp;
use std::time::Duration;

/// Why a call did not do what it was for: what was asked (`GET /repos/o/r`), what came back, and
/// what to do about it. The token is in none of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// 401, also after the token was read once more.
    #[error("GitHub refused the token on {ask} ({said}); put a valid one into {place}")]
    Unauthorized {
        /// What was asked.
        ask: String,
        /// What GitHub said.
        said: String,
        /// Where the token comes from.
        place: String,
    },
    /// The token was refused, and no other one can be read.
    #[error("GitHub refused the token on {ask}, and {error}")]
    Token {
        /// What was asked.
        ask: String,
        /// Why there is no other.
        error: TokenError,
    },
    /// 403 or 451.
    #[error("GitHub forbids {ask} ({said}){}", lacking(.needs))]
    Forbidden {
        /// What was asked.
        ask: String,
        /// What GitHub said.
        said: String,
        /// The permission that the token lacks, where GitHub names it.
        needs: Option<String>,
    },
    /// 404: it is not there, or the token must not know that it is.
    #[error("GitHub finds nothing for {ask}; check the name, and that the token may see it")]
    NotFound {
        /// What was asked.
        ask: String,
    },
    /// 410: it was there.
    #[error("GitHub says that what {ask} asks for is gone ({said})")]
    Gone {
        /// What was asked.
        ask: String,
        /// What GitHub said.
        said: String,
    },
    /// A redirect to another host, which is never followed: it would be given the token (R25).
    #[error(
        "{ask} is answered with a redirect to {to}, which is not followed; check the API's URL in the settings"
    )]
    Moved {
        /// What was asked.
        ask: String,
        /// The host, or what is wrong with the redirect.
        to: String,
    },
    /// 422 and other refusals that the same call would meet again.
    #[error("GitHub does not accept {ask} ({said})")]
    Unprocessable {
        /// What was asked.
        ask: String,
        /// What GitHub said.
        said: String,
    },
    /// Too many calls. None is made before that time (R21–R23).
    #[error("GitHub's limit of calls is reached; {ask} must wait until {until:.0}")]
    RateLimited {
        /// What was asked.
        ask: String,
        /// When calls may be made again.
        until: Timestamp,
    },
    /// No answer, a broken one, or 5xx: the same call may succeed later.
    #[error("GitHub gave {ask} no answer that is of use ({said}); it is worth another try")]
    Temporary {
        /// What was asked.
        ask: String,
        /// What happened.
        said: String,
    },
    /// The answer is longer than it can sensibly be.
    #[error("the answer to {ask} is longer than {limit} bytes")]
    TooLong {
        /// What was asked.
        ask: String,
        /// The most that is read.
        limit: usize,
    },
}

fn lacking(needs: &Option<String>) -> String {
    let fix = |needs| format!("; give the token the permission {needs}");
    needs.as_ref().map_or_else(
        || "; the token lacks a permission, or its account the right".to_owned(),
        fix,
    )
}

impl GithubError {
    /// How long to wait before the same call is worth another try, after so many in vain; `None`
    /// where it would meet the same answer. Grows from a second to five minutes.
    #[must_use]
    pub fn again(&self, tries: u32, now: Timestamp) -> Option<Duration> {
        match self {
            Self::RateLimited { until, .. } => Some(
                Duration::try_from(until.duration_since(now))
                    .unwrap_or_default()
                    .max(Duration::from_secs(1)),
            ),
            // A token that is refused may be replaced any minute, and a missing right be given.
            Self::Unauthorized { .. } | Self::Token { .. } => Some(Duration::from_secs(60)),
            Self::Temporary { .. } => Some(Duration::from_secs(1 << tries.min(8)).min(LONGEST)),
            _ => None,
        }
    }

    /// Whether GitHub takes no more statuses for this commit and context (R26): it takes 1,000.
    #[must_use]
    pub fn is_status_limit(&self) -> bool {
        matches!(self, Self::Unprocessable { said, .. }
            if said.contains("maximum number of statuses"))
    }
}

const LONGEST: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> GithubError {
        GithubError::Temporary {
            ask: "GET /x".to_owned(),
            said: "502".to_owned(),
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_ever_more_seldom() {
        let now = Timestamp::UNIX_EPOCH;
        let seconds = |tries| temporary().again(tries, now).unwrap().as_secs();
        assert_eq!(
            [0, 1, 2, 8, 9, u32::MAX].map(seconds),
            [1, 2, 4, 256, 256, 256]
        );
        let ask = "GET /x".to_owned();
        let until = Timestamp::from_second(30).unwrap();
        let limited = GithubError::RateLimited { ask, until };
        assert_eq!(limited.again(5, now), Some(Duration::from_secs(30)));
        assert_eq!(limited.again(5, until), Some(Duration::from_secs(1)));
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        let error = GithubError::NotFound {
            ask: "GET /x".to_owned(),
        };
        assert_eq!(error.again(0, Timestamp::UNIX_EPOCH), None);
    }
}
