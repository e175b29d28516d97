//! Pulling, and asking a registry whether somebody may have what is here already.

use super::engine::{Engine, QUICK, words};
use crate::backend::reference::{self, split};
use crate::backend::{BackendError, Login, Tell, Wanted};
use bollard::auth::DockerCredentials;
use bollard::errors::Error;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A pull in which nothing moves for so long is given up.
const STALLED: Duration = Duration::from_secs(300);
/// Pauses before what may have been a passing trouble is tried again.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(10),
];
/// Between two lines about a pull that goes on.
const BETWEEN: Duration = Duration::from_secs(5);

/// What a registry's refusal means, as far as its words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Too many pulls.
    Limit,
    /// Whoever asked may not have it, or it is not there: registries do not tell.
    Denied,
    /// There is no such tag.
    NoTag,
    /// The network, or a registry in trouble.
    Passing,
    Other,
}

/// What is asked of a registry.
#[derive(Clone, Copy)]
enum Act<'a> {
    /// The image.
    Pull,
    /// Whether it gives this one, which is here, to whoever wants it.
    Authorise(&'a str),
}

/// Pulls an image; tries again where the trouble may pass.
pub(super) async fn pull(
    engine: &Engine,
    wanted: &Wanted,
    tell: Tell<'_>,
) -> Result<(), BackendError> {
    tell(format!("Pulling {}", wanted.reference));
    again(engine, wanted, Act::Pull, tell).await
}

/// Asks the registry whether it gives `pinned`, which is here, to whoever wants it.
pub(super) async fn authorise(
    engine: &Engine,
    wanted: &Wanted,
    pinned: &str,
) -> Result<(), BackendError> {
    again(engine, wanted, Act::Authorise(pinned), &|_| {}).await
}

/// What an attempt came to.
enum Said {
    /// The engine could not do it.
    Engine(BackendError),
    /// The registry's words.
    Registry(String),
}

async fn again(
    engine: &Engine,
    wanted: &Wanted,
    act: Act<'_>,
    tell: Tell<'_>,
) -> Result<(), BackendError> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let done = match act {
            Act::Pull => once(engine, wanted, tell).await,
            Act::Authorise(pinned) => ask(engine, wanted, pinned).await,
        };
        let reason = match done {
            Ok(()) => return Ok(()),
            Err(Said::Engine(error)) => return Err(error),
            Err(Said::Registry(reason)) => reason,
        };
        match (cause(&reason), pauses.next()) {
            (Cause::Passing, Some(pause)) => {
                tell(format!(
                    "{}: {reason}; trying again in {} s",
                    wanted.reference,
                    pause.as_secs()
                ));
                tokio::time::sleep(pause).await;
            }
            (cause, _) => return Err(in_words(wanted, cause, &reason)),
        }
    }
}

async fn ask(engine: &Engine, wanted: &Wanted, pinned: &str) -> Result<(), Said> {
    let credentials = wanted.login.as_ref().map(credentials);
    let asked = engine.docker.inspect_registry_image(pinned, credentials);
    match tokio::time::timeout(QUICK, asked).await {
        Ok(answer) => answer.map(|_| ()).map_err(|error| said(engine, &error)),
        Err(_) => Err(Said::Registry("timeout".to_owned())),
    }
}

async fn once(engine: &Engine, wanted: &Wanted, tell: Tell<'_>) -> Result<(), Said> {
    let (name, tag) = split(&wanted.reference);
    let options = CreateImageOptionsBuilder::new()
        .from_image(name)
        .tag(tag)
        .build();
    let credentials = wanted.login.as_ref().map(credentials);
    let stream = engine.docker.create_image(Some(options), None, credentials);
    let mut stream = std::pin::pin!(stream);
    let mut progress = Progress::new();
    loop {
        match tokio::time::timeout(STALLED, stream.next()).await {
            Err(_) => {
                let reason = format!("nothing came for {} s", STALLED.as_secs());
                return Err(Said::Engine(refused(&wanted.reference, &reason)));
            }
            Ok(None) => {
                tell(progress.end());
                return Ok(());
            }
            Ok(Some(Ok(info))) => {
                if let Some(line) = progress.heard(&info) {
                    tell(line);
                }
            }
            Ok(Some(Err(error))) => return Err(said(engine, &error)),
        }
    }
}

fn said(engine: &Engine, error: &Error) -> Said {
    match engine.error("pulling", error) {
        BackendError::Refused { .. } => Said::Registry(words(error)),
        other => Said::Engine(other),
    }
}

