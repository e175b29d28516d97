//! Files of Git LFS. A commit holds a pointer in the place of each; the files themselves are fetched in
//! the job, so that an address that a repository names is never asked from this machine.

use std::io::{self, Read};

/// What every pointer begins with.
const VERSION: &[u8] = b"version https://git-lfs.github.com/spec/v";
/// Longer files are no pointers.
const LONGEST: u64 = 1024;

/// What a file of `size` bytes begins with, as far as it is worth looking at; the rest stays unread.
pub(super) fn beginning(file: &mut impl Read, size: u64) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    if size <= LONGEST {
        file.take(VERSION.len() as u64).read_to_end(&mut begin)?;
    }
    Ok(begin)
}

/// Whether a file that begins so stands for one of Git LFS.
pub(super) fn is_pointer(beginning: &[u8]) -> bool {
    beginning == VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_file_with_the_first_line_is_a_pointer() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
        let looks = |text: &[u8], size: u64| {
            let mut file = text;
            let begin = beginning(&mut file, size).unwrap();
            assert_eq!([begin.as_slice(), file].concat(), text);
            is_pointer(&begin)
        };
        assert!(looks(pointer, pointer.len() as u64));
        assert!(!looks(pointer, 5000));
        assert!(!looks(b"version", 7));
        assert!(!looks(b"", 0));
    }
}
