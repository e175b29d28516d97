//! Secrets of the operator: from systemd, the environment, or a file that only its owner reads.

use super::environment::{Environment, variable};
use super::places::{Checks, Finding, Places, Severity};
use rustix::process::geteuid;
use secrecy::SecretString;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// A secret by the name of its setting, less `_file`: `github.token` is the setting
/// `github.token_file`, the variable `AGENT_GITHUB_TOKEN` and the systemd credential
/// `github-token`. The first of credential, variable and file that is there counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretName(pub &'static str);

/// A secret, and where it was found.
#[derive(Debug)]
pub(super) struct Secret {
    /// The secret, without the line end of its file.
    pub(super) value: SecretString,
    name: SecretName,
    place: Place,
}

/// Where a secret was found.
#[derive(Clone, Debug)]
enum Place {
    Credential,
    Variable,
    File(PathBuf),
}

impl Secret {
    /// Notes that it can't be used.
    pub(super) fn refuse<'a>(&self, checks: &'a mut Checks<'_>, what: &str) -> &'a mut Finding {
        self.name.refuse(&self.place, checks, what)
    }
}

/// Where a secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretPlace {
    /// Its name, e.g. `github.token`.
    pub name: &'static str,
    /// Where it was found; none where it was not.
    pub from: Option<String>,
}

/// Reads secrets, and notes where each was found.
pub(super) struct SecretReader<'a> {
    pub(super) environment: &'a Environment,
    pub(super) places: Vec<SecretPlace>,
}

impl SecretReader<'_> {
    /// A secret; `Some(None)` where nobody gives it, `None` where it can't be used, which is noted.
    pub(super) fn read(
        &mut self,
        name: SecretName,
        file: Option<&Path>,
        checks: &mut Checks<'_>,
    ) -> Option<Option<Secret>> {
        let secret = name.read(file, self.environment, checks)?;
        self.places.push(SecretPlace {
            name: name.0,
            from: secret.as_ref().map(|secret| name.found(&secret.place)),
        });
        Some(secret)
    }
}

/// Tokens and URLs are shorter.
const LONGEST: u64 = 16 << 10;

