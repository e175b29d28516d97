//! Fetches a build's commit into the mirror, and waits for a network that is away (reliability R28).

use crate::git::{GitError, Mirror, Source, Trees};
use crate::github::Client;
use crate::report::duration::short;
use crate::secrets::Plaintext;
use secrecy::ExposeSecret;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A network or a GitHub that is away for so long fails no build.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// What GitHub refuses may still be on its way to all of its servers.
const REFUSED: Duration = Duration::from_secs(20);
/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_secs(30);

/// Work trees over a mirror that has the commit. The token stays on this side: neither the mirror
/// nor a work tree holds it.
///
/// # Errors
/// In words: why it can't be had, and for how long that was tried.
pub(super) async fn patiently(
    client: &Arc<Client>,
    url: &str,
    sha: &str,
    data: &Path,
) -> Result<Arc<Trees>, String> {
    let began = Instant::now();
    let mut tries = 0;
    loop {
        let (client, url) = (Arc::clone(client), url.to_owned());
        let (sha, data) = (sha.to_owned(), data.to_owned());
        let shown = format!("{} of {url}", sha.get(..7).unwrap_or(&sha));
        let fetched = tokio::task::spawn_blocking(move || {
            let mirror = Mirror::open(&data, &url)?;
            if !mirror.has(&sha)? {
                fetch(&mirror, &client, &url, &sha)?;
            }
            Ok(Arc::new(Trees::new(&data, mirror, Source::Commit)))
        });
        let fetched = fetched
            .await
            .map_err(|error| format!("fetching the commit broke: {error}"))?;
        let error: GitError = match fetched {
            Ok(trees) => return Ok(trees),
            Err(error) => error,
        };
        let tried = began.elapsed();
        let Some(pause) = pause(&error, tries, tried) else {
            return Err(told(&error, tries, tried));
        };
        let next = short(pause);
        tracing::warn!("commit {shown} cannot be fetched yet: {error}; next try in {next}");
        sleep(pause).await;
        tries += 1;
    }
}

/// How long to wait before the next try; none where another would change nothing.
fn pause(error: &GitError, tries: u32, tried: Duration) -> Option<Duration> {
    let patience = match error {
        GitError::Failed { reason, .. } if is_refusal(reason) => REFUSED,
        GitError::Failed { .. } | GitError::TooSlow { .. } => PATIENCE,
        _ => return None,
    };
    let pause = Duration::from_secs(1 << tries.min(9)).min(LONGEST);
    (tried + pause <= patience).then_some(pause)
}

/// Whether git has reached the server and heard no, by git's own untranslated words.
fn is_refusal(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    let words = [
        "not our ref",
        "couldn't find remote ref",
        "' not found",
        "repository not found",
        "authentication failed",
        "could not read username",
        "returned error: 401",
        "returned error: 403",
        "returned error: 404",
    ];
    words.iter().any(|word| reason.contains(word))
}

fn told(error: &GitError, tries: u32, tried: Duration) -> String {
    match tries {
        0 => error.to_string(),
        _ => format!("{error} (tried {} times in {})", tries + 1, short(tried)),
    }
}

/// Fetches a commit; where that fails, once more with the token read anew (reliability R24).
fn fetch(mirror: &Mirror, client: &Client, url: &str, sha: &str) -> Result<(), GitError> {
    let once = || {
        let token = client.token();
        let token = Plaintext::new(token.expose_secret().as_bytes().to_vec());
        mirror.fetch(url, sha, Some(&token))
    };
    match once() {
        Err(GitError::Failed { .. }) if client.renew_token().is_ok() => once(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: &str) -> GitError {
        GitError::Failed {
            action: "fetching a commit",
            reason: reason.to_owned(),
        }
    }

    /// The seconds at which tries come, when each takes no time, and the last word.
    fn tries(error: &GitError) -> (Vec<u64>, String) {
        let (mut at, mut seen) = (Duration::ZERO, vec![0]);
        while let Some(pause) = pause(error, u32::try_from(seen.len() - 1).unwrap(), at) {
            at += pause;
            seen.push(at.as_secs());
        }
        let told = told(error, u32::try_from(seen.len() - 1).unwrap(), at);
        (seen, told)
    }

    #[test]
    fn a_network_that_is_away_is_waited_for() {
        let (seen, told) = tries(&failed("Could not resolve host: github.com"));
        assert_eq!(seen[..7], [0, 1, 3, 7, 15, 31, 61]);
        assert!(*seen.last().unwrap() > 14 * 60, "{seen:?}");
        assert_eq!(
            told,
            "fetching a commit: Could not resolve host: github.com (tried 34 times in 14m 31s)"
        );
    }

    #[test]
    fn a_refusal_is_asked_again_for_a_short_while_and_a_local_fault_is_not() {
        let (seen, _) = tries(&failed(
            "fatal: remote error: upload-pack: not our ref 5ca1ab1e",
        ));
        assert_eq!(seen, [0, 1, 3, 7, 15]);
        let (seen, told) = tries(&GitError::Missing);
        assert_eq!(seen, [0]);
        assert_eq!(told, GitError::Missing.to_string());
    }
}
