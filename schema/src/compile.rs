//! From texts and an event to a plan: the whole pipeline of the crate.

use std::cmp::Ordering;

use crate::branches::{Branches, Decision};
use crate::changes::Filter;
use crate::condition::Why;
use crate::config::secrets::Paths;
use crate::config::{addons, services};
use crate::diagnostic::{Diagnostic, Level};
use crate::dialect::Dialect;
use crate::import::{Import, Reference, gather};
use crate::matrix::{self, Facts};
use crate::normalise::{Reading, normalise};
use crate::plan::{self, Plan, Skipped, SkippedThing};
use crate::reference::Extras;
use crate::request::Request;
use crate::secure;
use crate::source::{FileId, Source, Span};
use crate::yaml::{self, Map, Node};

/// The texts of a config.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The config itself; its places have [`FileId`] 0.
    pub config: Source,
    /// What was asked for by [`Need::imports`], in the order given; their places have the
    /// [`FileId`]s from 1.
    pub imports: Vec<Import>,
    /// Whether it is a `.travis.yml` (decision 1): errors do not stop the build, and keys that only
    /// `.ci.yml` has are unknown.
    pub compat: bool,
    /// Whose rules hold.
    pub dialect: Dialect,
}

impl Sources {
    /// A config without imports, read as its name says: `.travis.yml` is compat.
    #[must_use]
    pub fn new(config: Source) -> Self {
        let compat = config.name.ends_with(".travis.yml");
        Self {
            config,
            imports: Vec::new(),
            compat,
            dialect: Dialect::Ours,
        }
    }

    /// All texts, in the order of their [`FileId`]s.
    #[must_use]
    pub fn all(&self) -> Vec<Source> {
        let config = std::iter::once(self.config.clone());
        config
            .chain(self.imports.iter().map(Import::source))
            .collect()
    }
}

/// What a config says for an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// What is to be said about the config, in the order of places.
    pub diagnostics: Vec<Diagnostic>,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of a config for an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// More is needed before there is a plan; ask for it and compile again.
    Need(Need),
    /// What will run.
    Plan(Plan),
    /// Nothing will run, and nothing is wrong.
    Skipped(Skipped),
    /// A fatal diagnostic says why nothing can run.
    Refused,
}

/// What [`compile`] has to be given before it can answer. Configs that were fetched can ask for
/// more, so ask again until there is an answer; there are at most
/// [`MAX_IMPORTS`](crate::import::MAX_IMPORTS) of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Configs to fetch and put into [`Sources::imports`], found or not.
    pub imports: Vec<Reference>,
    /// Whether the paths that the event changed are to be found and put into
    /// [`Request::changes`](crate::request::Request::changes); asked for only where these say so.
    pub changed_paths: bool,
}

/// Reads a config and says what will run for an event.
///
/// Never fails: what is wrong stands in the diagnostics, and with a fatal one among them the outcome
/// is [`Outcome::Refused`]. In `.ci.yml` every error is fatal (decision 7).
///
/// ```
/// use schema::{Outcome, Sources, compile};
/// use schema::request::Request;
/// use schema::source::Source;
///
/// let config = Source::new(".ci.yml", "script: make test\n");
/// let request = Request { branch: "main".into(), default_branch: "main".into(), ..Request::default() };
/// let compiled = compile(&Sources::new(config), &request);
/// let Outcome::Plan(plan) = compiled.outcome else { panic!("{:?}", compiled.diagnostics) };
/// assert_eq!(plan.stages[0].jobs[0].number, 1);
/// ```
#[must_use]
pub fn compile(sources: &Sources, request: &Request) -> Compiled {
    let loaded = yaml::load(&sources.config, FileId(0), sources.dialect);
    let mut diagnostics = loaded.diagnostics;
    let outcome = match loaded.root {
        Some(root) => outcome(sources, request, root, &mut diagnostics),
        None => Outcome::Refused,
    };
    if sources.dialect == Dialect::Ours {
        diagnostics.sort_by_key(|found| found.span);
    }
    Compiled {
        diagnostics: of_many(diagnostics),
        outcome,
    }
}

/// How many messages are given.
const MESSAGES: usize = 200;

/// Of many messages the gravest, in their order, and how many there are besides.
fn of_many(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = diagnostics.len().saturating_sub(MESSAGES);
    if more == 0 {
        return diagnostics;
    }
    let gravity = |found: &Diagnostic| (found.fatal, found.level);
    let mut sorted: Vec<_> = diagnostics.iter().map(gravity).collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let (above, least) = match sorted.get(MESSAGES - 1) {
        Some(least) => (sorted.partition_point(|found| found > least), *least),
        None => (0, (false, Level::Info)),
    };
    let mut room = MESSAGES - above;
    diagnostics.retain(|found| match gravity(found).cmp(&least) {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => {
            let fits = room > 0;
            room = room.saturating_sub(1);
            fits
        }
    });
    let message = format!("{more} more messages are not shown");
    let found = Diagnostic::new(
        Level::Info,
        "more_messages",
        "root",
        message,
        Span::default(),
    );
    diagnostics.push(found.with_help("mend what is shown first"));
    diagnostics
}

