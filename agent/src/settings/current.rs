//! The settings in force, which can be replaced while the daemon runs.

use super::overrides::{insert, listed};
use super::{DaemonSettings, Settings};
use secrecy::{ExposeSecret, SecretString};
use serde_yaml::Value;
use std::sync::Arc;
use tokio::sync::watch;

/// Settings that only the next start takes up: what they say was opened, or told to others, when
/// the daemon started. A dot at the end stands for a whole section.
const AT_START: &[&str] = &[
    "data",
    "server.",
    "database.",
    "webhooks.",
    "poll.enabled",
    "github.web_url",
    "github.api_url",
    "github.ca_file",
    "github.proxy",
    "docker.layer_stores",
    "docker.layer_age",
    "status.",
];

/// The settings in force. Clones are the same ones.
#[derive(Clone, Debug)]
pub struct Current(Arc<watch::Sender<Arc<DaemonSettings>>>);

/// What new settings changed, by the names of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// In force from now on.
    pub taken: Vec<String>,
    /// Left as they are until the next start.
    pub left: Vec<String>,
}

impl Current {
    /// The settings of the start.
    #[must_use]
    pub fn new(settings: DaemonSettings) -> Self {
        Self(Arc::new(watch::Sender::new(Arc::new(settings))))
    }

    /// What is in force now. What belongs together is to be read from one answer.
    #[must_use]
    pub fn get(&self) -> Arc<DaemonSettings> {
        Arc::clone(&self.0.borrow())
    }

    /// Waits for each replacement from now on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<DaemonSettings>> {
        self.0.subscribe()
    }

    /// Takes over what can change while the daemon runs.
    #[must_use]
    pub fn replace(&self, new: DaemonSettings) -> Changes {
        let (merged, changes) = merge(&self.get(), new);
        self.0.send_replace(Arc::new(merged));
        changes
    }
}

/// New settings, but for what only a start takes up.
fn merge(old: &DaemonSettings, mut new: DaemonSettings) -> (DaemonSettings, Changes) {
    let mut changes = secrets(old, &new);
    let wanted = listed(&new.settings);
    // All keys are text and all values plain, so there is nothing that could not be said.
    let mut tree = serde_yaml::to_value(&new.settings).unwrap_or(Value::Null);
    for (setting, was) in listed(&old.settings) {
        let is = wanted.iter().find(|(name, _)| *name == setting);
        if is.is_some_and(|(_, is)| *is == was) {
            continue;
        }
        if is_of_start(&setting) {
            insert(&mut tree, &setting, was);
            changes.left.push(setting);
        } else if !changes.taken.contains(&setting) {
            changes.taken.push(setting);
        }
    }
    new.settings =
        serde_yaml::from_value::<Settings>(tree).unwrap_or_else(|_| old.settings.clone());
    new.data.clone_from(&old.data);
    new.public_url = old.public_url.clone();
    new.github.api = old.github.api.clone();
    new.github.web = old.github.web.clone();
    new.database = old.database.clone();
    (new, changes)
}

fn is_of_start(setting: &str) -> bool {
    AT_START.iter().any(|name| match name.strip_suffix('.') {
        Some(_) => setting.starts_with(name),
        None => setting == *name,
    })
}

/// Secrets that are others now, though the files that hold them may be the same.
fn secrets(old: &DaemonSettings, new: &DaemonSettings) -> Changes {
    let texts = |secrets: &[SecretString]| -> Vec<String> {
        let texts = secrets
            .iter()
            .map(|secret| secret.expose_secret().to_owned());
        texts.collect()
    };
    let one = |secret: &Option<SecretString>| texts(secret.as_slice());
    let pairs = [
        (
            "the token for GitHub",
            texts(std::slice::from_ref(&old.github.token))
                != texts(std::slice::from_ref(&new.github.token)),
        ),
        (
            "the webhooks' secrets",
            texts(&old.github.webhook_secrets) != texts(&new.github.webhook_secrets),
        ),
        (
            "the operator's token",
            one(&old.operator_token) != one(&new.operator_token),
        ),
    ];
    let changed = pairs.into_iter().filter(|(_, changed)| *changed);
    Changes {
        taken: changed.map(|(name, _)| name.to_owned()).collect(),
        left: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::MasterSources;
    use crate::settings::GithubAccess;
    use crate::store::Location;

    fn settings(text: &str, token: &str) -> DaemonSettings {
        let url = "https://ci.example/".parse::<url::Url>().unwrap();
        DaemonSettings {
            settings: Settings::parse(text, "agent.yml").unwrap(),
            data: "/var/lib/agent".into(),
            public_url: url.clone(),
            github: GithubAccess {
                api: url.clone(),
                web: url,
                token: token.into(),
                webhook_secrets: Vec::new(),
            },
            operator_token: None,
            database: Location::Sqlite("/var/lib/agent/agent.db".into()),
            master: MasterSources::default(),
            secrets: Vec::new(),
        }
    }

    #[test]
    fn what_can_change_is_taken_and_the_rest_is_named_and_stays() {
        let current = Current::new(settings("jobs: {parallel: 2}", "one"));
        let text = "jobs: {parallel: 4}\nserver: {listen: \"127.0.0.1:1\"}\nstatus: {prefix: other}\n\
                    images: [{language: rust, image: \"rust:1\"}]\ndatabase: {path: /elsewhere}\n\
                    docker: {trusted_repositories: [acme/widget], layer_stores: 3}";
        let changes = current.replace(settings(text, "two"));
        assert_eq!(
            changes.taken,
            [
                "the token for GitHub",
                "jobs.parallel",
                "docker.trusted_repositories",
                "images"
            ]
        );
        assert_eq!(
            changes.left,
            [
                "server.listen",
                "database.path",
                "docker.layer_stores",
                "status.prefix"
            ]
        );
        let now = current.get();
        assert_eq!(now.settings.jobs.parallel(), 4);
        assert_eq!(now.settings.images.len(), 1);
        assert_eq!(now.settings.server.listen.port(), 8642);
        assert_eq!(now.settings.database.path, None);
        assert_eq!(now.github.token.expose_secret(), "two");
    }

    #[test]
    fn the_same_settings_change_nothing() {
        let current = Current::new(settings("jobs: {parallel: 2}", "one"));
        let changes = current.replace(settings("jobs: {parallel: 2}", "one"));
        assert_eq!(changes, Changes::default());
    }

    #[test]
    fn every_name_is_of_a_setting() {
        let all = listed(&Settings::default());
        for name in AT_START {
            let known = all.iter().any(|(setting, _)| match name.strip_suffix('.') {
                Some(_) => setting.starts_with(name),
                None => setting == name,
            });
            assert!(known, "{name}");
        }
    }
}
