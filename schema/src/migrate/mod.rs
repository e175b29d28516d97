//! From a `.travis.yml` to a `.ci.yml` that means the same, with the rest told (decisions 1–9, 33).
//!
//! Only lines that must change are touched, so comments and layout stay. Each edit is read back: one
//! that would change more than it says is not made, and what it was for is left to people.

mod differences;
mod jobs;
mod secrets;

use crate::compile::{Outcome, Sources, compile};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::fix::fix;
use crate::normalise::{NOT_YET, Reading, normalise};
use crate::request::Request;
use crate::source::{FileId, LineColumn, Source};
use crate::yaml::{self, Node};

/// What a `.travis.yml` becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The text of the `.ci.yml`.
    pub text: String,
    /// What is to be told, by kind and then by line.
    pub notes: Vec<Note>,
    /// How many jobs the matrix has, conditions left aside; `None` where it cannot be told.
    pub jobs: Option<usize>,
    /// Whether the jobs are those of the `.travis.yml`, sealed values left aside.
    pub same_jobs: bool,
}

/// One thing to know about the new file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What kind of thing.
    pub kind: NoteKind,
    /// Its line in the new file, from 1.
    pub line: usize,
    /// The number of the decision behind it, as documented.
    pub decision: Option<u8>,
    /// What is the case, as a sentence without its full stop.
    pub text: String,
    /// What to do; a command where there is one.
    pub help: Option<String>,
}

/// What a note asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A person has to do something.
    Person,
    /// It will run in another way than on Travis CI.
    Differs,
    /// The text was changed, and means the same.
    Changed,
}

/// Makes a `.ci.yml` of a `.travis.yml`.
///
/// # Errors
/// The text is no config; the messages say where.
pub fn migrate(config: &Source) -> Result<Migration, Vec<Diagnostic>> {
    let Some(before) = read(config, true) else {
        let mut sources = Sources::new(config.clone());
        sources.compat = true;
        return Err(compile(&sources, &Request::default()).diagnostics);
    };
    let mut draft = Draft {
        text: config.text.clone(),
        notes: Vec::new(),
    };
    draft.mend();
    secrets::take_out(&mut draft);
    // What stood beside a secret can be mended now.
    draft.mend();
    draft.name_language(&before);
    let skips = draft.skip_scripts();
    let source = Source::new(".ci.yml", draft.text.clone());
    let was = jobs::of(&before).map(|was| if skips { was.skipping() } else { was });
    let is = read(&source, false);
    let is = is.and_then(|config| jobs::of(&config));
    let (jobs, same_jobs) = (
        is.as_ref().map(jobs::Jobs::count),
        was == is && is.is_some(),
    );
    draft.judge(&source);
    if let Some((config, said)) = said(&source, false) {
        draft.notes.extend(differences::of(&source, &config, &said));
    }
    draft.notes.sort_by_key(|note| (note.kind, note.line));
    draft.notes.dedup();
    Ok(Migration {
        text: draft.text,
        notes: draft.notes,
        jobs,
        same_jobs,
    })
}

/// The config in its normal form.
fn read(source: &Source, compat: bool) -> Option<Node> {
    said(source, compat).map(|(config, _)| config)
}

/// The config in its normal form, with what is said of it.
fn said(source: &Source, compat: bool) -> Option<(Node, Vec<Diagnostic>)> {
    let root = yaml::load(source, FileId(0), Dialect::Ours).root?;
    let reading = Reading {
        dialect: Dialect::Ours,
        compat,
    };
    Some(normalise(root, &[source], reading))
}

/// The text on its way.
struct Draft {
    text: String,
    notes: Vec<Note>,
}

impl Draft {
    fn source(&self) -> Source {
        Source::new(".travis.yml", self.text.clone())
    }

    /// Misspelled and outdated names: what Travis CI reads as another word is an error in `.ci.yml`.
    fn mend(&mut self) {
        let fixed = fix(&Sources::new(self.source()));
        self.text = fixed.text;
        self.notes.extend(fixed.applied.into_iter().map(|change| {
            let text = format!("`{}` is now `{}`", change.from, change.to);
            Note::new(NoteKind::Changed, change.at.line, text)
        }));
    }

