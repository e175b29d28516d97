//! Variables of each job.

use std::collections::HashSet;

use crate::yaml::{Map, Node, Resolved, Value};

use super::TooLarge;
use super::job::{Job, Shared};
use super::same::{canonical, items};
use super::weight::Weight;

/// The variables of every job.
pub(super) struct Globals<'a> {
    /// `env.global`, where it is given.
    given: Option<&'a [Node]>,
    /// Their texts by which equal ones are told.
    texts: HashSet<String>,
}

/// The variables of a job that are not global, by texts that are equal for equal ones.
pub(super) struct Own {
    list: Vec<String>,
    set: HashSet<String>,
}

impl<'a> Globals<'a> {
    pub(super) fn of(root: &'a Map) -> Self {
        let given = root.get("env").and_then(|env| env.get("global")).map(items);
        let texts = texts(given.unwrap_or_default()).into_iter().collect();
        Self { given, texts }
    }

    /// Whether a variable is global.
    pub(super) fn has(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    /// A job's variables without the global ones; `None` where it has none at all.
    pub(super) fn own(&self, job: &Job<'_>) -> Option<Own> {
        let mut list = texts(items(job.get("env")?));
        list.retain(|text| !self.has(text));
        let set = list.iter().cloned().collect();
        Some(Own { list, set })
    }
}

impl Own {
    /// Whether these are exactly the variables, in order.
    pub(super) fn are(&self, texts: &[String]) -> bool {
        self.list == texts
    }

    /// Whether a variable is among them.
    pub(super) fn has(&self, text: &str) -> bool {
        self.set.contains(text)
    }
}

/// Texts that are equal for equal values.
pub(super) fn texts(items: &[Node]) -> Vec<String> {
    let text = |node: &Node| {
        let mut text = String::new();
        canonical(node, &mut text);
        text
    };
    items.iter().map(text).collect()
}

fn first(root: &Map) -> Option<&Node> {
    let env = root.get("env")?;
    match env.as_seq() {
        Some(items) => items.first(),
        None => items(env.get("jobs")?).first(),
    }
}

/// Gives each job its list of variables: the global ones, then its own or those of the first entry
/// of the matrix.
///
/// # Errors
/// When they hold more than all jobs may.
pub(super) fn assign(root: &Map, jobs: &mut [Job<'_>]) -> Result<(), TooLarge> {
    let globals = Globals::of(root);
    let unique = unique(globals.given.unwrap_or_default());
    let shared = Weight::of_all(&unique);
    let mut all = Weight::default();
    for job in jobs {
        all.add(shared);
        all.add(job.get("env").map(Weight::of).unwrap_or_default());
        all.check()?;
        let own = match job.get("env") {
            Some(env) if is_false(env) => continue,
            Some(env) if !env.is_null() => Some((listed(env), env.span)),
            _ => first(root).map(|first| (vec![first.clone()], first.span)),
        };
        let (mut own, span) = match (own, globals.given) {
            (Some(own), _) => own,
            (None, Some(given)) => {
                let span = given.first().map(|node| node.span);
                (Vec::new(), span.unwrap_or_default())
            }
            (None, None) => continue,
        };
        if globals.given.is_some() {
            own = unique_after(&globals, &unique, own);
        }
        job.set("env", Shared::made(Node::new(Value::Seq(own), span)));
    }
    Ok(())
}

/// What says that there are no variables; the reference leaves it as it is.
fn is_false(env: &Node) -> bool {
    let scalar = env.as_scalar();
    scalar.is_some_and(|scalar| scalar.resolved == Resolved::Bool(false))
}

/// Each of equal values once.
fn unique(items: &[Node]) -> Vec<Node> {
    let mut seen = HashSet::new();
    let texts = texts(items);
    let pairs = items.iter().zip(texts);
    pairs
        .filter_map(|(node, text)| seen.insert(text).then(|| node.clone()))
        .collect()
}

fn unique_after(globals: &Globals<'_>, unique_globals: &[Node], own: Vec<Node>) -> Vec<Node> {
    let mut list = unique_globals.to_vec();
    let mut seen = HashSet::new();
    let texts = texts(&own);
    let new = own.into_iter().zip(texts);
    let new =
        new.filter_map(|(node, text)| (!globals.has(&text) && seen.insert(text)).then_some(node));
    list.extend(new);
    list
}

fn listed(env: &Node) -> Vec<Node> {
    match &env.value {
        Value::Seq(items) => items.iter().flat_map(listed).collect(),
        Value::Map(map) => {
            let own = map
                .entries
                .iter()
                .filter(|entry| entry.key.text != "global");
            let entries: Vec<_> = own.cloned().collect();
            if entries.is_empty() {
                return Vec::new();
            }
            vec![Node {
                value: Value::Map(Map { entries }),
                ..env.clone()
            }]
        }
        Value::Scalar(_) => vec![env.clone()],
    }
}
