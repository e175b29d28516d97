//! Finding and compiling the config of a checkout (decision 1).

use super::changes;
use super::checkout::Checkout;
use crate::atomic_file::{self, Mode};
use crate::error::{Exit, UserError};
use schema::dialect::Dialect;
use schema::import::Import;
use schema::request::Request;
use schema::source::Source;
use schema::{Applied, Compiled, Outcome, Sources};
use std::path::{Path, PathBuf};

/// Files are read up to here; the language itself allows less and says so with a place.
const READ_LIMIT: u64 = 16 << 20;

/// A config as read.
#[derive(Clone, Debug)]
pub(super) struct ConfigFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What messages call it: as it was asked for, else relative to the checkout, e.g. `.ci.yml`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether it is a `.travis.yml`, read unchanged.
    pub compat: bool,
}

impl ConfigFile {
    /// The config that was asked for; else that of a folder: `.ci.yml`, else `.travis.yml`.
    ///
    /// # Errors
    /// Neither is there, or it can't be read.
    pub(super) fn find(asked: Option<&Path>, folder: &Path) -> Result<Self, UserError> {
        if let Some(path) = asked {
            return Self::read(path, path.display().to_string());
        }
        for name in [".ci.yml", ".travis.yml"] {
            let path = folder.join(name);
            if path.exists() {
                return Self::read(&path, name.to_owned());
            }
        }
        Err(UserError::new(
            Exit::Config,
            format!(
                "there is no .ci.yml and no .travis.yml in {}",
                folder.display()
            ),
        )
        .hint("write a .ci.yml with at least one line, e.g. `script: make test`"))
    }

    fn read(path: &Path, name: String) -> Result<Self, UserError> {
        let bytes = read_limited(path).map_err(|error| {
            UserError::new(
                Exit::Config,
                format!("cannot read {}: {error}", path.display()),
            )
        })?;
        Ok(Self {
            compat: path.file_name().is_some_and(|name| name == ".travis.yml"),
            path: path.to_owned(),
            name,
            text: decode(bytes, path)?,
        })
    }

    /// Writes what can be mended without changing what it means, and tells of each change.
    ///
    /// # Errors
    /// It cannot be written; then it is unchanged.
    pub(super) fn fix(&mut self) -> Result<Vec<Applied>, UserError> {
        let fixed = schema::fix(&self.sources());
        if fixed.applied.is_empty() {
            return Ok(Vec::new());
        }
        atomic_file::write(&self.path, fixed.text.as_bytes(), Mode::KeepOr(0o644)).map_err(
            |error| {
                let error = format!("{} is unchanged: it cannot be written: {error}", self.name);
                UserError::new(Exit::Config, error).hint("without --fix the changes are only told")
            },
        )?;
        self.text = fixed.text;
        Ok(fixed.applied)
    }

    fn sources(&self) -> Sources {
        Sources {
            config: Source::new(self.name.clone(), self.text.clone()),
            imports: Vec::new(),
            compat: self.compat,
            dialect: Dialect::Ours,
        }
    }

    /// Compiles it for a request, with all that it imports. The paths that changed are looked for where
    /// the request says so and the config asks for them; with `lies` in the work tree, too.
    #[must_use]
    pub(super) fn compile(
        &self,
        request: &mut Request,
        checkout: &Checkout,
        lies: bool,
    ) -> (Sources, Compiled) {
        let mut sources = self.sources();
        loop {
            let compiled = schema::compile(&sources, request);
            let Outcome::Need(need) = compiled.outcome else {
                return (sources, compiled);
            };
            if need.changed_paths {
                request.changes = changes::find(checkout, request, lies);
            }
            for reference in need.imports {
                let found = super::imports::fetch(checkout, &reference);
                sources.imports.push(Import { reference, found });
            }
        }
    }
}

/// Reads a regular file; a device or a pipe would never end.
fn read_limited(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::{Error, ErrorKind, Read};
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(READ_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decode(bytes: Vec<u8>, path: &Path) -> Result<String, UserError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
            + 1;
        UserError::new(
            Exit::Config,
            format!("{}:{line}: the file is not UTF-8", path.display()),
        )
        .hint("save it as UTF-8, e.g. with `iconv -t UTF-8`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_config_the_way_to_start_is_said() {
        let folder = tempfile::tempdir();
        let error = folder
            .ok()
            .and_then(|folder| ConfigFile::find(None, folder.path()).err());
        assert!(
            error.is_some_and(|error| error.exit == Exit::Config
                && error.to_string().contains("script: make test"))
        );
    }

    #[test]
    fn broken_utf8_names_its_line() {
        let error = decode(b"a: 1\nb: \xff\n".to_vec(), Path::new(".ci.yml"));
        assert!(error.is_err_and(|error| error.message.starts_with(".ci.yml:2:")));
    }
}
