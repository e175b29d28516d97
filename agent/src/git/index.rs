//! Git's index file, written by hand, so that no work tree has to lie on disk to make one.
//!
//! Format: git's documentation "index-format", version 2, and 3 where entries are marked as left out of
//! a sparse checkout. Entries carry only the modification
//! time and the size; with `core.checkStat=minimal` git compares no more than these.

/// The mode of a submodule.
pub(super) const SUBMODULE: u32 = 0o160_000;

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
    /// Whether a sparse checkout leaves it out.
    pub(super) skipped: bool,
}

/// A flag that says that more flags follow.
const EXTENDED: u16 = 0x4000;
/// Of those: not in the work tree.
const SKIP_WORKTREE: u16 = 0x4000;

/// The bytes of an index with these entries.
pub(super) fn encode(mut entries: Vec<Entry>) -> Vec<u8> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let mut out = Vec::with_capacity(entries.len() * 100 + 32);
    out.extend(b"DIRC");
    let version: u32 = if entries.iter().any(|entry| entry.skipped) {
        3
    } else {
        2
    };
    out.extend(version.to_be_bytes());
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
        let fixed = if entry.skipped {
            out.extend((length | EXTENDED).to_be_bytes());
            out.extend(SKIP_WORKTREE.to_be_bytes());
            64
        } else {
            out.extend(length.to_be_bytes());
            62
        };
        out.extend(&entry.path);
        // One to eight NULs, up to a multiple of eight from the entry's start.
        out.resize(out.len() + 8 - (fixed + entry.path.len()) % 8, 0);
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
                skipped: false,
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
        for (length, skipped) in (1..20).flat_map(|length| [(length, false), (length, true)]) {
            let entry = Entry {
                path: vec![b'p'; length],
                mode: 0o100_644,
                oid: [1; 20],
                stat: (0, 0),
                skipped,
            };
            let bytes = encode(vec![entry]);
            assert_eq!((bytes.len() - 12 - 20) % 8, 0);
            let fixed = if skipped { 64 } else { 62 };
            assert_eq!(bytes[12 + fixed + length], 0);
        }
    }
}
