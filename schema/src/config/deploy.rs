//! `deploy:`

use crate::normalise::{Kind, kind};
use crate::plan::{Deploy, DeployOn, DeployValue};
use crate::yaml::{Entry, Map, Node, Resolved, Value};

use super::phases::commands;
use super::value::{flag, text, texts};

/// Keys that are no options of the provider.
const OWN: &[&str] = &["provider", "on", "run", "allow_failure"];

/// The deployments of a job in order.
#[must_use]
pub fn from_node(node: &Node) -> Vec<Deploy> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(Deploy::from_node).collect()
}

impl Deploy {
    /// One entry in normal form; `None` where it names no provider.
    #[must_use]
    pub fn from_node(node: &Node) -> Option<Self> {
        let map = node.as_map()?;
        let options = map
            .entries
            .iter()
            .filter(|entry| !OWN.contains(&entry.key.text.as_str()));
        Some(Self {
            provider: node.get("provider")?.as_text()?.to_owned(),
            options: options
                .filter_map(|entry| option(entry, "deploy"))
                .collect(),
            on: node.get("on").map(DeployOn::from_node).unwrap_or_default(),
            run: node.get("run").map(commands).unwrap_or_default(),
            allow_failure: node.get("allow_failure").and_then(flag).unwrap_or_default(),
            span: node.span,
        })
    }

    /// Whether nothing tells the jobs of one build apart: each of them would publish.
    #[must_use]
    pub fn is_unguarded(&self) -> bool {
        self.on.conditions.is_empty() && self.on.runtime.is_empty()
    }
}

fn option(entry: &Entry, above: &str) -> Option<(String, DeployValue)> {
    let path = format!("{above}.{}", entry.key.text);
    Some((entry.key.text.clone(), value(&entry.value, &path)?))
}

fn value(node: &Node, path: &str) -> Option<DeployValue> {
    Some(match &node.value {
        Value::Seq(items) => match items.iter().find(|item| kind(item) == Kind::Secure) {
            // A list of one sealed value stands for the value.
            Some(sealed) => value(sealed, path)?,
            None => DeployValue::List(texts(node)),
        },
        Value::Map(map) if kind(node) == Kind::Secure => {
            let inner = map.get("secure")?;
            DeployValue::Secure {
                sealed: inner.as_text()?.trim().to_owned(),
                path: path.to_owned(),
                span: inner.span,
            }
        }
        Value::Map(map) => DeployValue::Map(values(map, path)),
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => return None,
            Resolved::Bool(value) => DeployValue::Bool(value),
            Resolved::Int(_) | Resolved::Str => DeployValue::Text(scalar.text.clone()),
        },
    })
}

fn values(map: &Map, path: &str) -> Vec<(String, DeployValue)> {
    map.entries
        .iter()
        .filter_map(|entry| option(entry, path))
        .collect()
}

impl DeployOn {
    /// `on:` in normal form.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let runtime = crate::reference::versions().chain(["os"]);
        let runtime =
            runtime.filter_map(|key| Some((key.to_owned(), node.get(key).and_then(text)?)));
        Self {
            repo: node.get("repo").and_then(text),
            branches: node.get("branch").map(branches).unwrap_or_default(),
            all_branches: node.get("all_branches").and_then(flag).unwrap_or_default(),
            tags: node.get("tags").and_then(flag),
            conditions: node.get("condition").map(texts).unwrap_or_default(),
            runtime: runtime.collect(),
        }
    }
}

/// Branches; the names of a map with options for each are branches too.
fn branches(node: &Node) -> Vec<String> {
    match node.as_map() {
        Some(map) => map
            .entries
            .iter()
            .map(|entry| entry.key.text.clone())
            .collect(),
        None => texts(node),
    }
}
