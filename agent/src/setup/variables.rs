//! Variables of a repository's settings, as `agent env` shows and changes them.

use super::{Setup, masters};
use crate::github::Slug;
use crate::secrets::{Keyring, KeyringError, MasterError, MasterKeys, VariableError};
use crate::store::{Repository, StoreError, Variable};
use crate::variables::{self, BadVariable, Given};
use jiff::Timestamp;
use std::path::PathBuf;

/// Why variables can't be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum VariablesError {
    /// The repository is not in the store.
    #[error("{0} was never added here")]
    NotAdded(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key.
    #[error(transparent)]
    Master(#[from] MasterError),
    /// The keys that the master key belongs to.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A value that does not open.
    #[error(transparent)]
    Bad(#[from] BadVariable),
    /// A value that can't be sealed.
    #[error("the value cannot be sealed: {0}")]
    Sealing(#[from] VariableError),
    /// The repository that is copied from has no such variable.
    #[error("{repository} has no variable {name}")]
    Unknown {
        /// The repository.
        repository: String,
        /// The variable.
        name: String,
    },
    /// A task of our own that broke.
    #[error("reading the keys broke: {0}")]
    Broke(String),
}

/// A variable as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// The branch that it is for; none for all.
    pub branch: Option<String>,
    /// Whether logs may show the value.
    pub public: bool,
    /// The value of a public one, or why it is not to be had.
    pub value: Option<Result<String, BadVariable>>,
}

/// A variable that was set.
#[derive(Clone, Debug)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// The branch that it is for; none for all.
    pub branch: Option<String>,
    /// Whether logs may show the value.
    pub public: bool,
    /// Whether there was one of this name and branch, which it replaces.
    pub replaced: bool,
}

/// What was set, and the file of a master key that had to be made for it.
#[derive(Clone, Debug)]
pub struct Done {
    /// The variables.
    pub set: Vec<Set>,
    /// Where the new master key lies; somebody should keep a copy.
    pub made: Option<PathBuf>,
}

/// The variables of a repository, with the values of public ones; no secret one is opened.
///
/// # Errors
/// See [`VariablesError`]. A value that does not open is shown as such.
pub async fn list(setup: &Setup, asked: &Slug) -> Result<Vec<Shown>, VariablesError> {
    let all = setup.store.variables(known(setup, asked).await?.id).await?;
    let master = setup.master.clone();
    let show = move || {
        let masters = MasterKeys::load(&master);
        let shown = |variable: Variable| {
            let open = || variables::open(&variable, &masters).map(|given| text(&given));
            Shown {
                value: variable.public.then(open),
                name: variable.name,
                branch: variable.branch,
                public: variable.public,
            }
        };
        all.into_iter().map(shown).collect()
    };
    aside(show).await
}

/// Sets variables, for one branch or for all, in place of those of the same name.
///
/// # Errors
/// See [`VariablesError`]; those before the one that failed are set.
pub async fn set(
    setup: &Setup,
    asked: &Slug,
    branch: Option<&str>,
    given: Vec<Given>,
) -> Result<Done, VariablesError> {
    let repository = known(setup, asked).await?;
    let given = given
        .into_iter()
        .map(|given| (given, branch.map(str::to_owned)));
    put(setup, &repository, given.collect()).await
}

/// Removes a variable: that for one branch, or all of the name; how many there were.
///
/// # Errors
/// See [`VariablesError`].
pub async fn unset(
    setup: &Setup,
    asked: &Slug,
    name: &str,
    branch: Option<&str>,
) -> Result<u64, VariablesError> {
    let id = known(setup, asked).await?.id;
    let removed = setup
        .store
        .remove_variable(id, name, branch, Timestamp::now());
    Ok(removed.await?)
}

/// Copies variables of one repository to another, sealed anew: those of these names, or all. Those of
/// the same name and branch are replaced, others stay.
///
/// # Errors
/// See [`VariablesError`]. All are opened before the first is set.
pub async fn copy(
    setup: &Setup,
    from: &Slug,
    to: &Slug,
    names: &[String],
) -> Result<Done, VariablesError> {
    let (from, to) = (known(setup, from).await?, known(setup, to).await?);
    let all = setup.store.variables(from.id).await?;
    for name in names {
        if !all.iter().any(|variable| variable.name == *name) {
            let (repository, name) = (from.slug, name.clone());
            return Err(VariablesError::Unknown { repository, name });
        }
    }
    let wanted = |variable: &Variable| names.is_empty() || names.contains(&variable.name);
    let wanted: Vec<Variable> = all.into_iter().filter(wanted).collect();
    let master = setup.master.clone();
    let open = move || {
        let masters = MasterKeys::load(&master);
        let opened = wanted.into_iter().map(|variable| {
            let given = variables::open(&variable, &masters)?;
            Ok((given, variable.branch))
        });
        opened.collect::<Result<Vec<_>, BadVariable>>()
    };
    put(setup, &to, aside(open).await??).await
}

/// Seals and stores.
async fn put(
    setup: &Setup,
    repository: &Repository,
    given: Vec<(Given, Option<String>)>,
) -> Result<Done, VariablesError> {
    let first = setup.store.all_variables().await?.is_empty();
    let (keys, sources, id) = (setup.keys.clone(), setup.master.clone(), repository.id);
    let seal = move || {
        // The key was read no earlier than now: it may have been replaced while somebody typed.
        let (masters, made) = if first {
            let masters = masters(&Keyring::open(&keys)?, &sources)?;
            (masters.keys, masters.made)
        } else {
            (MasterKeys::load(&sources)?, None)
        };
        let sealed = given
            .iter()
            .map(|(given, branch)| variables::seal(id, given, branch.as_deref(), &masters));
        let sealed = sealed.collect::<Result<Vec<Variable>, VariableError>>()?;
        Ok::<_, VariablesError>((sealed, made))
    };
    let (sealed, made) = aside(seal).await??;
    let mut set = Vec::new();
    for variable in sealed {
        let replaced = setup
            .store
            .put_variable(&variable, Timestamp::now())
            .await?;
        set.push(Set {
            name: variable.name,
            branch: variable.branch,
            public: variable.public,
            replaced,
        });
    }
    Ok(Done { set, made })
}

async fn known(setup: &Setup, asked: &Slug) -> Result<Repository, VariablesError> {
    let known = setup.store.repository_named(asked.as_str()).await?;
    known.ok_or_else(|| VariablesError::NotAdded(asked.to_string()))
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, VariablesError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| VariablesError::Broke(error.to_string()))
}

fn text(given: &Given) -> String {
    String::from_utf8_lossy(given.value.expose()).into_owned()
}
