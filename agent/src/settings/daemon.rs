//! What `agent serve` needs of its settings, resolved and with its secrets.

use super::environment::{Environment, variable};
use super::places::{Checks, Severity};
use super::secret::{SecretName, SecretPlace, SecretReader, foreign_owner};
use super::{Loaded, Settings, listed};
use crate::secrets::{MasterError, MasterKeys, MasterSources};
use crate::store::Location;
use secrecy::{ExposeSecret, SecretString};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use url::Url;

/// Shorter secrets can be guessed.
const SHORTEST: usize = 16;

/// Everything that the daemon is told before it starts. It may print: secrets do not.
#[derive(Clone, Debug)]
pub struct DaemonSettings {
    /// The settings; what was left open and follows from others is filled in.
    pub settings: Settings,
    /// The folder for keys, mirrors, logs and the database; absolute.
    pub data: PathBuf,
    /// How the world reaches the agent; ends in `/`.
    pub public_url: Url,
    /// How the agent reaches GitHub.
    pub github: GithubAccess,
    /// Who holds it may restart, cancel and approve; nobody may where there is none.
    pub operator_token: Option<SecretString>,
    /// Where what outlives the process is kept.
    pub database: Location,
    /// Where the master key is looked for.
    pub master: MasterSources,
    /// Where each secret was found, for people to read.
    pub secrets: Vec<SecretPlace>,
}

/// How the agent reaches GitHub, and knows it again.
#[derive(Clone, Debug)]
pub struct GithubAccess {
    /// The API; ends in `/`.
    pub api: Url,
    /// Pages and git; ends in `/`.
    pub web: Url,
    /// The token of all calls and fetches.
    pub token: SecretString,
    /// What deliveries may be signed with, the present one first; none where webhooks are off.
    pub webhook_secrets: Vec<SecretString>,
}

impl GithubAccess {
    /// The host as keys of repositories name it: `github.com`, with its port where one is given.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.web.host_str().unwrap_or_default().to_ascii_lowercase();
        match self.web.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }
}

impl DaemonSettings {
    /// Resolves settings. Where that is not possible, `None`, with the reasons in the checks; they
    /// go on after the first, so that one look shows all.
    pub fn resolve(
        loaded: &Loaded,
        environment: &Environment,
        checks: &mut Checks<'_>,
    ) -> Option<Self> {
        let before = checks.errors();
        let settings = &loaded.settings;
        settings.check(checks);
        file_is_safe(loaded, checks);
        misspelled(environment, checks);
        let data = data(settings, checks);
        let public_url = settings.server.resolve(checks);
        let urls = settings.github.urls(checks);
        let mut keeper = Keeper(SecretReader {
            environment,
            places: Vec::new(),
        });
        let token = keeper.token(settings, checks);
        let webhook_secrets = keeper.webhook_secrets(settings, checks);
        let operator_token = keeper.operator_token(settings, checks);
        let database = data
            .as_deref()
            .and_then(|data| settings.database.resolve(data, &mut keeper.0, checks));
        let master = data
            .as_deref()
            .map(|data| keeper.master(data, settings, checks));
        let (api, web) = urls?;
        if checks.errors() > before {
            return None;
        }
        let mut resolved = Self {
            settings: settings.clone(),
            data: data?,
            public_url: public_url?,
            github: GithubAccess {
                api,
                web,
                token: token?,
                webhook_secrets,
            },
            operator_token,
            database: database?,
            master: master?,
            secrets: keeper.0.places,
        };
        resolved.fill_in();
        Some(resolved)
    }

    /// Puts what follows from other settings into their places.
    fn fill_in(&mut self) {
        let settings = &mut self.settings;
        settings.data = Some(self.data.clone());
        settings.server.public_url = Some(self.public_url.to_string());
        settings.github.api_url = Some(self.github.api.to_string());
        settings.github.web_url = self.github.web.to_string();
        settings.secrets.master_key_file = Some(self.master.file.clone());
        if let Location::Sqlite(path) = &self.database {
            settings.database.path = Some(path.clone());
        }
    }
}

/// The secrets of the daemon, one by one.
struct Keeper<'a>(SecretReader<'a>);

