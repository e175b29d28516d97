//! The languages inside of a config – conditions, `env` strings, patterns, sealed values, import
//! references, cache keys, paths – on any text whatever and on good texts with edits that make no
//! sense: each is answered without a panic, and with no more than the text has room for. `properties.rs` does the
//! same for the loader, `edited_configs.rs` for whole configs.
#![allow(missing_docs)]

mod edits;

use edits::{edit, edited};
use proptest::prelude::*;
use schema::cache_key::{self, Part};
use schema::condition::{self, Data, explain::explain};
use schema::dialect::Dialect;
use schema::import::Reference;
use schema::regex::Patterns;
use schema::secure::{Form, form};
use schema::{env_string, glob};

/// What people write, from each of the languages: what is good in one is nonsense in the others.
const REAL: &[&str] = &[
    // Conditions.
    "branch = master AND type != pull_request",
    "tag =~ ^v\\d+\\.\\d+(\\.\\d+)?(-rc\\d+)?$ OR (branch IN (master, develop) AND fork = false)",
    "NOT (commit_message =~ /\\[skip (docs|tests)\\]/) AND env(DEPLOY) IS present",
    "type = cron AND concat(repo, \"@\", branch) = 'acme/widget@main'",
    // Strings of variables.
    "A=1 B=\"x y\" C='it is' D=$(git rev-parse HEAD) E=${A:-none}",
    "PATH=$HOME/bin:$PATH CXX=g++-9 FLAGS=\"-O2 -DNAME=\\\"w\\\"\"",
    "DB=`echo pg` TOXENV=py38-django22,coverage EMPTY=",
    // Patterns of branches.
    "/^(?!wip-)release-[0-9]+\\.x$/i",
    "^(?:feature|fix)/(?<ticket>[A-Z]+-\\d+)_\\k<ticket>?$",
    "(a+)+$|\\p{Alpha}*\\h{4}[[:space:]&&[^\\n]]",
    // Sealed values.
    "sec1.3Qm9vX0a.AAAAQGZvb2JhcmJhemZvb2JhcmJhemZvb2JhcmJheg",
    "G2pPbX0c3Yy4v3m1Zk0Qm9vX0aZGZvb2JhcmJhemZvb2JhcmJheg==",
    // Imports.
    "acme/ci:configs/python.yml@v1.2.3",
    "./shared/lint.yml@feature/x",
    // Keys of caches, and paths.
    "v1-{{ checksum \"Cargo.lock\" }}-{{ checksum 'a/package-lock.json' }}",
    "src/**/*.[ch]",
    "docs/[!a-c]?/**",
];

fn text() -> impl Strategy<Value = String> {
    let real = (
        prop::sample::select(REAL),
        prop::collection::vec(edit(), 0..6),
    );
    prop_oneof![
        3 => real.prop_map(|(text, edits)| edited(text, &edits)),
        1 => any::<String>(),
        1 => prop::collection::vec(any::<u8>(), 0..200)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_condition_is_read_and_answered_or_refused_at_its_place(text in text()) {
        match condition::parse(&text) {
            Err(error) => prop_assert!(text.is_char_boundary(error.offset), "{error:?}"),
            Ok(expr) => {
                let mut data = Data::default();
                data.push_env_text(&text);
                let patterns = Patterns::default();
                let _ = expr.check(&patterns);
                let _ = expr.misspelt(&text);
                if let Ok(why) = explain(&expr, &data, &patterns) {
                    prop_assert!(!why.because.is_empty() && why.because.len() <= text.len());
                    prop_assert_eq!(expr.eval(&data, &patterns), Ok(why.holds));
                }
            }
        }
    }

    #[test]
    fn an_env_string_is_taken_apart_into_parts_of_it(text in text()) {
        for dialect in [Dialect::Ours, Dialect::Reference] {
            match env_string::parse(&text, dialect) {
                Ok(found) => {
                    prop_assert!(found.pairs.len() + found.leftovers.len() <= text.len());
                    let written: usize = found.pairs.iter().map(|pair| pair.value.len()).sum();
                    prop_assert!(written <= text.len() || dialect == Dialect::Reference);
                    let pairs = found.pairs.iter().map(|pair| pair.range.clone());
                    let words = found.leftovers.iter().map(|word| word.range.clone());
                    for range in pairs.chain(words) {
                        prop_assert!(text.get(range.clone()).is_some(), "{range:?}");
                    }
                }
                Err(unclosed) => {
                    let rest = text.get(unclosed.offset..).unwrap_or_default();
                    prop_assert!(rest.starts_with(unclosed.opener), "{unclosed:?}");
                }
            }
        }
    }

    #[test]
    fn a_pattern_is_searched_within_its_budget_or_refused(pattern in text(), within in text()) {
        let patterns = Patterns::default();
        let usable = patterns.check(&pattern).is_ok();
        let found = patterns.is_match(&pattern, &within);
        prop_assert!(usable || found.is_err());
    }

    #[test]
    fn a_sealed_value_has_one_form(text in text()) {
        let found = form(&text);
        if matches!(found, Form::Sec1 { .. }) {
            prop_assert!(text.trim_start().starts_with("sec1."));
        }
        prop_assert_eq!(form(&text), found);
    }

    #[test]
    fn a_reference_stays_in_its_repository_and_is_read_again_as_it_is_written(text in text()) {
        if let Ok(reference) = Reference::parse(&text) {
            let inside = |part: &str| !matches!(part, "" | "." | "..");
            prop_assert!(reference.path.split('/').all(inside), "{reference:?}");
            prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        }
    }

    #[test]
    fn a_cache_key_names_files_of_the_repository_or_is_refused_at_its_place(text in text()) {
        match cache_key::parse(&text) {
            Ok(key) => {
                prop_assert!(!key.parts.is_empty() && key.parts.len() <= text.len());
                for part in &key.parts {
                    let (Part::Text(inside) | Part::Checksum(inside)) = part;
                    prop_assert!(!inside.is_empty() && text.contains(inside.as_str()));
                    let path = matches!(part, Part::Checksum(_));
                    prop_assert!(!path || inside.split('/').all(|name| name != ".." && !name.is_empty()));
                }
            }
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some(), "{error:?}"),
        }
    }

    #[test]
    fn paths_stay_in_the_repository_or_are_refused_at_their_place(text in text()) {
        match glob::check(&text) {
            Ok(()) => {
                prop_assert!(!text.starts_with('/'));
                prop_assert!(text.split('/').all(|part| part != ".." && !part.is_empty()));
            }
            Err((error, range)) => prop_assert!(text.get(range.clone()).is_some(), "{error}: {range:?}"),
        }
    }
}