impl SecretName {
    /// The token that statuses are posted and configs are read with.
    pub const GITHUB_TOKEN: Self = Self("github.token");
    /// What GitHub signs its deliveries with.
    pub const WEBHOOK_SECRET: Self = Self("github.webhook_secret");
    /// The one before, while webhooks are changed over.
    pub const WEBHOOK_SECRET_OLD: Self = Self("github.webhook_secret_old");
    /// Who holds it may restart, cancel and approve.
    pub const OPERATOR_TOKEN: Self = Self("operator.token");
    /// The URL of a PostgreSQL database, with its password.
    pub const DATABASE_URL: Self = Self("database.url");
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::GITHUB_TOKEN,
        Self::WEBHOOK_SECRET,
        Self::WEBHOOK_SECRET_OLD,
        Self::OPERATOR_TOKEN,
        Self::DATABASE_URL,
    ];

    /// The setting that names its file.
    #[must_use]
    pub fn setting(self) -> String {
        format!("{}_file", self.0)
    }

    /// The variable that holds it.
    #[must_use]
    pub fn variable(self) -> String {
        variable(self.0)
    }

    /// Its systemd credential.
    #[must_use]
    pub fn credential(self) -> String {
        self.0.replace(['.', '_'], "-")
    }

    /// The three ways to give it, to end a sentence with.
    #[must_use]
    pub fn ways(self) -> String {
        format!(
            "is given by the file that {} names, by {}, or by the systemd credential {}",
            self.setting(),
            self.variable(),
            self.credential()
        )
    }

    /// Reads it anew, for a secret that may be replaced while the agent runs.
    ///
    /// # Errors
    /// Nobody gives it any more, or it can't be used; why, without a part of it.
    pub fn read_again(
        self,
        file: Option<&Path>,
        environment: &Environment,
    ) -> Result<SecretString, String> {
        let places = Places::default();
        let mut checks = Checks::new(&places);
        match self.read(file, environment, &mut checks) {
            Some(Some(secret)) => Ok(secret.value),
            Some(None) => Err(format!("it {}", self.ways())),
            None => {
                let findings = checks.finish().into_iter();
                let texts: Vec<String> = findings.map(|finding| finding.message).collect();
                Err(texts.join("; "))
            }
        }
    }

    /// Reads it; `Some(None)` where nobody gives it, `None` where it can't be used, which is noted.
    fn read(
        self,
        file: Option<&Path>,
        environment: &Environment,
        checks: &mut Checks<'_>,
    ) -> Option<Option<Secret>> {
        if let Some(folder) = environment.credentials() {
            let path = folder.join(self.credential());
            // One that cannot be looked for is there, and unreadable: to say that nobody gave it would
            // send people looking in the wrong place.
            if path.try_exists().unwrap_or(true) {
                // systemd keeps others away from it, by means that its mode does not show.
                let bytes = read(&path, Guard::Systemd);
                return self.take(bytes, Place::Credential, checks).map(Some);
            }
        }
        if let Some(value) = environment.get(&self.variable()) {
            let bytes = Zeroizing::new(value.as_bytes().to_vec());
            return self.take(Ok(bytes), Place::Variable, checks).map(Some);
        }
        let Some(path) = file else {
            return Some(None);
        };
        let place = Place::File(path.to_owned());
        self.take(read(path, Guard::Mode), place, checks).map(Some)
    }

    fn take(
        self,
        bytes: Result<Zeroizing<Vec<u8>>, Unreadable>,
        place: Place,
        checks: &mut Checks<'_>,
    ) -> Option<Secret> {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(Unreadable { what, hint }) => {
                let finding = self.refuse(&place, checks, &what);
                hint.into_iter().for_each(|hint| finding.hint(hint));
                return None;
            }
        };
        let text = std::str::from_utf8(&bytes).ok().map(str::trim_end);
        let what = match text {
            Some("") => "is empty",
            Some(text) if text.chars().any(|c| c.is_control() || c.is_whitespace()) => {
                "is not one word in one line"
            }
            Some(text) => {
                return Some(Secret {
                    value: SecretString::from(text),
                    name: self,
                    place,
                });
            }
            None => "is not text",
        };
        self.refuse(&place, checks, what);
        None
    }

    /// How people call a place.
    fn found(self, place: &Place) -> String {
        match place {
            Place::Credential => format!("the systemd credential {}", self.credential()),
            Place::Variable => self.variable(),
            Place::File(path) => path.display().to_string(),
        }
    }

    fn refuse<'a>(self, place: &Place, checks: &'a mut Checks<'_>, what: &str) -> &'a mut Finding {
        let found = self.found(place);
        match place {
            Place::File(_) => checks.refuse(&self.setting(), &format!("{found} {what}")),
            _ => checks.say(Severity::Error, format!("{found} {what}")),
        }
    }
}

/// What keeps others from reading a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// Owner and mode of its file, which are looked at.
    Mode,
    /// systemd.
    Systemd,
}

/// A file that holds no secret that can be used.
pub(super) struct Unreadable {
    /// What is wrong, after its name.
    pub(super) what: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

/// The bytes of a file that only its owner may read.
pub(super) fn secret_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    read(path, Guard::Mode)
}

fn read(path: &Path, guard: Guard) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let shown = path.display();
    let refused = |what: String, hint: Option<String>| Unreadable { what, hint };
    let failed = |error: &std::io::Error| {
        let hint = match error.kind() {
            ErrorKind::PermissionDenied => Some(format!("chown {} {shown}", geteuid().as_raw())),
            _ => None,
        };
        refused(format!("cannot be read: {error}"), hint)
    };
    // What is looked at is what is read: the open file, not the path.
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let meta = file.metadata().map_err(|error| failed(&error))?;
    if !meta.is_file() {
        return Err(refused("is not a file".to_owned(), None));
    }
    if guard == Guard::Mode {
        let mode = meta.mode() & 0o777;
        if mode & 0o077 != 0 {
            let what = format!("can be read by others (its mode is {mode:04o})");
            return Err(refused(what, Some(format!("chmod 600 {shown}"))));
        }
        if let Some(hint) = foreign_owner(meta.uid()) {
            let what = format!("belongs to another user ({})", meta.uid());
            return Err(refused(what, Some(format!("{hint} {shown}"))));
        }
    }
    let mut bytes = Zeroizing::new(Vec::new());
    let mut limited = Read::by_ref(&mut file).take(LONGEST + 1);
    limited
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    if bytes.len() as u64 > LONGEST {
        bytes.zeroize();
        return Err(refused("is too large for a secret".to_owned(), None));
    }
    Ok(bytes)
}

/// The command that mends the owner of a file, unless it is this user or root.
pub(super) fn foreign_owner(owner: u32) -> Option<String> {
    let me = geteuid().as_raw();
    (owner != me && owner != 0).then(|| format!("chown {me}"))
}

#[cfg(test)]
mod tests;
