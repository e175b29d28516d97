//! What an explicit tag makes of a scalar (language reference §1.5).

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::node::{Scalar, Style};
use super::resolve;
use crate::dialect::Dialect;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A scalar with a tag, or what is wrong with it. Unknown tags change nothing, save that in the
/// reference quotes no longer protect a text from being a number.
pub(super) fn tagged(
    tag: &str,
    text: String,
    style: Style,
    dialect: Dialect,
) -> Result<Scalar, &'static str> {
    let name = tag
        .strip_prefix("tag:yaml.org,2002:")
        .or(tag.strip_prefix('!'));
    let mut scalar = match name {
        Some("str" | "") => resolve::string(text, style),
        Some("binary") => resolve::string(binary(&text, dialect)?, style),
        Some("float") => {
            let printed = resolve::float(&text).ok_or("this is not a number")?;
            let text = match dialect {
                Dialect::Ours => text,
                Dialect::Reference => printed,
            };
            resolve::string(text, style)
        }
        Some("int" | "bool" | "null") => resolve::plain(text, dialect),
        _ if style == Style::Plain || dialect == Dialect::Reference => {
            resolve::plain(text, dialect)
        }
        _ => resolve::string(text, style),
    };
    scalar.style = style;
    Ok(scalar)
}

fn binary(text: &str, dialect: Dialect) -> Result<String, &'static str> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = LENIENT.decode(digits).map_err(|_| "this is not base64")?;
    match (String::from_utf8(bytes), dialect) {
        (Ok(text), _) => Ok(text),
        (Err(error), Dialect::Reference) => {
            Ok(String::from_utf8_lossy(error.as_bytes()).into_owned())
        }
        (Err(_), Dialect::Ours) => Err("what this stands for is not UTF-8 text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Resolved;

    fn read(tag: &str, text: &str, style: Style) -> Result<(String, Resolved), &'static str> {
        let scalar = tagged(tag, text.to_owned(), style, Dialect::Reference)?;
        Ok((scalar.text, scalar.resolved))
    }

    #[test]
    fn strings_stay_raw() {
        let read = read("tag:yaml.org,2002:str", "010", Style::Plain);
        assert_eq!(read, Ok(("010".into(), Resolved::Str)));
    }

    #[test]
    fn base64_is_opened() {
        let read = |text| read("tag:yaml.org,2002:binary", text, Style::Block);
        assert_eq!(read("aGVs\n bG8=\n"), Ok(("hello".into(), Resolved::Str)));
        assert_eq!(read("a*"), Err("this is not base64"));
    }

    #[test]
    fn floats_are_printed_with_a_dot() {
        let read = |text| read("tag:yaml.org,2002:float", text, Style::Plain);
        assert_eq!(read("1"), Ok(("1.0".into(), Resolved::Str)));
        assert_eq!(read("1.50"), Ok(("1.5".into(), Resolved::Str)));
        assert_eq!(read("x"), Err("this is not a number"));
    }

    #[test]
    fn other_tags_are_ignored() {
        assert_eq!(
            read("!foo", "python", Style::Plain),
            Ok(("python".into(), Resolved::Str))
        );
        assert_eq!(
            read("tag:yaml.org,2002:int", "3", Style::Quoted),
            Ok(("3".into(), Resolved::Int(3)))
        );
    }
}
