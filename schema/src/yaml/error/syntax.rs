//! A parser's error in words for people.

use saphyr_parser::ScanError;

use super::fatal;
use crate::diagnostic::Diagnostic;
use crate::yaml::text::Text;

pub(in crate::yaml) fn syntax(text: &Text<'_>, error: &ScanError) -> Diagnostic {
    let at = error.marker().index();
    let span = text.span(at, at + 1);
    fatal(
        "invalid_yaml",
        "root".to_owned(),
        error.info().to_owned(),
        span,
    )
}
