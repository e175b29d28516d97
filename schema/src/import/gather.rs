//! Walks through the imports: what is still to be fetched, else one tree of all.

use std::collections::HashSet;

use crate::compile::Sources;
use crate::diagnostic::{Diagnostic, Level};
use crate::matrix::{Conditions, Overlay};
use crate::normalise::{Reading, normalise};
use crate::plan::{Skipped, SkippedThing};
use crate::request::Request;
use crate::source::{FileId, Span};
use crate::yaml::{self, Entry, Map, Node, Value, part_of};

use super::limits::{Budget, too_many};
use super::{BadReference, MAX_IMPORTS, Mode, Reference, merge};

/// What became of a config's imports.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The merged tree, as far as there is one.
    pub(crate) root: Node,
    /// What is still to be fetched, each once.
    pub(crate) missing: Vec<Reference>,
    /// What is left out by its condition.
    pub(crate) skipped: Vec<Skipped>,
}

/// Merges what a config imports below it, depth first, each config once.
pub(crate) fn gather(
    root: Node,
    sources: &Sources,
    request: &Request,
    conditions: &dyn Conditions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Gathered {
    let from = Reference::root(sources.config.name.rsplit('/').next().unwrap_or_default());
    let mut walk = Walk {
        sources,
        request,
        conditions,
        diagnostics,
        seen: HashSet::from([from.clone()]),
        parts: Vec::new(),
        missing: Vec::new(),
        skipped: Vec::new(),
        budget: Budget::new(),
        full: false,
    };
    if root.get("import").is_some() {
        walk.within(&root, root.span);
        walk.imports(&root, &from);
    }
    let Walk {
        parts,
        missing,
        skipped,
        ..
    } = walk;
    let root = parts
        .into_iter()
        .fold(root, |higher, (lower, mode)| merge(higher, lower, mode));
    Gathered {
        root,
        missing,
        skipped,
    }
}

struct Walk<'a> {
    sources: &'a Sources,
    request: &'a Request,
    conditions: &'a dyn Conditions,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// What was walked through or asked for.
    seen: HashSet<Reference>,
    /// The trees that were found, in order of precedence.
    parts: Vec<(Node, Mode)>,
    missing: Vec<Reference>,
    skipped: Vec<Skipped>,
    budget: Budget,
    /// Whether a budget is used up.
    full: bool,
}

/// One entry of `import:` in normal form.
struct Wanted {
    text: String,
    span: Span,
    mode: Mode,
    condition: Option<Node>,
}

impl Walk<'_> {
    fn imports(&mut self, tree: &Node, from: &Reference) {
        for wanted in self.wanted(tree) {
            if self.full {
                return;
            }
            if self.holds(&wanted) {
                self.import(&wanted, from);
            }
        }
    }

    fn import(&mut self, wanted: &Wanted, from: &Reference) {
        let text = wanted
            .text
            .replace("%{commit_message}", &self.request.commit_message);
        let reference = match from.resolve(&text) {
            Ok(reference) => reference,
            Err(why) => return self.diagnostics.push(invalid(&text, why, wanted.span)),
        };
        if self.seen.contains(&reference) {
            return;
        }
        // The config itself is among what was seen.
        if self.seen.len() > MAX_IMPORTS {
            self.full = true;
            return self.diagnostics.push(too_many(wanted.span));
        }
        self.seen.insert(reference.clone());
        let known = self.sources.imports.iter().enumerate();
        let known = known
            .into_iter()
            .find(|(_, import)| import.reference == reference);
        let Some((at, import)) = known else {
            return self.missing.push(reference);
        };
        if let Err(why) = &import.found {
            return self.diagnostics.push(failed(&reference, why, wanted.span));
        }
        let file = FileId(u16::try_from(at + 1).unwrap_or(u16::MAX));
        let loaded = yaml::load(&import.source(), file, self.sources.dialect);
        self.diagnostics.extend(loaded.diagnostics);
        let Some(tree) = loaded.root else {
            return;
        };
        if self.within(&tree, wanted.span) {
            self.parts.push((tree.clone(), wanted.mode));
            self.imports(&tree, &reference);
        }
    }

    /// Takes a tree from the budget.
    fn within(&mut self, tree: &Node, place: Span) -> bool {
        match self.budget.spend(tree, place) {
            Ok(()) => true,
            Err(found) => {
                self.full = true;
                self.diagnostics.push(*found);
                false
            }
        }
    }

    /// The entries of `import:`. What is wrong with them is told when the whole is normalised.
    fn wanted(&self, tree: &Node) -> Vec<Wanted> {
        let entries = tree.as_map().and_then(|map| map.entry("import")).cloned();
        let alone = Node::new(
            Value::Map(Map {
                entries: Vec::<Entry>::from_iter(entries),
            }),
            tree.span,
        );
        let reading = Reading {
            dialect: self.sources.dialect,
            compat: self.sources.compat,
        };
        let (config, _) = normalise(alone, &[], reading);
        let items = config.get("import").and_then(Node::as_seq);
        let wanted = |item: &Node| {
            let source = item.get("source")?;
            let mode = item.get("mode").and_then(Node::as_text);
            Some(Wanted {
                text: source.as_text()?.to_owned(),
                span: source.span,
                mode: mode.and_then(Mode::from_name).unwrap_or_default(),
                condition: item.get("if").cloned(),
            })
        };
        items.into_iter().flatten().filter_map(wanted).collect()
    }

    /// Whether an import's condition holds. It sees the event, and no config.
    fn holds(&mut self, wanted: &Wanted) -> bool {
        let Some(node) = &wanted.condition else {
            return true;
        };
        let Some(condition) = node.as_text() else {
            return true;
        };
        let nothing = Map::default();
        match self.conditions.judge(condition, Overlay::Config(&nothing)) {
            Ok(verdict) if verdict.holds => true,
            Ok(verdict) => {
                self.skipped.push(Skipped {
                    what: SkippedThing::Import(wanted.text.clone()),
                    reason: verdict.reason,
                    why: verdict.why,
                    behind: Vec::new(),
                    span: node.span,
                });
                false
            }
            Err(failure) => {
                let span = part_of(node, failure.part);
                let found = Diagnostic::new(
                    Level::Error,
                    "invalid_condition",
                    "import.if",
                    format!("{} cannot be decided: {}", wanted.text, failure.reason),
                    span,
                );
                let help = "mend the condition: without its answer nobody knows what to run";
                self.diagnostics.push(found.with_help(help).fatal());
                false
            }
        }
    }
}

fn invalid(text: &str, why: BadReference, place: Span) -> Diagnostic {
    let message = format!("`{}` cannot be imported: {why}", text.escape_debug());
    Diagnostic::new(Level::Error, "invalid_ref", "import.source", message, place)
        .with_help("write `path`, `path@ref` or `owner/repo:path@ref`")
        .fatal()
}

fn failed(reference: &Reference, why: &str, place: Span) -> Diagnostic {
    let message = format!("`{reference}` cannot be imported: {why}");
    Diagnostic::new(
        Level::Error,
        "import_failed",
        "import.source",
        message,
        place,
    )
    .fatal()
}
