//! One key of the keyring as a file: the public line, the sealed private key, and its dates.

use super::kid::Kid;
use super::public_key::PublicKey;
use crate::atomic_file::{self, Mode};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A key pair of a repository. The private half is sealed, so this may be kept in memory.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// The public half.
    pub public: PublicKey,
    /// When it was made.
    pub created: Timestamp,
    /// When it was taken out of use; it then opens nothing.
    pub retired: Option<Timestamp>,
    pub(super) sealed: SealedPrivate,
}

/// The sealed private half.
#[derive(Clone)]
pub(super) struct SealedPrivate(pub(super) Vec<u8>);

impl std::fmt::Debug for SealedPrivate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[sealed]")
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    public: String,
    private: String,
    created: String,
    retired: Option<String>,
}

impl KeyEntry {
    /// Its short name.
    #[must_use]
    pub fn kid(&self) -> Kid {
        self.public.kid()
    }

    /// Whether it is a key of this repository.
    #[must_use]
    pub fn belongs_to(&self, host: &str, id: u64) -> bool {
        self.public.repository.host == host && self.public.repository.id == id
    }

    /// The name of its file.
    pub(super) fn file_name(&self) -> String {
        format!("{}.json", self.kid())
    }

    /// Reads a key file; the error says what is wrong with it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let stored: Stored = serde_json::from_slice(bytes)
            .map_err(|error| format!("not a key file (line {})", error.line()))?;
        if stored.format != 1 {
            return Err(format!(
                "format {} is not known to this agent",
                stored.format
            ));
        }
        let public = stored
            .public
            .parse()
            .map_err(|error| format!("public key: {error}"))?;
        let private = BASE64URL
            .decode(stored.private)
            .map_err(|_| "private key: not base64url".to_owned())?;
        Ok(Self {
            public,
            created: time(&stored.created)?,
            retired: stored.retired.as_deref().map(time).transpose()?,
            sealed: SealedPrivate(private),
        })
    }

    /// Writes the file into the keyring's folder, readable for its owner only.
    pub(super) fn store(&self, folder: &Path) -> std::io::Result<()> {
        let stored = Stored {
            format: 1,
            public: self.public.to_string(),
            private: BASE64URL.encode(&self.sealed.0),
            created: self.created.to_string(),
            retired: self.retired.map(|retired| retired.to_string()),
        };
        let mut text = serde_json::to_vec_pretty(&stored)?;
        text.push(b'\n');
        atomic_file::write(&folder.join(self.file_name()), &text, Mode::Exactly(0o600))
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "a date is not one".to_owned())
}
