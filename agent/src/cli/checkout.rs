//! What a command knows of the place it was started in: checkout, repository, keys.

use crate::data_dir::data_dir;
use crate::error::{Exit, UserError};
use crate::git::{self, Origin};
use crate::secrets::{Keyring, MasterKeys, MasterSources, PublicKey, Repository};
use std::path::{Path, PathBuf};

/// The name of the public key's file, at the top of a checkout.
pub(super) const PUBLIC_KEY_FILE: &str = ".ci.pub";

/// The repository as options name it.
#[derive(Debug, clap::Args)]
pub(super) struct RepositoryArgs {
    /// The repository [default: that of the remote `origin`]
    #[arg(short = 'r', long = "repo", value_name = "OWNER/REPO", value_parser = slug)]
    pub(super) repo: Option<String>,
    /// The host that the repository is on [default: that of `origin`, or github.com]
    #[arg(long, value_name = "HOST", value_parser = host)]
    pub(super) host: Option<String>,
}

/// Where a command was started.
pub(super) struct Checkout {
    /// The top of the checkout, or the current folder outside of any.
    pub(super) top: PathBuf,
    origin: Option<Origin>,
}

fn slug(text: &str) -> Result<String, String> {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(allowed)
    };
    match text.split_once('/') {
        Some((owner, name)) if part(owner) && part(name) => Ok(text.to_owned()),
        _ => Err("a repository is named OWNER/REPO".to_owned()),
    }
}

fn host(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    if !text.is_empty() && text.len() <= 255 && text.bytes().all(allowed) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a host is a name like github.com".to_owned())
    }
}

impl Checkout {
    /// Looks around the current folder.
    pub(super) fn here() -> Result<Self, UserError> {
        let failed = |error: std::io::Error| {
            UserError::new(
                Exit::Usage,
                format!("The current folder cannot be read: {error}"),
            )
        };
        let folder = std::env::current_dir().map_err(failed)?;
        let refused = |error: git::GitError| UserError::new(Exit::Usage, error.to_string());
        match git::toplevel(&folder) {
            Ok(top) => Ok(Self {
                origin: git::origin(&folder).map_err(refused)?,
                top: top.unwrap_or(folder),
            }),
            // Without git there is no origin, and all else works.
            Err(git::GitError::Missing) => Ok(Self {
                top: folder,
                origin: None,
            }),
            Err(error) => Err(refused(error)),
        }
    }

    /// The host that options or the origin name.
    pub(super) fn host(&self, args: &RepositoryArgs) -> String {
        let origin = self.origin.as_ref().filter(|_| args.repo.is_none());
        let host = args
            .host
            .clone()
            .or_else(|| origin.map(|origin| origin.host.clone()));
        host.unwrap_or_else(|| "github.com".to_owned())
    }

    /// `owner/repo` as options or the origin name it.
    pub(super) fn slug(&self, args: &RepositoryArgs) -> Option<String> {
        let origin = self.origin.as_ref().map(|origin| origin.slug.clone());
        args.repo.clone().or(origin)
    }

    /// The public key of the checkout, when it has one.
    pub(super) fn public_key(&self) -> Result<Option<PublicKey>, UserError> {
        let path = self.top.join(PUBLIC_KEY_FILE);
        if path.exists() {
            read_public_key(&path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The repository with its id, from the public key of the checkout or from the keyring.
    pub(super) fn repository(
        &self,
        args: &RepositoryArgs,
        keyring: &Keyring,
    ) -> Result<Repository, UserError> {
        let (host, slug) = (self.host(args), self.slug(args));
        if let Some(slug) = &slug
            && let Some(known) = keyring.repository(&host, slug)
        {
            return Ok(known.clone());
        }
        if let Some(key) = self.public_key()? {
            let is_meant =
                args.repo.is_none() || same_slug(args.repo.as_ref(), key.repository.slug.as_ref());
            if is_meant {
                return Ok(key.repository);
            }
        }
        Err(no_repository(slug.as_deref()))
    }
}

/// Whether two names are of one repository; hosts do not tell cases apart.
pub(super) fn same_slug(a: Option<&String>, b: Option<&String>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

fn no_repository(slug: Option<&str>) -> UserError {
    match slug {
        Some(slug) => UserError::new(Exit::Usage, format!("There is no key for {slug} here"))
            .hint("make one with `agent keys generate`, or use the machine that has it"),
        None => UserError::new(Exit::Usage, "It is not clear which repository is meant")
            .hint("name it with `-r OWNER/REPO`"),
    }
}

/// Reads a file that holds a public key line.
pub(super) fn read_public_key(path: &Path) -> Result<PublicKey, UserError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
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
pub(super) fn keyring() -> Result<(Keyring, MasterSources), UserError> {
    let data = data_dir()?;
    let keyring = Keyring::open(&data.join("keys")).map_err(|error| {
        UserError::new(
            Exit::Internal,
            format!("The keyring cannot be read: {error}"),
        )
    })?;
    Ok((keyring, MasterSources::of_process(&data)))
}

/// The master key, as an error of the command line when it is not to be had.
pub(super) fn masters(sources: &MasterSources) -> Result<MasterKeys, UserError> {
    MasterKeys::load(sources).map_err(master_error)
}

/// A missing master key in words, with what to do.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
pub(super) fn master_error(error: crate::secrets::MasterError) -> UserError {
    use crate::secrets::MasterError::{Exposed, Malformed, Missing};
    let hint = match &error {
        Missing(_) => "give it as that file, as AGENT_MASTER_KEY or as a systemd credential",
        Exposed(_) => "let only its owner read it: `chmod 600`",
        Malformed(_) => "restore the file that the keys were made with",
        _ => "look at the folder's owner and rights",
    };
    UserError::new(Exit::Internal, sentence(&error.to_string())).hint(hint)
}

/// A text with its first letter in upper case.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
