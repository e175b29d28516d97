//! What a config imports, by GitHub's contents API (run-time reference §10.9).

use super::changes;
use super::trouble::Trouble;
use crate::github::event::Sha;
use crate::github::{Client, GithubError, LONGEST_CONFIG, Slug};
use crate::policy::imports::{Home, may_import_private};
use crate::store::{Repository, Store};
use schema::changes::Changes;
use schema::import::{Import, Reference};
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources, compile};
use std::collections::HashMap;

/// Where the files of a reference are read, or why they are not, for people.
type Place = Result<(Slug, Sha), String>;

/// Fetches for the config of one commit.
pub(super) struct Imports<'a> {
    client: &'a Client,
    store: &'a Store,
    /// The repository of the build, and the commit that its config is of.
    home: (&'a Slug, &'a Sha),
    private: bool,
    request: Request,
    /// What names lead to: two files of one branch are of one commit, whatever is pushed meanwhile.
    places: HashMap<(Option<String>, Option<String>), Place>,
}

impl<'a> Imports<'a> {
    pub(super) fn new(
        (client, store): (&'a Client, &'a Store),
        repository: &Repository,
        home: (&'a Slug, &'a Sha),
        request: &'a Request,
    ) -> Self {
        Self {
            client,
            store,
            home,
            private: repository.private,
            // What is known of its paths already, or why that is not, stays.
            request: match &request.changes {
                Changes::Unknown(reason) if reason.is_empty() => Request {
                    changes: Changes::Ask,
                    ..request.clone()
                },
                _ => request.clone(),
            },
            places: HashMap::new(),
        }
    }

    /// A config with all that it imports, directly or not, and the paths that the event changed where
    /// it asks for them; what can't be had says why.
    ///
    /// # Errors
    /// GitHub or the database did not answer as they should; asking again may help.
    pub(super) async fn gather(mut self, config: Source) -> Result<(Sources, Changes), Trouble> {
        let mut sources = Sources::new(config);
        while let Outcome::Need(need) = compile(&sources, &self.request).outcome {
            if need.changed_paths {
                self.request.changes =
                    changes::find(self.client, self.home.0, &self.request).await?;
            }
            for reference in need.imports {
                let found = self.fetch(&reference).await?;
                sources.imports.push(Import { reference, found });
            }
        }
        let changes = match self.request.changes {
            Changes::Ask => Changes::default(),
            found => found,
        };
        Ok((sources, changes))
    }

    async fn fetch(&mut self, reference: &Reference) -> Result<Result<String, String>, Trouble> {
        let key = (reference.repo.clone(), reference.at.clone());
        let place = match self.places.get(&key) {
            Some(place) => place.clone(),
            None => {
                let place = self.place(reference).await?;
                self.places.insert(key, place.clone());
                place
            }
        };
        match place {
            Ok((slug, commit)) => self.file(&slug, &commit, reference).await,
            Err(why) => Ok(Err(why)),
        }
    }

    async fn file(
        &self,
        slug: &Slug,
        commit: &Sha,
        reference: &Reference,
    ) -> Result<Result<String, String>, Trouble> {
        let path = reference.path.as_str();
        let file = self.client.file(slug, commit, path, LONGEST_CONFIG);
        Ok(match file.await {
            Ok(Some(bytes)) => Source::decode(reference.to_string(), bytes)
                .map(|source| source.text)
                .map_err(|error| error.to_string()),
            Ok(None) => Err(format!("{slug} has no file {path} at {commit}")),
            Err(GithubError::TooLong { .. }) => Err(format!(
                "the file is longer than {} kB; a config may not be",
                LONGEST_CONFIG >> 10
            )),
            Err(GithubError::Unprocessable { said, .. }) => Err(said),
            Err(error) => return Err(error.into()),
        })
    }

    async fn place(&self, reference: &Reference) -> Result<Place, Trouble> {
        let (slug, name) = match (&reference.repo, &reference.at) {
            (None, None) => return Ok(Ok((self.home.0.clone(), self.home.1.clone()))),
            (None, Some(at)) => (self.home.0.clone(), at.clone()),
            (Some(repo), at) => match self.elsewhere(repo).await? {
                Ok((slug, default)) => (slug, at.clone().unwrap_or(default)),
                Err(why) => return Ok(Err(why)),
            },
        };
        Ok(match self.client.commit(&slug, &name).await? {
            Some(commit) => Ok((slug, commit.sha)),
            None => Err(format!("{slug} has no branch, tag or commit {name}")),
        })
    }

    /// Another repository, and its default branch. A private one that may not be imported from is
    /// not told from one that is not there: the config may be a stranger's.
    async fn elsewhere(&self, repo: &str) -> Result<Result<(Slug, String), String>, Trouble> {
        let Ok(slug) = repo.parse::<Slug>() else {
            return Ok(Err(format!("{repo} is not owner/name")));
        };
        let refused = format!("there is no repository {slug} that this build may import from");
        let described = match self.client.repository(&slug).await {
            Ok(described) => described,
            // Closed by its organisation or by law, it is as far away as one that is not there, and
            // the build's own repository has just been read by the same token.
            Err(
                GithubError::NotFound { .. }
                | GithubError::Forbidden { .. }
                | GithubError::Gone { .. },
            ) => return Ok(Err(refused)),
            Err(error) => return Err(error.into()),
        };
        if described.private {
            let known = self.store.repository(described.id).await?;
            let shared = known.is_some_and(|it| it.active && it.settings.config_imports);
            let home = Home {
                owner: self.home.0.owner(),
                private: self.private,
            };
            if !may_import_private(&self.request, home, described.slug.owner(), shared) {
                return Ok(Err(refused));
            }
        }
        Ok(Ok((described.slug, described.default_branch)))
    }
}
