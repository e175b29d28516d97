//! Values, sealed and opened.

use crate::secrets::{MasterError, MasterKeys, Plaintext, VariableError, VariablePlace};
use crate::store::{RepositoryId, Variable, VariableId};

/// A variable with its value in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its value, taken literally.
    pub value: Plaintext,
    /// Whether logs may show the value.
    pub public: bool,
}

/// A variable that does not open. The text names it, and never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} of the repository's settings cannot be opened: {reason}")]
pub struct BadVariable {
    name: String,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    Master(String),
    #[error(transparent)]
    Sealed(#[from] VariableError),
    #[error("its value is not UTF-8 text")]
    NotText,
}

/// The master keys, or why there are none.
pub type Masters = Result<MasterKeys, MasterError>;

impl BadVariable {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match &self.reason {
            Reason::Master(_) | Reason::Sealed(VariableError::OtherMaster) => {
                "give the agent the master key that it was sealed with, or set it again with \
                 `agent env set`"
            }
            Reason::Sealed(_) | Reason::NotText => "set it again with `agent env set`",
        }
    }
}

fn place(variable: &Variable) -> VariablePlace<'_> {
    VariablePlace {
        repository: variable.repository.0,
        name: &variable.name,
        branch: variable.branch.as_deref(),
        public: variable.public,
    }
}

/// A variable as it is stored.
///
/// # Errors
/// No random numbers.
pub fn seal(
    repository: RepositoryId,
    given: &Given,
    branch: Option<&str>,
    masters: &MasterKeys,
) -> Result<Variable, VariableError> {
    let mut variable = Variable {
        repository,
        name: given.name.clone(),
        branch: branch.map(str::to_owned),
        public: given.public,
        sealed: Vec::new(),
    };
    variable.sealed = place(&variable).seal(&given.value, masters)?;
    Ok(variable)
}

/// The value of one.
///
/// # Errors
/// There is no master key, or another one, or its row was changed.
pub fn open(variable: &Variable, masters: &Masters) -> Result<Given, BadVariable> {
    let bad = |reason| BadVariable {
        name: variable.name.clone(),
        reason,
    };
    let masters = masters
        .as_ref()
        .map_err(|error| bad(Reason::Master(error.to_string())))?;
    let value = place(variable).open(&variable.sealed, masters);
    let value = value.map_err(|error| bad(error.into()))?;
    if std::str::from_utf8(value.expose()).is_err() {
        return Err(bad(Reason::NotText));
    }
    Ok(Given {
        name: variable.name.clone(),
        value,
        public: variable.public,
    })
}

/// What a build gets of the variables that are for its branch: all of them, or the public ones
/// where it gets no secrets; and how many were kept back.
///
/// # Errors
/// The first that does not open. None is opened that is kept back.
pub fn given(
    chosen: &[&Variable],
    secrets: bool,
    masters: &Masters,
) -> Result<(Vec<Given>, usize), BadVariable> {
    let mut opened = Vec::new();
    for variable in chosen.iter().filter(|one| secrets || one.public) {
        opened.push(open(variable, masters)?);
    }
    let kept = chosen.len() - opened.len();
    Ok((opened, kept))
}

/// The public ones as text, for `env()` in conditions.
///
/// # Errors
/// The first that does not open.
pub fn public(
    chosen: &[&Variable],
    masters: &Masters,
) -> Result<Vec<(String, String)>, BadVariable> {
    let (opened, _) = given(chosen, false, masters)?;
    let text = |given: Given| {
        let value = String::from_utf8_lossy(given.value.expose()).into_owned();
        (given.name, value)
    };
    Ok(opened.into_iter().map(text).collect())
}

/// The secret values of former variables: a job that runs already may print them.
///
/// # Errors
/// The first that does not open.
pub fn former(former: &[Variable], masters: &Masters) -> Result<Vec<Plaintext>, BadVariable> {
    let secret = former.iter().filter(|variable| !variable.public);
    secret
        .map(|variable| open(variable, masters).map(|given| given.value))
        .collect()
}

/// All that the active master key has not sealed, sealed with it.
///
/// # Errors
/// One that opens with neither master key; nothing is to be stored then.
pub fn reseal(
    all: &[(VariableId, Variable)],
    masters: &MasterKeys,
) -> Result<Vec<(VariableId, Vec<u8>)>, BadVariable> {
    let mut anew = Vec::new();
    for (id, variable) in all {
        let sealed = place(variable).reseal(&variable.sealed, masters);
        let sealed = sealed.map_err(|error| BadVariable {
            name: variable.name.clone(),
            reason: error.into(),
        })?;
        anew.extend(sealed.map(|sealed| (*id, sealed)));
    }
    Ok(anew)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::MasterSources;
    use crate::variables::choose;
    use std::path::Path;

    fn sources(folder: &Path) -> MasterSources {
        MasterSources {
            file: folder.join("master-key"),
            ..MasterSources::default()
        }
    }

    fn masters(folder: &Path) -> Masters {
        MasterKeys::create(&sources(folder))
    }

    fn sealed(name: &str, value: &str, public: bool, masters: &Masters) -> Variable {
        let given = Given {
            name: name.to_owned(),
            value: Plaintext::new(value.as_bytes().to_vec()),
            public,
        };
        seal(RepositoryId(7), &given, None, masters.as_ref().unwrap()).unwrap()
    }

    #[test]
    fn without_the_grant_secret_ones_are_counted_and_not_even_tried() {
        let folder = tempfile::tempdir().unwrap();
        let masters = masters(folder.path());
        let mut secret = sealed("TOKEN", "hunter2", false, &masters);
        secret.sealed.truncate(3);
        let all = [sealed("COLOUR", "red", true, &masters), secret];
        let chosen = choose(&all, "main");
        let (opened, kept) = given(&chosen, false, &masters).unwrap();
        assert_eq!((opened.len(), kept), (1, 1));
        assert_eq!(opened[0].name, "COLOUR");
        let error = given(&chosen, true, &masters).unwrap_err().to_string();
        assert!(
            error.contains("TOKEN") && error.contains("damaged"),
            "{error}"
        );
        let seen = public(&chosen, &masters).unwrap();
        assert_eq!(seen, [("COLOUR".to_owned(), "red".to_owned())]);
    }

    #[test]
    fn another_master_key_and_none_are_said() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let variable = sealed("TOKEN", "hunter2", false, &masters(one.path()));
        let said = |masters: &Masters| open(&variable, masters).unwrap_err().to_string();
        let another = said(&masters(other.path()));
        assert!(another.contains("another master key"), "{another}");
        let missing = MasterKeys::load(&sources(Path::new("/nowhere")));
        assert!(said(&missing).contains("/nowhere"), "{}", said(&missing));
    }
}