fn outcome(
    sources: &Sources,
    request: &Request,
    root: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Outcome {
    let facts = Facts::of(request);
    let gathered = gather(root, sources, request, &facts, diagnostics);
    if diagnostics.iter().any(|found| found.fatal) {
        return Outcome::Refused;
    }
    if !gathered.missing.is_empty() {
        return Outcome::Need(Need {
            imports: gathered.missing,
            changed_paths: false,
        });
    }
    let paths = Paths::of(&gathered.root);
    let reading = Reading {
        dialect: sources.dialect,
        compat: sources.compat,
    };
    let imports: Vec<Source> = sources.imports.iter().map(Import::source).collect();
    let all: Vec<&Source> = std::iter::once(&sources.config).chain(&imports).collect();
    let (config, found) = normalise(gathered.root, &all, reading);
    diagnostics.extend(found);
    if sources.dialect == Dialect::Ours {
        diagnostics.extend(secure::check(&config, &paths, sources.compat));
        diagnostics.extend(config.as_map().map(addons::check).unwrap_or_default());
        let of_ours = config.as_map().filter(|_| !sources.compat);
        diagnostics.extend(of_ours.map(services::check).unwrap_or_default());
    }
    plan::checks::withheld_secrets(diagnostics);
    plan::checks::unknown_languages(diagnostics, sources.compat);
    if refused(sources, diagnostics) {
        return Outcome::Refused;
    }
    let empty = Map::default();
    let config = config.as_map().unwrap_or(&empty);
    let skipped = filtered(config, request, diagnostics);
    if refused(sources, diagnostics) {
        return Outcome::Refused;
    }
    if let Some(skipped) = skipped {
        return Outcome::Skipped(skipped);
    }
    let expanded = match matrix::expand(config, Some(&facts)) {
        Ok(expanded) => expanded,
        Err(error) => {
            diagnostics.push(plan::checks::too_large(config, error));
            return Outcome::Refused;
        }
    };
    let mut staged = matrix::finish(config, expanded, Some(&facts));
    let failed = staged.left_out.failed.iter();
    diagnostics.extend(failed.map(plan::checks::unanswered));
    if reading.extras() == Extras::With {
        let mut filter = Filter::new(request);
        if filter.needs(&staged.jobs) {
            return Outcome::Need(Need {
                imports: Vec::new(),
                changed_paths: true,
            });
        }
        for skip in filter.keep(&mut staged.jobs, diagnostics) {
            staged.left_out.skip(skip);
        }
    }
    let skipped = &staged.left_out.skipped;
    let mut plan = plan::build::build(
        config,
        &staged.stages,
        &staged.jobs,
        skipped,
        &paths,
        reading.extras(),
    );
    plan.skipped.splice(0..0, gathered.skipped);
    plan::checks::plan(&plan, sources.compat, diagnostics);
    if refused(sources, diagnostics) {
        return Outcome::Refused;
    }
    if plan.stages.is_empty() {
        return Outcome::Skipped(plan::build::nothing_left(config, &plan));
    }
    Outcome::Plan(plan)
}

/// Whether something fatal was found; in `.ci.yml` every error is (decision 7).
fn refused(sources: &Sources, diagnostics: &mut [Diagnostic]) -> bool {
    let strict = !sources.compat && sources.dialect == Dialect::Ours;
    for diagnostic in diagnostics
        .iter_mut()
        .filter(|found| found.level == Level::Error)
    {
        diagnostic.fatal |= strict;
    }
    diagnostics.iter().any(|diagnostic| diagnostic.fatal)
}

/// Why `branches:` lets nothing of the event through.
fn filtered(config: &Map, request: &Request, diagnostics: &mut Vec<Diagnostic>) -> Option<Skipped> {
    let node = config.get("branches");
    let branches = node.map(Branches::from_node).unwrap_or_default();
    let span = node.map_or_else(Span::default, |node| node.span);
    let (decision, errors) = branches.decide(request);
    for error in errors {
        let list = node.and_then(|node| node.get(error.list));
        let key = format!("branches.{}", error.list);
        let place = list.map_or(span, |list| list.span);
        let found = Diagnostic::new(
            Level::Error,
            "invalid_branch",
            key,
            error.to_string(),
            place,
        );
        diagnostics.push(found.with_help("mend the pattern; until then no branch fits it"));
    }
    match decision {
        Decision::Build => None,
        Decision::Skip(reason) => Some(Skipped {
            what: SkippedThing::Build,
            reason,
            why: Some(unlisted(&branches, request)),
            behind: Vec::new(),
            span,
        }),
    }
}

/// `branches:` that let nothing of the event through, taken apart.
fn unlisted(branches: &Branches, request: &Request) -> Why {
    let list = |name: &str, entries: &[String]| {
        let given = !entries.is_empty();
        given.then(|| format!("{name}: {}", entries.join(", ")))
    };
    let lists = [
        list("only", &branches.only),
        list("except", &branches.except),
    ];
    let lists: Vec<String> = lists.into_iter().flatten().collect();
    let condition = format!("branches.{}", lists.join(", branches."));
    Why {
        parts: vec![(condition.clone(), false)],
        seen: vec![("branch".to_owned(), format!("{:?}", request.branch))],
        more: 0,
        condition: String::new(),
    }
    .written(&condition)
}
