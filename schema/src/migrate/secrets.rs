//! Values sealed for Travis CI: only it has the key, so each becomes a comment that says how to seal
//! the secret anew (decision 33).

use super::{Draft, Note, NoteKind, jobs, read};
use crate::config::secrets::Paths;
use crate::dialect::Dialect;
use crate::normalise::{Kind, kind};
use crate::secure::{Damage, Form, form};
use crate::source::{FileId, Source};
use crate::yaml::{self, Node, Value};
use std::fmt::Write as _;
use std::ops::Range;

/// Whether a sealed text is not ours.
pub(super) fn is_travis(sealed: &str) -> bool {
    matches!(form(sealed), Form::Travis | Form::Other(Damage::NotSec1))
}

/// Takes them out of the text, the last first, so that places before stay what they are.
pub(super) fn take_out(draft: &mut Draft) {
    let source = draft.source();
    let Some(root) = yaml::load(&source, FileId(0), Dialect::Ours).root else {
        return;
    };
    let paths = Paths::of(&root);
    let mut found = Vec::new();
    if let Walked::All(range) = walk(&root, None, &mut found) {
        found.push(range);
    }
    // What an anchor holds is found once for each of its aliases.
    found.sort_by_key(|one| (one.bytes.start, one.bytes.end));
    found.dedup_by(|a, b| a.bytes == b.bytes);
    for one in found.iter().rev() {
        let was = read(&draft.source(), true).and_then(|config| jobs::of(&config));
        let edit = edit(&draft.text, one, &paths);
        let edited = edit
            .as_ref()
            .map(|edit| Source::new(".travis.yml", edit.text.clone()));
        let is = edited.and_then(|source| jobs::of(&read(&source, true)?));
        // One that cannot be taken out stays, and the new file's own messages tell of it.
        if let Some(edit) = edit.filter(|_| is.is_some() && was == is) {
            for note in &mut draft.notes {
                if note.line > edit.last {
                    note.line = note.line + edit.added - edit.removed;
                }
            }
            draft.text = edit.text;
            draft.notes.extend(edit.notes);
        }
    }
}

/// What is to become comments: an entry of a map or an item of a list, sealed as a whole.
struct Taken {
    bytes: Range<usize>,
    /// The sealed values in it, by their places.
    sealed: Vec<crate::source::Span>,
}

enum Walked {
    /// Nothing but sealed values.
    All(Taken),
    /// Something else too.
    Part,
}

/// Finds the largest parts that hold nothing but sealed values; `from` is where the part of this
/// node begins, when that is before the node itself.
fn walk(node: &Node, from: Option<u32>, found: &mut Vec<Taken>) -> Walked {
    let start = from.unwrap_or(node.span.start) as usize;
    let children: Vec<(Option<u32>, &Node)> = match &node.value {
        Value::Scalar(_) => return Walked::Part,
        Value::Map(map) if kind(node) == Kind::Secure => {
            let Some(inner) = map.get("secure") else {
                return Walked::Part;
            };
            return match inner.as_text() {
                Some(sealed) if is_travis(sealed) => Walked::All(Taken {
                    bytes: start..inner.span.end as usize,
                    sealed: vec![inner.span],
                }),
                _ => Walked::Part,
            };
        }
        Value::Map(map) => {
            let entries = map.entries.iter();
            entries
                .map(|entry| (Some(entry.key.span.start), &entry.value))
                .collect()
        }
        Value::Seq(items) => items.iter().map(|item| (None, item)).collect(),
    };
    let count = children.len();
    let mut whole = Vec::new();
    for (from, child) in children {
        if let Walked::All(taken) = walk(child, from, found) {
            whole.push(taken);
        }
    }
    if count == 0 || whole.len() < count {
        found.extend(whole);
        return Walked::Part;
    }
    let end = whole.iter().map(|one| one.bytes.end).max();
    Walked::All(Taken {
        bytes: start..end.unwrap_or(start),
        sealed: whole.into_iter().flat_map(|one| one.sealed).collect(),
    })
}

