//! Whose public key a value is sealed with.

use super::daemon;
use crate::cli::checkout::Checkout;
use crate::cli::keyring::{PUBLIC_KEY_FILE, committed_key, read_public_key};
use crate::cli::repository::{RepositoryArgs, same_slug};
use crate::cli::{Printer, keyring};
use crate::error::{Exit, UserError};
use crate::secrets::PublicKey;
use std::path::Path;

/// Finds the key: the file that was named, the checkout's `.ci.pub`, this machine's keyring, or the
/// daemon's that the settings name.
pub(super) fn find(
    checkout: &Checkout,
    args: &RepositoryArgs,
    file: Option<&Path>,
    printer: &mut Printer,
) -> Result<PublicKey, UserError> {
    let named = match file {
        Some(file) => Some((read_public_key(file)?, file.display().to_string())),
        None => committed_key(checkout)?.map(|key| (key, PUBLIC_KEY_FILE.to_owned())),
    };
    if let Some((key, source)) = named {
        matches(&key, args, &source)?;
        warn_of_old(&key, &source, printer);
        return Ok(key);
    }
    let (keyring, _) = keyring::open()?;
    let active = args.find(checkout, &keyring).ok().and_then(|repository| {
        keyring
            .active(&repository.host, repository.id)
            .map(|entry| entry.public.clone())
    });
    if let Some(key) = active {
        return Ok(key);
    }
    if let Some(key) = daemon::of_settings(checkout, args, printer)? {
        return Ok(key);
    }
    Err({
        let whose = args
            .slug(checkout)
            .unwrap_or_else(|| "this checkout".to_owned());
        UserError::new(Exit::Usage, format!("There is no public key for {whose}")).hint(
            "name the daemon that has it with `--server URL`, or make a key with `agent keys \
             generate`",
        )
    })
}

/// Refuses a key of another repository than the one that options name.
pub(super) fn matches(
    key: &PublicKey,
    args: &RepositoryArgs,
    source: &str,
) -> Result<(), UserError> {
    let (host, slug) = (&key.repository.host, &key.repository.slug);
    if let Some(asked) = &args.host
        && asked != host
    {
        let error = format!("The key in {source} is for {host}, not for {asked}");
        return Err(
            UserError::new(Exit::Usage, error).hint("name the right file with `--public-key`")
        );
    }
    let Some(asked) = &args.repo else {
        return Ok(());
    };
    if same_slug(Some(asked), slug.as_ref()) {
        return Ok(());
    }
    let error = match slug {
        Some(slug) => format!("The key in {source} is for {slug}, not for {asked}"),
        None => format!("The key in {source} does not say that it is for {asked}"),
    };
    Err(UserError::new(Exit::Usage, error).hint(
        "go into the right checkout, name the right file with `--public-key`, or leave `-r` out",
    ))
}

/// Where this machine has the private keys, it knows when a committed key is out of date.
fn warn_of_old(key: &PublicKey, source: &str, printer: &mut Printer) {
    let Ok((keyring, _)) = keyring::open() else {
        return;
    };
    let Some(entry) = keyring.find(key.kid()) else {
        return;
    };
    let active = keyring.active(&key.repository.host, key.repository.id);
    if entry.retired.is_some() {
        printer.warn(format!(
            "the key {} in {source} is retired: what is sealed now will not open",
            key.kid()
        ));
    } else if let Some(active) = active.filter(|active| active.kid() != key.kid()) {
        printer.warn(format!(
            "the key {} in {source} is being replaced by {}; `agent keys show > {source}` updates it",
            key.kid(),
            active.kid()
        ));
    }
}

/// Says for whom was sealed.
pub(super) fn say(key: &PublicKey, printer: &mut Printer) {
    let repository = &key.repository;
    let id = repository.id;
    let whose = match &repository.slug {
        Some(slug) => format!("{slug} ({} {id})", repository.host),
        None => format!("repository {id} on {}", repository.host),
    };
    printer.note(format!("Sealed for {whose} with the key {}", key.kid()));
}