fn credentials(login: &Login) -> DockerCredentials {
    let server = match login.registry.as_str() {
        reference::PUBLIC => "https://index.docker.io/v1/",
        host => host,
    };
    DockerCredentials {
        username: Some(login.username.clone()),
        password: Some(login.password.expose_secret().to_owned()),
        serveraddress: Some(server.to_owned()),
        ..DockerCredentials::default()
    }
}

/// Registries and engines have no numbers for what went wrong, only words.
fn cause(reason: &str) -> Cause {
    let reason = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    // No bare numbers: a digest is in many of these texts.
    if says(&["toomanyrequests", "too many requests", "rate limit"]) {
        Cause::Limit
    } else if says(&[
        "unauthorized",
        "denied",
        "authentication required",
        "no basic auth credentials",
        "forbidden",
    ]) {
        Cause::Denied
    } else if says(&["manifest unknown", "not found", "name unknown"]) {
        Cause::NoTag
    } else if says(&[
        "timeout",
        "timed out",
        "deadline exceeded",
        "connection reset",
        "connection refused",
        "broken pipe",
        "eof",
        "server misbehaving",
        "temporar",
        "unavailable",
        "bad gateway",
        "internal server error",
        "status code 5",
    ]) {
        Cause::Passing
    } else {
        Cause::Other
    }
}

fn in_words(wanted: &Wanted, cause: Cause, reason: &str) -> BackendError {
    let (image, registry) = (&wanted.reference, reference::registry(&wanted.reference));
    let (reason, hint) = match (cause, &wanted.login) {
        (Cause::Limit, login) => (
            format!("{registry} has had too many pulls from here: {reason}"),
            match login {
                None => format!(
                    "give {registry} an account under `registries` in the settings, or send the \
                     name to a mirror by a rule of `images` with `from`"
                ),
                Some(_) => "wait, or send the name to a mirror by a rule of `images` with `from`"
                    .to_owned(),
            },
        ),
        (Cause::Denied, Some(login)) => (
            format!(
                "{registry} does not give it to the account {}: {reason}",
                login.username
            ),
            "check the name, and the account under `registries` in the settings".to_owned(),
        ),
        (Cause::Denied, None) => (
            format!("{registry} does not give it without an account: {reason}"),
            format!(
                "check the name; an account for this repository is given under `registries` in \
                 the settings, for {registry}"
            ),
        ),
        (Cause::NoTag, _) => (
            format!("{registry} has no such image: {reason}"),
            "check the name and the tag".to_owned(),
        ),
        (Cause::Passing, _) => (
            format!(
                "{registry} did not answer in {} attempts: {reason}",
                PAUSES.len() + 1
            ),
            "look at the network and the registry, and restart the job".to_owned(),
        ),
        (Cause::Other, _) => return refused(image, reason),
    };
    with_hint(image, &reason, &hint)
}

/// What has come of a pull.
struct Progress {
    began: Instant,
    told: Instant,
    /// Bytes of each layer: how many there are, and how many have come.
    layers: BTreeMap<String, (u64, u64)>,
    known: usize,
}

impl Progress {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            told: now,
            layers: BTreeMap::new(),
            known: 0,
        }
    }

    /// Takes a message of the engine; a line from time to time.
    fn heard(&mut self, info: &CreateImageInfo) -> Option<String> {
        let id = info.id.as_deref().filter(|id| id.len() == 12)?;
        match info.status.as_deref().unwrap_or_default() {
            "Already exists" => self.known += 1,
            "Downloading" => {
                let detail = info.progress_detail.as_ref()?;
                let number = |value: Option<i64>| u64::try_from(value.unwrap_or(0)).unwrap_or(0);
                let (total, now) = (number(detail.total), number(detail.current));
                self.layers.insert(id.to_owned(), (total, now));
            }
            "Download complete" | "Pull complete" => {
                let layer = self.layers.entry(id.to_owned()).or_default();
                layer.1 = layer.0;
            }
            _ => {}
        }
        if self.told.elapsed() < BETWEEN || self.layers.is_empty() {
            return None;
        }
        self.told = Instant::now();
        let (total, now) = self.bytes();
        Some(format!("{} of {}", size(now), size(total)))
    }

    fn end(&self) -> String {
        let (_, now) = self.bytes();
        let took = self.began.elapsed().as_secs_f64();
        match (self.layers.len(), self.known) {
            (0, _) => format!("Nothing new, after {took:.1} s"),
            (new, 0) => format!("Pulled {} in {new} layers, {took:.1} s", size(now)),
            (new, known) => format!(
                "Pulled {} in {new} layers, {known} were here, {took:.1} s",
                size(now)
            ),
        }
    }

    fn bytes(&self) -> (u64, u64) {
        // A registry says these numbers.
        let sum = |part: fn(&(u64, u64)) -> u64| {
            let parts = self.layers.values().map(part);
            parts.fold(0, u64::saturating_add)
        };
        (sum(|layer| layer.0), sum(|layer| layer.1))
    }
}

