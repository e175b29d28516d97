//! JSON of others, within bounds.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A value that is walked and forgotten. Unlike `IgnoredAny`, which skips brackets without counting
/// them, it makes `serde_json` keep its limit of nesting (128).
struct Walked;

/// Whether these bytes are one JSON value that is not nested too deeply.
///
/// # Errors
/// What is wrong, with line and column.
pub(super) fn check(bytes: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<Walked>(bytes).map(|Walked| ())
}

impl<'de> Deserialize<'de> for Walked {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Walked {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nesting_has_a_limit_wherever_it_stands() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                check(format!("{{\"unknown\":{text}}}").as_bytes())
            };
            assert!(nested(100).is_ok(), "{open}");
            assert!(nested(200).is_err(), "{open}");
            assert!(nested(100_000).is_err(), "{open}");
        }
    }

    proptest! {
        #[test]
        fn bytes_pass_exactly_when_they_are_json(bytes: Vec<u8>) {
            prop_assert_eq!(
                check(&bytes).is_ok(),
                serde_json::from_slice::<serde_json::Value>(&bytes).is_ok()
            );
        }

        #[test]
        fn text_near_json_passes_exactly_when_it_is(text in "[\\[\\]{}:,\"a1. tnulrefs\\\\-]{0,40}") {
            prop_assert_eq!(
                check(text.as_bytes()).is_ok(),
                serde_json::from_str::<serde_json::Value>(&text).is_ok()
            );
        }
    }
}
