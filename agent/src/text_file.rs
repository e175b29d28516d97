//! Reading files that people write: settings, keys, lists of variables.

use std::fs::File;
use std::io::{self, Error, ErrorKind, Read};
use std::path::Path;

/// No such file is larger, in bytes.
const LIMIT: u64 = 1 << 20;

/// Reads a whole text. A pipe is as good as a file; a device without end is not read to its end.
///
/// # Errors
/// As the file system gives them; `InvalidData` for what is no UTF-8, `FileTooLarge` beyond 1 MiB.
pub fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::new(
            ErrorKind::FileTooLarge,
            "it is larger than 1 MiB",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Error::new(ErrorKind::InvalidData, format!("line {line} is not UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_or_has_no_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "a\nä\n").unwrap();
        assert_eq!(read(&path).unwrap(), "a\nä\n");
        std::fs::write(&path, b"a\n\xff\n").unwrap();
        assert_eq!(read(&path).unwrap_err().to_string(), "line 2 is not UTF-8");
        let endless = read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(endless.kind(), ErrorKind::FileTooLarge);
    }
}
