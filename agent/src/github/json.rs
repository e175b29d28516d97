//! JSON of others, within bounds.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A value that is walked and forgotten. Unlike `IgnoredAny`, which skips brackets without counting
/// them, it makes `serde_json` keep its limit of nesting (128).
struct Walked;

/// Whether these bytes are one JSON value that is not nested too deeply.
///
/// # Errors
/// What is wrong, with line and column.
pub(super) fn check(bytes: &[u8]) -> Result<(), serde_json::Error> {
    number_at(&[], bytes).map(|_| ())
}

/// The same, and the number that stands at this path of keys; none where there is no number, or more
/// than one.
///
/// # Errors
/// As [`check`].
pub(super) fn number_at(path: &[&str], bytes: &[u8]) -> Result<Option<u64>, serde_json::Error> {
    let mut found = Found::Nothing;
    let seek = Seek {
        path,
        found: &mut found,
    };
    // Looked at once, and not string by string.
    match std::str::from_utf8(bytes) {
        Ok(text) => whole(seek, serde_json::Deserializer::from_str(text))?,
        Err(_) => whole(seek, serde_json::Deserializer::from_slice(bytes))?,
    }
    Ok(match found {
        Found::One(number) => Some(number),
        Found::Nothing | Found::Several => None,
    })
}

fn whole<'de, R: serde_json::de::Read<'de>>(
    seek: Seek<'_>,
    mut from: serde_json::Deserializer<R>,
) -> Result<(), serde_json::Error> {
    seek.deserialize(&mut from)?;
    from.end()
}

/// A value in which a number is looked for.
struct Seek<'a> {
    path: &'a [&'a str],
    found: &'a mut Found,
}

enum Found {
    Nothing,
    One(u64),
    Several,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        if self.path.is_empty() {
            *self.found = match self.found {
                Found::Nothing => Found::One(number),
                Found::One(_) | Found::Several => Found::Several,
            };
        }
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Walked.visit_seq(seq).map(|Walked| ())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((key, path)) = self.path.split_first() else {
            return Walked.visit_map(map).map(|Walked| ());
        };
        while let Some(is_it) = map.next_key_seed(Is(key))? {
            if is_it {
                let found = &mut *self.found;
                map.next_value_seed(Seek { path, found })?;
            } else {
                map.next_value::<Walked>()?;
            }
        }
        Ok(())
    }
}

/// Whether a key is this one.
struct Is<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
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

    #[test]
    fn a_number_is_found_at_its_path_alone() {
        for (body, number) in [
            (
                r#"{"a":[{"id":1}],"repository":{"owner":{"id":2},"id":3},"id":4}"#,
                Some(3),
            ),
            (r#"{"repository":{"\u0069d":3}}"#, Some(3)),
            (r#"{"repository":{"id":"3"}}"#, None),
            (r#"{"repository":{"id":-3}}"#, None),
            (r#"{"repository":[{"id":3}]}"#, None),
            (r#"{"repository":{"id":{"id":3}}}"#, None),
            (r#"{"repository":null}"#, None),
            // Readers differ in which of two they take.
            (r#"{"repository":{"id":3},"repository":{"id":4}}"#, None),
            ("3", None),
        ] {
            let found = number_at(&["repository", "id"], body.as_bytes());
            assert_eq!(found.unwrap(), number, "{body}");
        }
        assert!(number_at(&["repository", "id"], br#"{"repository":{"id":3}"#).is_err());
        assert!(
            number_at(
                &["repository", "id"],
                b"{\"repository\":{\"id\":3,\"\xff\":1}}"
            )
            .is_err()
        );
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
