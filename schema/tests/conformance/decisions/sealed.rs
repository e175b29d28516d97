//! Decision 33 by its rule: of the values that are sealed for Travis CI, one warning, and nothing
//! stops; whatever is sealed where nothing is taken, or is no sealed value, is told.

use super::read::Read;
use schema::secure::{Form, form};
use serde_json::Value as Json;

/// What a row's messages should say of its sealed values, and do not.
pub(super) fn wrong(ours: &Read) -> Option<String> {
    if !ours.fatal.is_empty() {
        return None;
    }
    let mut sealed = Sealed::default();
    sealed.walk("", &ours.result["config"]);
    let said = |code: &str| {
        ours.messages
            .iter()
            .filter(|found| found[2] == code)
            .count()
    };
    let travis = usize::from(sealed.travis);
    let wrong = [
        ("travis_secure", said("travis_secure") == travis),
        (
            "secure_place",
            (said("secure_place") > 0) == sealed.elsewhere,
        ),
        (
            "invalid_secure",
            (said("invalid_secure") > 0) == sealed.unsealed,
        ),
    ];
    let (code, _) = wrong.into_iter().find(|(_, right)| !right)?;
    Some(format!(
        "{code} is told {} times, of {sealed:?}",
        said(code)
    ))
}

/// Which sealed values a config has.
#[derive(Debug, Default)]
struct Sealed {
    /// For Travis CI, where sealed values are taken.
    travis: bool,
    /// Of no known form, there.
    unsealed: bool,
    /// In other places.
    elsewhere: bool,
}

impl Sealed {
    fn walk(&mut self, path: &str, value: &Json) {
        if let Json::Array(items) = value {
            return items.iter().for_each(|item| self.walk(path, item));
        }
        let Some(map) = value.as_object() else {
            return;
        };
        if let (1, Some(text)) = (map.len(), map.get("secure").and_then(Json::as_str))
            && !path.is_empty()
        {
            return self.found(path, text);
        }
        for (key, value) in map {
            // What hangs on an anchor there is used elsewhere.
            let own = path.is_empty() && key.starts_with(['_', '.']);
            if !own {
                self.walk(&format!("{path}{key}."), value);
            }
        }
    }

    fn found(&mut self, path: &str, text: &str) {
        let of_job = path.strip_prefix("jobs.include.").unwrap_or(path);
        if !of_job.starts_with("env.") && !of_job.starts_with("deploy.") {
            self.elsewhere = true;
            return;
        }
        match form(text) {
            Form::Travis => self.travis = true,
            Form::Sec1 { .. } => {}
            Form::Other(_) => self.unsealed = true,
        }
    }
}
