//! An example of each key, for the reference pages and for editors.
//!
//! A row is named after a key, or after as many of the keys above it as it takes to tell it apart:
//! `git.depth`. Keys with words, booleans, secrets and maps need no row: their types say enough.

mod providers;
mod sections;

use std::collections::HashMap;
use std::sync::LazyLock;

type Rows = HashMap<&'static str, &'static str>;

/// A value of a key as YAML: in one line, or, with a line break first, in lines of its own. `path` are
/// the keys that lead to it; that of a provider's option is `deploy`, the provider, the option.
#[must_use]
pub fn example(path: &[&str]) -> Option<&'static str> {
    static SECTIONS: LazyLock<Rows> = LazyLock::new(|| sections::ROWS.iter().copied().collect());
    static PROVIDERS: LazyLock<Rows> = LazyLock::new(|| providers::ROWS.iter().copied().collect());
    match path {
        [_] => find(&SECTIONS, path),
        ["deploy", ..] => find(&PROVIDERS, path).or_else(|| find(&SECTIONS, path)),
        _ => find(&SECTIONS, path).or_else(|| find(&PROVIDERS, path)),
    }
}

/// The row that names the most of a path.
fn find(rows: &Rows, path: &[&str]) -> Option<&'static str> {
    let names = (0..path.len()).filter_map(|skipped| Some(path.get(skipped..)?.join(".")));
    let mut found = names.filter_map(|name| rows.get(name.as_str()).copied());
    found.next()
}
