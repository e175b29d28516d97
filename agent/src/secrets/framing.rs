//! Bytes that are bound to a ciphertext, framed so that no two tuples give the same bytes (T31).

/// A text is longer than its length prefix can say (65,535 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a part is longer than 65,535 bytes")]
pub struct TooLong;

/// A tuple as bytes: each text with its length before it, each number with eight bytes.
#[derive(Default)]
pub(super) struct Framed(Vec<u8>);

impl Framed {
    /// Starts with a label that names the purpose, ended by a zero byte.
    pub(super) fn labelled(label: &str) -> Self {
        let mut bytes = label.as_bytes().to_vec();
        bytes.push(0);
        Self(bytes)
    }

    /// Adds `u16be(length) || bytes`.
    pub(super) fn text(mut self, text: &str) -> Result<Self, TooLong> {
        let length = u16::try_from(text.len()).map_err(|_| TooLong)?;
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
        Ok(self)
    }

    /// Adds `u64be(number)`.
    pub(super) fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// The bytes.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(host: &str, id: u64, slot: &str) -> Vec<u8> {
        Framed::labelled("x")
            .text(host)
            .and_then(|framed| framed.number(id).text(slot))
            .map(Framed::into_bytes)
            .unwrap_or_default()
    }

    #[test]
    fn moving_a_byte_between_parts_changes_the_bytes() {
        assert_ne!(framed("ab", 1, "c"), framed("a", 1, "bc"));
        assert_ne!(framed("", 0, "a"), framed("a", 0, ""));
    }

    #[test]
    fn a_text_beyond_its_prefix_is_refused() {
        assert!(Framed::default().text(&"x".repeat(65_536)).is_err());
        assert!(Framed::default().text(&"x".repeat(65_535)).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn different_tuples_never_give_the_same_bytes(
            a in ("[a-c\\x00\\x01]{0,4}", 0_u64..4, "[a-c\\x00\\x01]{0,4}"),
            b in ("[a-c\\x00\\x01]{0,4}", 0_u64..4, "[a-c\\x00\\x01]{0,4}"),
        ) {
            let same = framed(&a.0, a.1, &a.2) == framed(&b.0, b.1, &b.2);
            prop_assert_eq!(same, a == b);
        }
    }
}
