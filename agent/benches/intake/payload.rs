//! Deliveries of a usual size, signed beforehand.

use crate::Result;
use crate::daemon::SECRET;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt::Write as _;

/// As long as a push of some commits is.
const SIZE: usize = 26_000;
/// Different bodies of each kind; then they come again under other names.
const BODIES: usize = 1_000;

/// A body and its signature.
pub(crate) struct Signed {
    pub(crate) body: Vec<u8>,
    pub(crate) signature: String,
}

pub(crate) struct Pool {
    pub(crate) pushes: Vec<Signed>,
    pub(crate) comments: Vec<Signed>,
}

impl Pool {
    /// Made from a push as GitHub would deliver it.
    pub(crate) fn new(push: &Value) -> Result<Self> {
        let mut pool = Self {
            pushes: Vec::new(),
            comments: Vec::new(),
        };
        let repository = &push["repository"];
        for number in 0..BODIES {
            let mut branch = push.clone();
            branch["ref"] = format!("refs/heads/branch-{number}").into();
            branch["before"] = "0".repeat(40).into();
            branch["created"] = true.into();
            pool.pushes.push(signed(branch, "commits")?);
            let comment = json!({
                "action": "created",
                "comment": {"id": number, "body": "Looks good."},
                "repository": repository,
            });
            pool.comments.push(signed(comment, "changes")?);
        }
        Ok(pool)
    }
}

/// Fills a list of the body up to the size.
fn signed(mut body: Value, list: &str) -> Result<Signed> {
    let mut entries = Vec::new();
    let size = |body: &Value| body.to_string().len();
    let entry = json!({"message": "Make it so", "added": ["a/b", "c/d"], "distinct": true,
        "timestamp": "2024-01-01T00:00:00Z", "author": {"name": "Ann", "email": "ann@example.org"}});
    let each = size(&entry) + 1;
    entries.resize(SIZE.saturating_sub(size(&body)) / each, entry);
    body[list] = entries.into();
    let body = body.to_string().into_bytes();
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    let mut signature = "sha256=".to_owned();
    for byte in mac.chain_update(&body).finalize().into_bytes() {
        write!(signature, "{byte:02x}")?;
    }
    Ok(Signed { body, signature })
}
