//! The keys of this machine and of the checkout, with errors in the command line's words.

use super::checkout::Checkout;
use crate::error::{Exit, UserError};
use crate::secrets::{
    AtRestError, Keyring, KeyringError, MasterError, MasterKeys, MasterSources, Opener, PublicKey,
    Repository,
};
use crate::settings::Settings;
use crate::text_file;
use std::path::Path;

/// The name of the public key's file, at the top of a checkout.
pub(super) const PUBLIC_KEY_FILE: &str = ".ci.pub";

/// The public key of the checkout, when it has one.
pub(super) fn committed_key(checkout: &Checkout) -> Result<Option<PublicKey>, UserError> {
    let path = checkout.top().join(PUBLIC_KEY_FILE);
    if path.exists() {
        read_public_key(&path).map(Some)
    } else {
        Ok(None)
    }
}

/// Reads a file that holds a public key line.
pub(super) fn read_public_key(path: &Path) -> Result<PublicKey, UserError> {
    let text = text_file::read(path).map_err(|error| {
        UserError::new(Exit::Usage, format!("{}: {error}", path.display()))
            .hint("a public key is printed by `agent keys show`")
    })?;
    text.parse().map_err(|error| {
        UserError::new(
            Exit::Usage,
            format!("{} is not a public key: {error}", path.display()),
        )
        .hint("`agent keys show` prints the right line")
    })
}

/// The keyring of this machine, with the places of its master key.
pub(super) fn open() -> Result<(Keyring, MasterSources), UserError> {
    open_with(&Settings::of_process()?)
}

/// The same by settings that were read already.
pub(super) fn open_with(settings: &Settings) -> Result<(Keyring, MasterSources), UserError> {
    let data = settings.data_dir()?;
    let keyring = Keyring::open(&data.join("keys")).map_err(keyring_error)?;
    Ok((keyring, settings.master_sources(&data)))
}

/// Opens the secrets of a repository with the keys of this machine. A missing master key is told
/// with the first string that needs it.
pub(super) fn opener(
    keyring: &Keyring,
    sources: &MasterSources,
    repository: &Repository,
    checkout: &Checkout,
) -> Result<Opener, UserError> {
    let masters = MasterKeys::load(sources);
    let opener = Opener::new(keyring, &masters, &repository.host, repository.id);
    Ok(opener.with_committed(committed_key(checkout)?.as_ref()))
}

/// The master key, as an error of the command line when it is not to be had.
pub(super) fn masters(sources: &MasterSources) -> Result<MasterKeys, UserError> {
    MasterKeys::load(sources).map_err(master_error)
}

/// An error of the master key in words, with what to do.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
pub(super) fn master_error(error: MasterError) -> UserError {
    use MasterError::{Exposed, File, Malformed, Missing, NoFormer, NoRandom};
    let (exit, hint) = match &error {
        Missing(_) => (
            Exit::Usage,
            "give it as that file, as AGENT_MASTER_KEY or as a systemd credential",
        ),
        Exposed(_) => (Exit::Usage, "let only its owner read it: `chmod 600`"),
        Malformed(_) => (Exit::Usage, "restore the file that the keys were made with"),
        NoFormer => (
            Exit::Usage,
            "`agent keys rotate-master --help` says how such a key is replaced",
        ),
        File { .. } => (
            Exit::Backend,
            "look at the folder's owner, rights and space",
        ),
        NoRandom(_) => (Exit::Backend, "the system has to give random numbers"),
    };
    UserError::new(exit, error.to_string()).hint(hint)
}

/// An error of the keyring in words, with what to do.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
pub(super) fn keyring_error(error: KeyringError) -> UserError {
    let (exit, hint) = match &error {
        KeyringError::Unknown(_) => (Exit::Usage, Some("`agent keys list` shows what is here")),
        KeyringError::Retired(_) | KeyringError::Exists(_) => (Exit::Usage, None),
        KeyringError::AtRest(AtRestError::OtherMaster) => (
            Exit::Usage,
            Some("give the master key that this data folder was made with"),
        ),
        KeyringError::Repository(_) => (
            Exit::Usage,
            Some("name it with `-r OWNER/REPO --host HOST`"),
        ),
        KeyringError::AtRest(AtRestError::Damaged) | KeyringError::Damaged { .. } => (
            Exit::Backend,
            Some("restore the data folder's `keys` from a copy"),
        ),
        KeyringError::Io { .. } => (
            Exit::Backend,
            Some(
                "look at the folder's owner, rights and space, or name another one with AGENT_DATA",
            ),
        ),
        KeyringError::AtRest(AtRestError::NoRandom(_)) | KeyringError::NoRandom(_) => {
            (Exit::Backend, None)
        }
    };
    let shown = UserError::new(exit, error.to_string());
    match hint {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}