fn size(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "it is shown with one digit")]
    let mega = bytes as f64 / 1e6;
    format!("{mega:.1} MB")
}

/// An image that is not to be had, with what the engine or the registry said.
pub(super) fn refused(reference: &str, reason: &str) -> BackendError {
    BackendError::Image {
        image: reference.to_owned(),
        reason: reason.to_owned(),
        hint: None,
    }
}

/// The same with what to do.
pub(super) fn with_hint(reference: &str, reason: &str, hint: &str) -> BackendError {
    BackendError::Image {
        image: reference.to_owned(),
        reason: reason.to_owned(),
        hint: Some(hint.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_registries_say_is_known_by_its_words() {
        for (reason, expected) in [
            (
                "toomanyrequests: You have reached your pull rate limit.",
                Cause::Limit,
            ),
            (
                "received unexpected HTTP status: 429 Too Many Requests",
                Cause::Limit,
            ),
            (
                "pull access denied for x, repository does not exist or may require 'docker login': \
                 denied: requested access to the resource is denied",
                Cause::Denied,
            ),
            ("unauthorized: authentication required", Cause::Denied),
            (
                "Get \"http://h/v2/a/manifests/sha256:42950350\": no basic auth credentials",
                Cause::Denied,
            ),
            (
                "Head \"http://h/v2/a/manifests/1\": no basic auth credentials",
                Cause::Denied,
            ),
            (
                "manifest for python:9.9 not found: manifest unknown: manifest unknown",
                Cause::NoTag,
            ),
            ("net/http: TLS handshake timeout", Cause::Passing),
            (
                "received unexpected HTTP status: 503 Service Unavailable",
                Cause::Passing,
            ),
            ("read tcp 1.2.3.4: connection reset by peer", Cause::Passing),
            ("unexpected EOF", Cause::Passing),
            (
                "dial tcp: lookup nowhere.example: no such host",
                Cause::Other,
            ),
            ("no matching manifest for linux/amd64", Cause::Other),
        ] {
            assert_eq!(cause(reason), expected, "{reason}");
        }
    }

    #[test]
    fn each_cause_names_its_fix() {
        let wanted = Wanted::plain("python:9.9");
        let text = |cause| in_words(&wanted, cause, "said").with_hint();
        let limit = text(Cause::Limit);
        assert!(
            limit.contains("`registries`") && limit.contains("mirror"),
            "{limit}"
        );
        let denied = text(Cause::Denied);
        assert!(
            denied.contains("without an account") && denied.contains("docker.io"),
            "{denied}"
        );
        let wanted = Wanted {
            login: Some(Login {
                registry: "h".to_owned(),
                username: "robot".to_owned(),
                password: "hunter2".into(),
            }),
            ..Wanted::plain("h.example/a:1")
        };
        let denied = in_words(&wanted, Cause::Denied, "said").with_hint();
        assert!(
            denied.contains("robot") && !denied.contains("hunter2"),
            "{denied}"
        );
    }

    #[test]
    fn a_pull_is_told_with_its_layers_and_bytes() {
        let mut progress = Progress::new();
        let info = |id: &str, status: &str, bytes: Option<(i64, i64)>| CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: bytes.map(|(current, total)| bollard::models::ProgressDetail {
                current: Some(current),
                total: Some(total),
            }),
            ..CreateImageInfo::default()
        };
        let told = [
            info("latest", "Pulling from library/python", None),
            info("0123456789ab", "Already exists", None),
            info("aaaaaaaaaaaa", "Downloading", Some((1_000_000, 3_000_000))),
            info("bbbbbbbbbbbb", "Downloading", Some((500_000, 1_000_000))),
            info("aaaaaaaaaaaa", "Download complete", None),
        ];
        for info in &told {
            assert_eq!(progress.heard(info), None);
        }
        assert_eq!(progress.bytes(), (4_000_000, 3_500_000));
        progress.told = Instant::now().checked_sub(BETWEEN).unwrap();
        let line = progress.heard(&info("bbbbbbbbbbbb", "Pull complete", None));
        assert_eq!(line.as_deref(), Some("4.0 MB of 4.0 MB"));
        assert!(
            progress
                .end()
                .starts_with("Pulled 4.0 MB in 2 layers, 1 were here, 0.")
        );
    }
}
