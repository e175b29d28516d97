//! Finding and reading files of cases: one JSON object a line, possibly gzipped.

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// One case.
pub(crate) struct Row(Value);

impl Row {
    /// Its name, unique in its file.
    pub(crate) fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }

    /// A field; null where it is absent.
    pub(crate) fn field(&self, name: &str) -> &Value {
        &self.0[name]
    }

    /// A field that must be a text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.field(name)
            .as_str()
            .unwrap_or_else(|| panic!("{}: {name} is no text", self.id()))
    }
}

/// The folder of the shared cases, where there is one. A folder that was asked for must exist.
pub(crate) fn folder() -> Option<PathBuf> {
    if let Some(asked) = std::env::var_os("CI_CONFORMANCE_DIR") {
        let folder = PathBuf::from(asked);
        assert!(folder.is_dir(), "no folder at {}", folder.display());
        return Some(folder);
    }
    let folder = workspace().join("../shared/conformance");
    folder.is_dir().then_some(folder)
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All cases of a file, in order.
pub(crate) fn read(path: &Path) -> Vec<Row> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let zipped = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> = if zipped {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let lines = BufReader::new(reader).lines().enumerate();
    lines
        .map(|(index, line)| {
            let place = || format!("{}:{}", path.display(), index + 1);
            let line = line.unwrap_or_else(|error| panic!("{}: {error}", place()));
            let row = serde_json::from_str(&line);
            Row(row.unwrap_or_else(|error| panic!("{}: {error}", place())))
        })
        .collect()
}
