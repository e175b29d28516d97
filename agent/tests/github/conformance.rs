//! The cases of others, which lie outside of the project.

use serde_json::Value;
use std::path::PathBuf;

/// A file of the folder's part for webhooks; `None`, said aloud, where it is absent.
#[allow(clippy::print_stderr)] // a test's own word
pub(crate) fn file(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("CI_CONFORMANCE_DIR").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/conformance"
            ))
        },
        PathBuf::from,
    );
    let path = folder.join("webhooks").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    bytes
}

/// The same, as JSON.
pub(crate) fn json(name: &str) -> Option<Value> {
    let bytes = file(name)?;
    Some(serde_json::from_slice(&bytes).expect("a case of JSON"))
}
