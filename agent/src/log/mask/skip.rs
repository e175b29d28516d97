//! Leaps over text in which no needle can begin.

/// Bits of the table; 8 KiB, so that it stays in the first cache.
const BITS: usize = 1 << 16;
/// A longer window leaps further but holds more groups of three, and so stops more often.
const MAX_WINDOW: usize = 10;

/// The groups of three bytes that occur in the first bytes of any needle.
///
/// A needle that begins within the next `window - 2` bytes must put one of its groups at the
/// window's end. Where no needle has the group that stands there, all those places are ruled out
/// at once.
pub(super) struct Skip {
    window: usize,
    groups: Box<[u64]>,
}

impl Skip {
    /// `needles` must each have three bytes or more.
    pub(super) fn new<'a>(needles: impl Iterator<Item = &'a [u8]> + Clone) -> Self {
        let shortest = needles.clone().map(<[u8]>::len).min().unwrap_or(3);
        let window = shortest.clamp(3, MAX_WINDOW);
        let mut groups = vec![0; BITS / 64].into_boxed_slice();
        for needle in needles {
            for group in needle.windows(3).take(window - 2) {
                if let [a, b, c] = group {
                    let (word, bit) = place(*a, *b, *c);
                    if let Some(word) = groups.get_mut(word) {
                        *word |= bit;
                    }
                }
            }
        }
        Self { window, groups }
    }

    /// The first place at or after `at` where a needle might begin, as far as whole windows tell.
    #[inline]
    pub(super) fn leap(&self, text: &[u8], mut at: usize) -> usize {
        while let Some([a, b, c]) = text.get(at + self.window - 3..at + self.window) {
            let (word, bit) = place(*a, *b, *c);
            if self.groups.get(word).is_none_or(|word| word & bit != 0) {
                break;
            }
            at += self.window - 2;
        }
        at
    }
}

#[inline]
fn place(a: u8, b: u8, c: u8) -> (usize, u64) {
    let group = u32::from_le_bytes([a, b, c, 0]);
    let hash = group.wrapping_mul(0x9e37_79b1) >> 16;
    (hash as usize / 64, 1 << (hash % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_never_passes_the_beginning_of_a_needle() {
        let needles: [&[u8]; 2] = [b"hunter2", b"correct horse"];
        let skip = Skip::new(needles.into_iter());
        for needle in needles {
            for before in 0..40 {
                let text = [&b"x".repeat(before)[..], needle, b"yyyyyyyy"].concat();
                let mut at = 0;
                while at < before {
                    at = skip.leap(&text, at).max(at + 1).min(before);
                    assert!(skip.leap(&text, at) <= before || at == before);
                }
                assert_eq!(skip.leap(&text, before), before);
            }
        }
    }

    #[test]
    fn plain_text_is_leapt_over() {
        let skip = Skip::new([&b"hunter2"[..]].into_iter());
        assert!(skip.leap(&b"0123456789".repeat(10), 0) > 90);
    }
}
