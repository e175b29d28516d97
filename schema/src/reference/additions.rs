//! Keys that the agent adds to those of Travis CI (decision 8), for the whole config and for jobs.

use super::job::Extras;
use super::types::{Key, MapType, Shape, Type, between, flag, globs, key, many, map, one_of, text};

/// A week, in seconds.
const WEEK: i64 = 7 * 24 * 60 * 60;

/// Those that the whole config and jobs have.
pub(super) fn shared() -> Vec<Key> {
    vec![
        key(
            "timeout",
            between(1, WEEK),
            "Seconds after which the job is ended.",
        ),
        key(
            "silence_timeout",
            between(1, WEEK),
            "Seconds without output after which it is ended.",
        ),
        key(
            "paths",
            globs(),
            "Run only where one of these paths has changed.",
        ),
        key(
            "paths-ignore",
            globs(),
            "Do not run where nothing but these paths has changed.",
        )
        .alias(&["paths_ignore"]),
        concurrency(),
        retry(),
        artifacts(),
        reports(),
    ]
}

/// `image:`
pub(super) fn image(doc: &'static str) -> Key {
    key("image", text(), doc)
}

fn concurrency() -> Key {
    let section = map(vec![
        key(
            "group",
            text(),
            "The name of the group: of one group one build, or one job, runs at a time. Variables such as `$TRAVIS_BRANCH` are put in.",
        ),
        key(
            "cancel",
            flag(),
            "Whether a newer one cancels the older ones, instead of waiting for them.",
        ),
    ])
    .prefix_text("group")
    .required(&["group"])
    .normal();
    key(
        "concurrency",
        section,
        "What may not run at the same time: builds at the root, jobs in a job.",
    )
}

fn retry() -> Key {
    let section = map(vec![
        key("count", between(0, 10), "How often at most."),
        key(
            "on",
            many(one_of(&["failed", "errored"])),
            "After which results; else after both.",
        )
        .alias(&["true"]),
    ])
    .prefix("count")
    .required(&["count"])
    .normal();
    key(
        "retry",
        section,
        "Whether a job that does not pass is run again.",
    )
}

fn artifacts() -> Key {
    let section = map(vec![
        key("paths", globs(), "Files and folders to keep."),
        key("exclude", globs(), "Files among them that are not kept."),
        key(
            "when",
            one_of(&["passed", "failed", "always"]),
            "After which results; else after `passed`.",
        ),
    ])
    .prefix("paths")
    .required(&["paths"])
    .normal();
    key(
        "artifacts",
        section,
        "Files of a job to keep after its end.",
    )
    .added_idle("nothing is kept: upload it in `after_success` or `after_script`")
}

fn reports() -> Key {
    let section = map(vec![
        key("junit", globs(), "Results of tests as JUnit's XML."),
        key("cobertura", globs(), "Coverage as Cobertura's XML."),
        key("lcov", globs(), "Coverage as LCOV's text."),
    ])
    .normal();
    key(
        "reports",
        section,
        "Files of a job from which results of tests and coverage are read.",
    )
    .added_idle("nothing is read: the log has what the tests print")
}

/// Whether a key of the maps at a dotted path, as messages name it, is one that the agent adds, so that
/// a `.travis.yml` does not have it.
pub fn is_added(path: &str, key: &str) -> bool {
    let takes = |extras| {
        let mut at: Vec<&MapType> = Vec::new();
        maps(super::table(extras), &mut at);
        for name in path.split('.').filter(|name| *name != "root") {
            let mut below = Vec::new();
            for map in at {
                if let Some(key) = map.key(name) {
                    maps(&key.ty, &mut below);
                }
            }
            at = below;
        }
        let mut found = at.into_iter().filter_map(|map| {
            map.key(key)
                .or(map.alias(key).and_then(|name| map.key(name)))
        });
        found.next().is_some()
    };
    takes(Extras::With) && !takes(Extras::Without)
}

/// The maps that a value may be.
fn maps<'t>(ty: &'t Type, found: &mut Vec<&'t MapType>) {
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().for_each(|ty| maps(ty, found)),
        Shape::Seq { of, .. } => maps(of, found),
        Shape::Map(map) => found.push(map),
        _ => {}
    }
}
