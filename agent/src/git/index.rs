//! Git's index file, written by hand, so that no work tree has to lie on disk to make one.
//!
//! Format: git's documentation "index-format", version 2. Entries carry only the modification
//! time and the size; with `core.checkStat=minimal` git compares no more than these.

/// One file of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The path, with `/`.
    pub(super) path: Vec<u8>,
    /// Git's mode: `0o100644`, `0o100755`, `0o120000` or `0o160000`.
    pub(super) mode: u32,
    /// The object's name.
    pub(super) oid: [u8; 20],
    /// Modification time in seconds and size, where the file in the tree is known to be the
    /// object; 0 makes git look for itself.
    pub(super) stat: (u32, u32),
}

/// The bytes of an index with these entries.
pub(super) fn encode(mut entries: Vec<Entry>) -> Vec<u8> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let mut out = Vec::with_capacity(entries.len() * 100 + 32);
    out.extend(b"DIRC");
    out.extend(2u32.to_be_bytes());
    out.extend(
        u32::try_from(entries.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    for entry in &entries {
        let (mtime, size) = entry.stat;
        // ctime, mtime, then device, inode, mode, owner, group, size.
        for number in [0, 0, mtime, 0, 0, 0, entry.mode, 0, 0, size] {
            out.extend(number.to_be_bytes());
        }
        out.extend(entry.oid);
        let length = u16::try_from(entry.path.len())
            .unwrap_or(u16::MAX)
            .min(0xfff);
        out.extend(length.to_be_bytes());
        out.extend(&entry.path);
        // One to eight NULs, up to a multiple of eight from the entry's start.
        out.resize(out.len() + 8 - (62 + entry.path.len()) % 8, 0);
    }
    let sum = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &out);
    out.extend(sum.as_ref());
    out
}

/// Reads an object's name from 40 hexadecimal digits.
pub(super) fn oid(hex: &str) -> Option<[u8; 20]> {
    if hex.len() != 40 || !hex.is_ascii() {
        return None;
    }
    let mut oid = [0; 20];
    for (byte, pair) in oid.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(oid)
}

/// Entries of the output of `git ls-tree -r -z --full-tree`, without stat data.
pub(super) fn from_ls_tree(listing: &[u8]) -> Option<Vec<Entry>> {
    listing
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let tab = line.iter().position(|byte| *byte == b'\t')?;
            let (facts, path) = (line.get(..tab)?, line.get(tab + 1..)?);
            let mut facts = std::str::from_utf8(facts).ok()?.split(' ');
            let mode = u32::from_str_radix(facts.next()?, 8).ok()?;
            Some(Entry {
                path: path.to_vec(),
                mode,
                oid: oid(facts.nth(1)?)?,
                stat: (0, 0),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_are_forty_hexadecimal_digits() {
        assert!(oid(&"0f".repeat(20)).is_some());
        for bad in ["", "0f", &"zz".repeat(20), &"é".repeat(20)] {
            assert_eq!(oid(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_entry_is_padded_to_eight_with_at_least_one_nul() {
        for length in 1..20 {
            let entry = Entry {
                path: vec![b'p'; length],
                mode: 0o100_644,
                oid: [1; 20],
                stat: (0, 0),
            };
            let bytes = encode(vec![entry]);
            assert_eq!((bytes.len() - 12 - 20) % 8, 0);
            assert_eq!(bytes[12 + 62 + length], 0);
        }
    }
}
