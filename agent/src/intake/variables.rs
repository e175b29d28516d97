//! What `env()` in conditions sees of a repository's settings: the public variables for the branch.
//! Secret ones are no part of any condition, whose outcome everybody may see.

use super::Intake;
use super::config::ConfigProblem;
use super::trouble::Trouble;
use crate::secrets::MasterKeys;
use crate::store::Repository;
use crate::variables::{choose, public};
use schema::request::Request;

impl Intake {
    /// The request as conditions see it.
    ///
    /// # Errors
    /// The database. Variables that do not open are the inner error: a condition must not be
    /// answered as if they were not there.
    pub(super) async fn with_variables(
        &self,
        repository: &Repository,
        request: &Request,
    ) -> Result<Result<Request, ConfigProblem>, Trouble> {
        let all = self.store.variables(repository.id).await?;
        let mut request = request.clone();
        if all.iter().all(|variable| !variable.public) {
            return Ok(Ok(request));
        }
        let (master, branch) = (self.master.clone(), request.branch.clone());
        let opened = tokio::task::spawn_blocking(move || {
            public(&choose(&all, &branch), &MasterKeys::load(&master))
        });
        Ok(match opened.await {
            Ok(Ok(variables)) => {
                request.variables = variables;
                Ok(request)
            }
            Ok(Err(error)) => Err(ConfigProblem::Unreadable(error.to_string())),
            Err(_) => return Err(Trouble::Broke),
        })
    }
}
