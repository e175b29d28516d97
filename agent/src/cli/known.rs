//! What this machine's database knows of the checkout's repository: its variables and settings, for
//! `agent run` and `agent plan` (decision 34).

use super::Printer;
use super::checkout::Checkout;
use crate::error::{Exit, UserError};
use crate::jobs::from_settings;
use crate::policy::Grants;
use crate::runner::script::FromSettings;
use crate::secrets::{MasterKeys, MasterSources};
use crate::settings::{Environment, Settings};
use crate::store::{Location, Repository, Store, StoreError, Variable};
use crate::variables::{self, BadVariable, choose};
use schema::request::Request;

/// A repository that was added on this machine.
pub(super) struct Known {
    repository: Repository,
    variables: Vec<Variable>,
    master: MasterSources,
}

impl Known {
    /// Looks a repository up: where there is a database, and it is of the host that the checkout's
    /// origin is on. `named` tells that the user named the repository. A database that can't be
    /// read is warned of, and nothing is known then.
    pub(super) async fn find(
        settings: &Settings,
        checkout: &Checkout,
        (slug, named): (&str, bool),
        printer: &mut Printer,
    ) -> Result<Option<Self>, UserError> {
        let data = settings.data_dir()?;
        let environment = Environment::of_process();
        let location = settings.database.location(&data, &environment)?;
        let there = !matches!(&location, Location::Sqlite(path) if !path.exists());
        if !there || !(named || same_host(settings, checkout)) {
            return Ok(None);
        }
        match read(&location, slug).await {
            Ok(found) => Ok(found.map(|(repository, variables)| Self {
                repository,
                variables,
                master: settings.master_sources(&data),
            })),
            Err(error) => {
                printer.warn(format!(
                    "variables of {slug}'s settings are not looked for: {error}"
                ));
                Ok(None)
            }
        }
    }

    /// The public variables, for `env()` in conditions.
    ///
    /// # Errors
    /// One that does not open.
    pub(super) fn public(&self, request: &Request) -> Result<Vec<(String, String)>, UserError> {
        let chosen = choose(&self.variables, &request.branch);
        variables::public(&chosen, &MasterKeys::load(&self.master)).map_err(|error| bad(&error))
    }

    /// What jobs get: all that the grants allow.
    ///
    /// # Errors
    /// One that does not open.
    pub(super) fn given(
        &self,
        request: &Request,
        grants: &Grants,
    ) -> Result<FromSettings, UserError> {
        let chosen = choose(&self.variables, &request.branch);
        let masters = MasterKeys::load(&self.master);
        let given = variables::given(&chosen, grants.secrets().given(), &masters);
        Ok(from_settings(given.map_err(|error| bad(&error))?, grants))
    }

    /// Whether jobs of a config see `TRAVIS=true`.
    pub(super) fn travis(&self, compat: bool) -> bool {
        self.repository.settings.travis(compat)
    }
}

async fn read(
    location: &Location,
    slug: &str,
) -> Result<Option<(Repository, Vec<Variable>)>, StoreError> {
    let store = Store::open(location).await?;
    let Some(repository) = store.repository_named(slug).await? else {
        return Ok(None);
    };
    let variables = store.variables(repository.id).await?;
    Ok(Some((repository, variables)))
}

/// Another forge may have a repository of the same name.
fn same_host(settings: &Settings, checkout: &Checkout) -> bool {
    let host = |text: &str| text.split(':').next().unwrap_or_default().to_lowercase();
    let web = url::Url::parse(&settings.github.web_url).ok();
    let web = web.as_ref().and_then(|web| web.host_str()).map(host);
    let origin = checkout.origin().map(|origin| host(&origin.host));
    web.is_some() && web == origin
}

fn bad(error: &BadVariable) -> UserError {
    UserError::new(Exit::Usage, error.to_string()).hint(error.hint())
}
