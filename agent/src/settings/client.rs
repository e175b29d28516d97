//! The one way from settings to a client of GitHub.

use super::{DaemonSettings, SecretName};
use crate::github::{Client, Options, SetupError, TokenSource};
use secrecy::SecretString;

impl DaemonSettings {
    /// A client whose token is read by `read` at once, and again whenever GitHub refuses it.
    ///
    /// # Errors
    /// There is no token, or the authorities or the proxy can't be used.
    pub fn client(
        &self,
        read: impl Fn() -> Result<SecretString, String> + Send + Sync + 'static,
    ) -> Result<Client, SetupError> {
        let name = SecretName::GITHUB_TOKEN.0;
        let place = self.secrets.iter().find(|place| place.name == name);
        let place = place.and_then(|place| place.from.clone());
        let token = TokenSource::new(place.unwrap_or_else(|| name.to_owned()), read);
        let told = &self.settings.github;
        Client::new(Options {
            ca_file: told.ca_file.clone(),
            proxy: told.proxy.clone().map(Into::into),
            ..Options::new(self.github.api.clone(), self.github.web.clone(), token)
        })
    }
}
