//! What runs in another way than on Travis CI, decision by decision.

use super::{Note, NoteKind};
use crate::diagnostic::Diagnostic;
use crate::normalise::{Kind, NOT_YET, kind};
use crate::source::Source;
use crate::yaml::{Map, Node, Value};

/// What there is to know of a config in normal form. `said` is what normalising it says.
pub(super) fn of(source: &Source, config: &Node, said: &[Diagnostic]) -> Vec<Note> {
    let idle = said.iter().filter(|found| found.code == NOT_YET);
    let mut found: Vec<Note> = idle.map(|found| Note::of(source, found)).collect();
    let empty = Map::default();
    let root = config.as_map().unwrap_or(&empty);
    of_map(source, root, &mut found);
    let jobs = config.get("jobs").and_then(|jobs| jobs.get("include"));
    for job in jobs.and_then(Node::as_seq).into_iter().flatten() {
        if let Some(job) = job.as_map() {
            of_map(source, job, &mut found);
        }
    }
    // Once for all jobs is enough.
    let mut seen = Vec::new();
    found.retain(|note: &Note| {
        let new = !seen.contains(&note.text);
        if new {
            seen.push(note.text.clone());
        }
        new
    });
    found
}

fn of_map(source: &Source, map: &Map, found: &mut Vec<Note>) {
    for entry in &map.entries {
        let (key, value) = (entry.key.text.as_str(), &entry.value);
        // What nobody wrote has no place.
        if entry.key.span.start == entry.key.span.end {
            continue;
        }
        let line = source.line_column(entry.key.span.start).line;
        let mut tell = |decision: Option<u8>, text: String| {
            let note = Note::new(NoteKind::Differs, line, text);
            found.push(Note { decision, ..note });
        };
        match key {
            "dist" => tell(
                Some(10),
                "a job's image is chosen by language and version; `agent plan` shows which".into(),
            ),
            "os" => {
                for os in texts(value).filter(|os| !os.starts_with("linux")) {
                    tell(
                        Some(16),
                        format!("jobs of `os: {os}` are skipped, with the reason"),
                    );
                }
            }
            "services" => services(value, &mut tell),
            "after_success" => tell(
                Some(21),
                "a command that fails in `after_success` is a warning on job and build".into(),
            ),
            "script" | "before_script" | "install" | "before_install"
                if commands(value).any(sets_exit) =>
            {
                tell(
                    Some(20),
                    "with `set -e` a command that fails makes the job failed, not errored, and \
                     `after_failure` still runs"
                        .into(),
                );
            }
            "deploy" => deploys(value, &mut tell),
            _ => {}
        }
    }
}

fn services(value: &Node, tell: &mut impl FnMut(Option<u8>, String)) {
    if texts(value).any(|service| service == "docker") {
        tell(
            Some(15),
            "`services: docker` is a Docker daemon of the job's own; the operator of the agent \
             allows it by repository"
                .to_owned(),
        );
    }
}

fn deploys(value: &Node, tell: &mut impl FnMut(Option<u8>, String)) {
    for entry in items(value) {
        let on = entry.get("on");
        let any = |key: &str| on.and_then(|on| on.get(key)).is_some();
        if !any("branch") && !any("all_branches") && !any("tags") {
            tell(
                Some(13),
                "without `on.branch` it deploys from the repository's default branch, whatever its \
                 name"
                    .to_owned(),
            );
        }
    }
}

fn items(node: &Node) -> impl Iterator<Item = &Node> {
    node.as_seq().unwrap_or(std::slice::from_ref(node)).iter()
}

fn texts(node: &Node) -> impl Iterator<Item = &str> {
    items(node).filter_map(Node::as_text)
}

fn commands(node: &Node) -> impl Iterator<Item = &str> {
    let scalar = |node: &&Node| matches!(node.value, Value::Scalar(_)) && kind(node) != Kind::None;
    items(node).filter(scalar).filter_map(Node::as_text)
}

/// Whether a command makes the shell end with the first one that fails.
fn sets_exit(command: &str) -> bool {
    command
        .lines()
        .flat_map(|line| line.split([';', '&']))
        .any(|part| {
            let mut words = part.split_whitespace();
            words.next() == Some("set")
                && words.any(|word| {
                    word == "errexit"
                        || (word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
                })
        })
}