    /// Decision 3: without a language a `.travis.yml` is of Ruby, and a `.ci.yml` of none.
    fn name_language(&mut self, before: &Node) {
        if written(&self.source(), "language").is_some() {
            return;
        }
        let language = before.get("language").and_then(Node::as_text);
        let Some(language) = language.map(|name| format!("language: {name}")) else {
            return;
        };
        let note = match self.insert(&language) {
            Some(line) => {
                let text =
                    format!("`{language}` is said now: without it a .ci.yml has no language");
                Note::new(NoteKind::Changed, line, text)
            }
            None => Note::new(NoteKind::Person, 1, "without `language` a .ci.yml has none").help(
                format!("add `{language}`, which a .travis.yml has by default"),
            ),
        };
        self.notes.push(note.by(3));
    }

    /// Decision 4: where nothing has a script, that is said on purpose. Answers whether it is.
    fn skip_scripts(&mut self) -> bool {
        let runs_nothing = |text: &str| {
            let compiled = compile(
                &Sources::new(Source::new(".ci.yml", text)),
                &Request::default(),
            );
            let mut codes = compiled.diagnostics.into_iter().filter(|found| found.fatal);
            codes.any(|found| found.code == "no_script")
        };
        if !runs_nothing(&self.text) || written(&self.source(), "script").is_some() {
            return false;
        }
        let kept = (self.text.clone(), self.notes.clone());
        let was = read(&self.source(), true);
        let line = self.insert("script: skip");
        let is = read(&self.source(), true);
        // Jobs that the language has a script for would lose it.
        let alone = match (&was, &is) {
            (Some(was), Some(is)) => jobs::only_skip(was, is),
            _ => false,
        };
        match line {
            Some(line) if alone && !runs_nothing(&self.text) => {
                let text = "`script: skip` is said now: the jobs have no script";
                let note = Note::new(NoteKind::Changed, line, text);
                self.notes.push(note.by(4));
                true
            }
            _ => {
                (self.text, self.notes) = kept;
                false
            }
        }
    }

    /// Puts a line before the first key, indented like it, and says where; none where the text has no
    /// place for it.
    fn insert(&mut self, line: &str) -> Option<usize> {
        let source = self.source();
        let root = yaml::load(&source, FileId(0), Dialect::Ours).root?;
        let first = root.as_map()?.entries.first()?.key.span.start;
        let LineColumn { line: at, column } = source.line_column(first);
        let start = usize::try_from(first).ok()?.checked_sub(column - 1)?;
        let indent = self.text.get(start..usize::try_from(first).ok()?)?;
        if indent.chars().any(|letter| letter != ' ') {
            return None;
        }
        let mut text = self.text.clone();
        text.insert_str(start, &format!("{indent}{line}\n"));
        yaml::load(
            &Source::new(".ci.yml", text.clone()),
            FileId(0),
            Dialect::Ours,
        )
        .root?;
        self.text = text;
        for note in &mut self.notes {
            note.line += usize::from(note.line >= at);
        }
        Some(at)
    }

    /// What still stops the new file, and what it is warned of.
    fn judge(&mut self, source: &Source) {
        let compiled = compile(&Sources::new(source.clone()), &Request::default());
        let needs = matches!(compiled.outcome, Outcome::Need(_));
        if let (true, Some(at)) = (needs, written(source, "import")) {
            let text = "what it imports was not looked at, and is read by the rules of a .ci.yml";
            let note = Note::new(NoteKind::Differs, source.line_column(at).line, text);
            self.notes
                .push(note.help("`agent validate` reads it all together"));
        }
        for found in compiled.diagnostics {
            // What is imported is not here to be looked at.
            if found.code == "default" || (needs && found.code == "no_script") {
                continue;
            }
            // That is among the differences, of what imports something too.
            if found.code != NOT_YET {
                self.notes.push(Note::of(source, &found));
            }
        }
    }
}

/// The first place of a key of the root, as written.
fn written(source: &Source, key: &str) -> Option<u32> {
    let root = yaml::load(source, FileId(0), Dialect::Ours).root?;
    Some(root.as_map()?.entry(key)?.key.span.start)
}

impl Note {
    fn new(kind: NoteKind, line: usize, text: impl Into<String>) -> Self {
        Self {
            kind,
            line,
            decision: None,
            text: text.into(),
            help: None,
        }
    }

    /// A message as a note.
    fn of(source: &Source, found: &Diagnostic) -> Self {
        let kind = if found.fatal {
            NoteKind::Person
        } else {
            NoteKind::Differs
        };
        let line = source.line_column(found.span.start).line;
        Self {
            help: found.help.clone(),
            ..Self::new(kind, line, found.message.as_str())
        }
    }

    fn by(mut self, decision: u8) -> Self {
        self.decision = Some(decision);
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

#[cfg(test)]
mod tests;