impl Keeper<'_> {
    fn token(&mut self, settings: &Settings, checks: &mut Checks<'_>) -> Option<SecretString> {
        let file = settings.github.token_file.as_deref();
        let token = self.0.read(SecretName::GITHUB_TOKEN, file, checks)?;
        if token.is_none() {
            checks
                .say(Severity::Error, "There is no token for GitHub")
                .hint(format!("it {}", SecretName::GITHUB_TOKEN.ways()));
        }
        token.map(|token| token.value)
    }

    fn webhook_secrets(
        &mut self,
        settings: &Settings,
        checks: &mut Checks<'_>,
    ) -> Vec<SecretString> {
        if !settings.webhooks.enabled {
            return Vec::new();
        }
        let file = settings.github.webhook_secret_file.as_deref();
        let present = self.long_enough(SecretName::WEBHOOK_SECRET, file, checks);
        let file = settings.github.webhook_secret_old_file.as_deref();
        let old = self.long_enough(SecretName::WEBHOOK_SECRET_OLD, file, checks);
        let (Some(present), Some(old)) = (present, old) else {
            return Vec::new();
        };
        match (&present, &old) {
            (None, _) => {
                let ways = SecretName::WEBHOOK_SECRET.ways();
                checks
                    .say(Severity::Error, "There is no secret for webhooks")
                    .hint(format!(
                        "it {ways}; `openssl rand -hex 32` makes one, and webhooks.enabled: false \
                         does without"
                    ));
            }
            (Some(present), Some(old)) if present.expose_secret() == old.expose_secret() => {
                checks.warn(
                    SecretName::WEBHOOK_SECRET_OLD.0,
                    "is the same as the present one",
                );
            }
            _ => {}
        }
        present.into_iter().chain(old).collect()
    }

    fn operator_token(
        &mut self,
        settings: &Settings,
        checks: &mut Checks<'_>,
    ) -> Option<SecretString> {
        let file = settings.operator.token_file.as_deref();
        let token = self.long_enough(SecretName::OPERATOR_TOKEN, file, checks)?;
        if token.is_none() {
            checks
                .say(
                    Severity::Warning,
                    "There is no operator token: nobody can restart, cancel or approve",
                )
                .hint(format!("it {}", SecretName::OPERATOR_TOKEN.ways()));
        }
        token
    }

    /// A secret that others could try to guess (security T19).
    fn long_enough(
        &mut self,
        name: SecretName,
        file: Option<&Path>,
        checks: &mut Checks<'_>,
    ) -> Option<Option<SecretString>> {
        let Some(secret) = self.0.read(name, file, checks)? else {
            return Some(None);
        };
        if secret.value.expose_secret().chars().count() < SHORTEST {
            secret
                .refuse(checks, &format!("is shorter than {SHORTEST} characters"))
                .hint("`openssl rand -hex 32` makes a good one");
            return None;
        }
        Some(Some(secret.value))
    }

    fn master(
        &mut self,
        data: &Path,
        settings: &Settings,
        checks: &mut Checks<'_>,
    ) -> MasterSources {
        let sources = settings.master_sources(data);
        let found = MasterKeys::load(&sources);
        match &found {
            Ok(_) => {}
            Err(MasterError::Missing(_)) => {
                checks
                    .say(
                        Severity::Warning,
                        "There is no master key: builds with secrets will end as errored",
                    )
                    .hint("`agent repo add` makes it with the first repository's key");
            }
            Err(error @ MasterError::Exposed(path)) => {
                let hint = format!("chmod 600 {}", path.display());
                checks.say(Severity::Error, error.to_string()).hint(hint);
            }
            Err(error) => {
                checks.say(Severity::Error, error.to_string());
            }
        }
        self.0.places.push(SecretPlace {
            name: "secrets.master_key",
            from: found.ok().and_then(|_| sources.place()),
        });
        sources
    }
}

fn data(settings: &Settings, checks: &mut Checks<'_>) -> Option<PathBuf> {
    match settings.data_dir() {
        Ok(data) => std::path::absolute(data).ok(),
        Err(error) => {
            let finding = checks.say(Severity::Error, error.message);
            error.hint.into_iter().for_each(|hint| finding.hint(hint));
            None
        }
    }
}

/// Who can write the settings can make the agent do anything.
fn file_is_safe(loaded: &Loaded, checks: &mut Checks<'_>) {
    let Some(path) = &loaded.path else { return };
    let Ok(meta) = std::fs::metadata(path) else {
        return;
    };
    let shown = path.display();
    if meta.is_file() && meta.mode() & 0o022 != 0 {
        let mode = meta.mode() & 0o777;
        checks
            .say(
                Severity::Error,
                format!("{shown} can be written by others (its mode is {mode:04o})"),
            )
            .hint(format!("chmod go-w {shown}"));
    }
    if let Some(command) = foreign_owner(meta.uid()) {
        checks
            .say(
                Severity::Error,
                format!("{shown} belongs to another user ({})", meta.uid()),
            )
            .hint(format!("{command} {shown}"));
    }
}

/// Variables that others may have set are none of ours; those that look mistyped are named.
fn misspelled(environment: &Environment, checks: &mut Checks<'_>) {
    let mut known: Vec<String> = listed(&Settings::default())
        .iter()
        .map(|(setting, _)| variable(setting))
        .collect();
    known.extend(SecretName::ALL.map(SecretName::variable));
    let others = ["CONFIG", "LOG", "TOOLBOX", "MASTER_KEY", "MASTER_KEY_OLD"];
    known.extend(others.map(|name| format!("AGENT_{name}")));
    for name in environment.names() {
        if known.iter().any(|known| known == name) {
            continue;
        }
        let meant = known
            .iter()
            .map(|known| (strsim::normalized_damerau_levenshtein(known, name), known))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((likeness, meant)) = meant
            && likeness > 0.85
        {
            checks
                .say(
                    Severity::Warning,
                    format!("{name} is no variable of the agent"),
                )
                .hint(format!("did you mean {meant}?"));
        }
    }
}

#[cfg(test)]
mod tests;
