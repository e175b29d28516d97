//! What a config imports, by GitHub's contents API.

use crate::github::event::Sha;
use crate::github::{Client, GithubError, LONGEST_CONFIG, Slug};
use crate::store::Store;
use schema::import::{Import, Reference};
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources, compile};

use super::trouble::Trouble;

/// Fetches for the configs of one commit.
pub(super) struct Imports<'a> {
    pub(super) client: &'a Client,
    pub(super) store: &'a Store,
    /// The repository of the build.
    pub(super) home: &'a Slug,
    /// Whether only some people may see it.
    pub(super) private: bool,
    /// The commit of the build.
    pub(super) commit: &'a Sha,
}

impl Imports<'_> {
    /// A config with all that it imports, directly or not; what cannot be had says why.
    ///
    /// # Errors
    /// GitHub or the database did not answer as they should; asking again may help.
    pub(super) async fn gather(
        &self,
        config: Source,
        request: &Request,
    ) -> Result<Sources, Trouble> {
        let mut sources = Sources::new(config);
        // Most configs import nothing, and need not be compiled to know.
        if !sources.config.text.contains("import") {
            return Ok(sources);
        }
        while let Outcome::Need(need) = compile(&sources, request).outcome {
            for reference in need.imports {
                let found = self.fetch(&reference).await?;
                sources.imports.push(Import { reference, found });
            }
        }
        Ok(sources)
    }

    async fn fetch(&self, reference: &Reference) -> Result<Result<String, String>, Trouble> {
        let place = match &reference.repo {
            None => Ok((self.home.clone(), reference.at.clone())),
            Some(repo) => self.elsewhere(repo, reference.at.as_deref()).await?,
        };
        let (slug, name) = match place {
            Ok(place) => place,
            Err(why) => return Ok(Err(why)),
        };
        let commit = match name {
            None => self.commit.clone(),
            Some(name) => match self.client.commit(&slug, &name).await? {
                Some(commit) => commit.sha,
                None => return Ok(Err(format!("{slug} has no branch, tag or commit {name}"))),
            },
        };
        let file = self.client.file(&slug, &commit, &reference.path, LONGEST_CONFIG);
        Ok(match file.await {
            Ok(Some(bytes)) => {
                let source = Source::decode(reference.to_string(), bytes);
                source.map(|source| source.text).map_err(|error| error.to_string())
            }
            Ok(None) => Err(format!("{slug} has no file {} at {commit}", reference.path)),
            Err(GithubError::TooLong { .. }) => Err(format!(
                "the file is longer than {} kB; a config may not be",
                LONGEST_CONFIG >> 10
            )),
            Err(GithubError::Unprocessable { said, .. }) => Err(said),
            Err(error) => return Err(error.into()),
        })
    }

    /// Another repository, and what of it is asked for. A private one that may not be imported from
    /// is told from one that is not there by nobody: the config may be a stranger's.
    async fn elsewhere(
        &self,
        repo: &str,
        at: Option<&str>,
    ) -> Result<Result<(Slug, Option<String>), String>, Trouble> {
        let Ok(slug) = repo.parse::<Slug>() else {
            return Ok(Err(format!("{repo} is not owner/name")));
        };
        let refused = format!("there is no repository {slug} that this one may import from");
        let described = match self.client.repository(&slug).await {
            Ok(described) => described,
            Err(GithubError::NotFound { .. }) => return Ok(Err(refused)),
            Err(error) => return Err(error.into()),
        };
        if described.private {
            let shared = match self.store.repository(described.id).await? {
                Some(known) => known.active && known.settings.config_imports,
                None => false,
            };
            let same_owner = slug.owner().eq_ignore_ascii_case(self.home.owner());
            if !(self.private && same_owner && shared) {
                return Ok(Err(refused));
            }
        }
        let at = at.map_or(described.default_branch, str::to_owned);
        Ok(Ok((described.slug, Some(at))))
    }
}
