//! Insertions, and the few replacements of one sealed string by another.

use std::ops::Range;

/// New text for a range of bytes; an empty range is an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) range: Range<usize>,
    pub(super) with: String,
}

impl Patch {
    pub(super) fn insert(at: usize, with: impl Into<String>) -> Self {
        Self {
            range: at..at,
            with: with.into(),
        }
    }
}

/// The text with all patches, which are in the order of their ranges; `None` when they overlap.
pub(super) fn apply(text: &str, patches: &[Patch]) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for patch in patches {
        result.push_str(text.get(done..patch.range.start)?);
        result.push_str(&patch.with);
        done = patch.range.end;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_applied_in_order_or_not_at_all() {
        let (a, b) = (
            Patch::insert(1, "X"),
            Patch {
                range: 2..3,
                with: String::new(),
            },
        );
        assert_eq!(
            apply("abcd", &[a.clone(), b.clone()]).as_deref(),
            Some("aXbd")
        );
        assert_eq!(apply("abcd", &[b, a]), None);
    }
}
