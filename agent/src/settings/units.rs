//! Sizes, times and processors as people write them, and back.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;
use std::time::Duration;

/// Bytes as people write them: a number, or a number with `KiB`, `MiB`, `GiB`, `KB`, `MB`, `GB`.
///
/// # Errors
/// What to write instead.
pub fn read_size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        "kb" => Some(1_000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(factor);
    size.and_then(|(number, factor)| number.checked_mul(factor))
        .ok_or_else(|| format!("{text:?} is no size; write e.g. 4GiB"))
}

/// Bytes in the largest unit that leaves a whole number.
#[must_use]
pub fn say_size(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units
        .iter()
        .find(|(factor, _)| bytes.is_multiple_of(*factor));
    match unit.filter(|_| bytes > 0) {
        Some((factor, name)) => format!("{}{name}", bytes / factor),
        None => bytes.to_string(),
    }
}

/// A time as people write it: seconds, or a number with `s`, `m`, `h` or `d`.
///
/// # Errors
/// What to write instead.
pub fn read_time(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let factor = match unit {
        "" | "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(24 * 3600),
        _ => None,
    };
    let time = number.parse::<u64>().ok().zip(factor);
    let time = time
        .and_then(|(number, factor)| number.checked_mul(factor))
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is no time; write e.g. 10m"))?;
    if time > LONGEST {
        return Err("a time is at most 10000h".to_owned());
    }
    Ok(time)
}

/// A time in the largest unit that leaves a whole number.
#[must_use]
pub fn say_time(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(24 * 3600, "d"), (3600, "h"), (60, "m")];
    let unit = units
        .iter()
        .find(|(factor, _)| seconds.is_multiple_of(*factor));
    let (factor, name) = unit.filter(|_| seconds > 0).unwrap_or(&(1, "s"));
    format!("{}{name}", seconds / factor)
}

/// The longest time that can be set: what is longer would overflow when clocks are added to it.
const LONGEST: Duration = Duration::from_secs(10_000 * 3600);

/// [`read_size`] and [`say_size`] for a field.
pub(super) mod size {
    use super::{Deserializer, Error, Serializer, read_size, say_size, text};

    pub(in crate::settings) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<u64, D::Error> {
        read_size(&text(from, "a size like 4GiB")?).map_err(D::Error::custom)
    }

    // Its signature is serde's.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(in crate::settings) fn serialize<S: Serializer>(
        bytes: &u64,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match say_size(*bytes) {
            said if said.ends_with('B') => to.serialize_str(&said),
            _ => to.serialize_u64(*bytes),
        }
    }
}

/// [`read_time`] and [`say_time`] for a field.
pub(super) mod time {
    use super::{Deserializer, Duration, Error, Serializer, read_time, say_time, text};

    pub(in crate::settings) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Duration, D::Error> {
        read_time(&text(from, "a time like 10m")?).map_err(D::Error::custom)
    }

    pub(in crate::settings) fn serialize<S: Serializer>(
        time: &Duration,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&say_time(*time))
    }
}

/// Thousandths of a processor, written as processors.
pub(super) mod cpus {
    use super::{Deserializer, Error, Serializer, text};

    pub(in crate::settings) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<i64, D::Error> {
        let text = text(from, "a number of processors like 1.5")?;
        let cpus = text.trim().parse().ok();
        let cpus: f64 = cpus
            .filter(|cpus| (0.0..=4096.0).contains(cpus))
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no number of processors")))?;
        // In range by the check above.
        #[allow(clippy::cast_possible_truncation)]
        Ok((cpus * 1000.0) as i64)
    }

    // Its signature is serde's; the numbers are small.
    #[allow(clippy::trivially_copy_pass_by_ref, clippy::cast_precision_loss)]
    pub(in crate::settings) fn serialize<S: Serializer>(
        millis: &i64,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        if millis % 1000 == 0 {
            to.serialize_i64(millis / 1000)
        } else {
            to.serialize_f64(*millis as f64 / 1000.0)
        }
    }
}

/// A number or a text, as text.
fn text<'de, D: Deserializer<'de>>(from: D, expected: &'static str) -> Result<String, D::Error> {
    struct Text(&'static str);

    impl Visitor<'_> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }

    from.deserialize_any(Text(expected))
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Deserialize, Serialize)]
    struct Size(#[serde(with = "size")] u64);
    #[derive(Debug, Deserialize, Serialize)]
    struct Time(#[serde(with = "time")] Duration);
    #[derive(Debug, Deserialize, Serialize)]
    struct Cpus(#[serde(with = "cpus")] i64);

    fn again<T: for<'de> Deserialize<'de> + Serialize>(text: &str) -> String {
        match serde_yaml::from_str::<T>(text) {
            Ok(value) => serde_yaml::to_string(&value).unwrap().trim().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_written_is_read_and_said_in_the_largest_whole_unit() {
        for (written, said) in [
            ("4GiB", "4GiB"),
            ("1536MiB", "1536MiB"),
            ("1024", "1KiB"),
            ("1 mb", "1000000"),
            ("0", "0"),
        ] {
            assert_eq!(again::<Size>(written), said);
        }
        for (written, said) in [
            ("90", "90s"),
            ("\"600\"", "10m"),
            ("90m", "90m"),
            ("24h", "1d"),
            ("0", "0s"),
        ] {
            assert_eq!(again::<Time>(written), said);
        }
        for (written, said) in [("2", "2"), ("1.5", "1.5"), ("\"0.25\"", "0.25")] {
            assert_eq!(again::<Cpus>(written), said);
        }
    }

    #[test]
    fn what_makes_no_sense_is_answered_with_an_example() {
        for text in ["lots", "4XB", "-1", "1.5GiB", "99999999999GiB", "[1]"] {
            assert!(again::<Size>(text).contains("4GiB"), "{text}");
        }
        for text in ["soon", "10x", "-10", "1.5h", "{m: 1}"] {
            assert!(again::<Time>(text).contains("10m"), "{text}");
        }
        for text in ["many", "-1", "1e9", "[]"] {
            assert!(
                again::<Cpus>(text).contains("number of processors"),
                "{text}"
            );
        }
    }
}
