//! The jobs of a config, to be compared.

use super::secrets::is_travis;
use crate::diagnostic::Arg;
use crate::fix::same_config;
use crate::matrix;
use crate::normalise::serialised;
use crate::yaml::{Map, Node};

/// The jobs of a config, each a map of its keys.
pub(super) struct Jobs(Vec<Arg>);

/// The jobs, values sealed for Travis CI left out; `None` where there are
/// too many.
pub(super) fn of(config: &Node) -> Option<Jobs> {
    let empty = Map::default();
    let map = config.as_map().unwrap_or(&empty);
    let expanded = matrix::expand(map, None).ok()?;
    let staged = matrix::finish(map, expanded, None);
    let job = |job: &matrix::Job<'_>| {
        let keys = job.iter();
        let keys = keys.filter_map(|(key, value)| Some((key.to_owned(), open(serialised(value))?)));
        Arg::Map(keys.collect())
    };
    Some(Jobs(staged.jobs.iter().map(job).collect()))
}

impl Jobs {
    /// The same jobs, but those that run nothing say so.
    pub(super) fn skipping(self) -> Self {
        Self(self.0.into_iter().map(with_skip).collect())
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

/// The order of keys means something for variables only.
impl PartialEq for Jobs {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        self.count() == other.count() && pairs.all(|(one, other)| same_config(one, other))
    }
}

/// Whether all that tells two configs apart is that jobs without a script skip theirs.
pub(super) fn only_skip(was: &Node, is: &Node) -> bool {
    let (Some(was), Some(is)) = (of(was), of(is)) else {
        return false;
    };
    was.skipping() == is
}

/// A job that skips its script where its language has none.
fn with_skip(job: Arg) -> Arg {
    let Arg::Map(mut keys) = job else {
        return job;
    };
    let text = |name: &str| {
        keys.iter().find_map(|(key, value)| match value {
            Arg::Str(text) if key == name => Some(text.as_str()),
            _ => None,
        })
    };
    let has_script = crate::languages::has_script(text("language").unwrap_or_default());
    if !has_script && !keys.iter().any(|(key, _)| key == "script") {
        let skip = Arg::List(vec![Arg::Str("skip".to_owned())]);
        keys.push(("script".to_owned(), skip));
    }
    Arg::Map(keys)
}

/// A value without what is sealed for Travis CI, and without what is empty for it.
fn open(value: Arg) -> Option<Arg> {
    match value {
        Arg::Map(pairs) => {
            if let [(key, Arg::Str(sealed))] = pairs.as_slice()
                && key == "secure"
                && is_travis(sealed)
            {
                return None;
            }
            let was_empty = pairs.is_empty();
            let left = pairs
                .into_iter()
                .filter_map(|(key, value)| Some((key, open(value)?)));
            let left: Vec<_> = left.collect();
            (was_empty || !left.is_empty()).then_some(Arg::Map(left))
        }
        Arg::List(items) => {
            let was_empty = items.is_empty();
            let left: Vec<_> = items.into_iter().filter_map(open).collect();
            (was_empty || !left.is_empty()).then_some(Arg::List(left))
        }
        value => Some(value),
    }
}