struct Edit {
    text: String,
    notes: Vec<Note>,
    /// The last line that was replaced, from 1, and how many lines went and came.
    last: usize,
    removed: usize,
    added: usize,
}

/// The text with comments in the place of lines; `None` where other things stand on them.
fn edit(text: &str, taken: &Taken, paths: &Paths) -> Option<Edit> {
    let begin = text
        .get(..taken.bytes.start)?
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let before = text.get(begin..taken.bytes.start)?;
    let end = text.get(taken.bytes.end..)?.find('\n');
    let end = end.map_or(text.len(), |at| taken.bytes.end + at + 1);
    let after = text
        .get(taken.bytes.end..end)?
        .trim_start_matches(['"', '\''])
        .trim();
    let alone = before.chars().all(|sign| matches!(sign, ' ' | '-'))
        && (after.is_empty() || after.starts_with('#'));
    if !alone {
        return None;
    }
    let indent = " ".repeat(before.chars().take_while(|sign| *sign == ' ').count());
    let first = text.get(..begin)?.matches('\n').count() + 1;
    let (mut lines, mut notes) = (String::new(), Vec::new());
    let (mut at, mut added, mut removed) = (begin, 0, 0);
    for line in text.get(begin..end)?.split_inclusive('\n') {
        removed += 1;
        let here = at..at + line.len();
        at += line.len();
        let own = line.trim();
        if own.is_empty() || own.starts_with('#') {
            lines.push_str(line);
            added += 1;
            continue;
        }
        let sealed = taken
            .sealed
            .iter()
            .filter(|span| here.contains(&(span.start as usize)));
        for span in sealed {
            let place = Place::of(paths.get(*span).unwrap_or_default());
            let _ = writeln!(lines, "{indent}# {}", place.comment());
            notes.push(place.note(first + added));
            added += 1;
        }
        if let Some((_, comment)) = line.split_once(" #") {
            let _ = writeln!(lines, "{indent}#{}", comment.trim_end());
            added += 1;
        }
    }
    let (head, tail) = (text.get(..begin)?, text.get(end..)?);
    Some(Edit {
        text: format!("{head}{lines}{tail}"),
        notes,
        last: first + removed - 1,
        removed,
        added,
    })
}

/// Where a secret stood, and how it comes back.
struct Place<'a> {
    path: &'a str,
    command: Option<String>,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Self {
        let path = path.strip_suffix(".secure").unwrap_or(path);
        let keys: Vec<&str> = path
            .split('.')
            .map(|key| key.split('[').next().unwrap_or_default())
            .collect();
        let command = match keys.as_slice() {
            ["env", "global" | "jobs" | "matrix", name, ..] | ["env", name]
                if !matches!(*name, "global" | "jobs" | "matrix") =>
            {
                Some(format!("agent encrypt {name} --add"))
            }
            ["env", ..] => Some("agent encrypt NAME --add".to_owned()),
            ["deploy", fields @ ..] if !fields.is_empty() && !path.contains('[') => {
                Some(format!("agent encrypt --add deploy.{}", fields.join(".")))
            }
            ["deploy", ..] | ["jobs" | "matrix", "include", "deploy" | "env", ..] => {
                Some("agent encrypt NAME, and put the line it prints here".to_owned())
            }
            _ => None,
        };
        Self { path, command }
    }

    fn comment(&self) -> String {
        match &self.command {
            Some(command) => format!("{}, sealed for Travis CI; anew: {command}", self.path),
            None => format!(
                "{}, sealed for Travis CI; it takes no secret here",
                self.path
            ),
        }
    }

    fn note(&self, line: usize) -> Note {
        let text = format!(
            "`{}` was sealed for Travis CI, which alone can open it",
            self.path
        );
        let help = match &self.command {
            Some(command) => format!("run `{command}`"),
            None => "put this secret into the agent's settings".to_owned(),
        };
        Note::new(NoteKind::Person, line, text).by(33).help(help)
    }
}
