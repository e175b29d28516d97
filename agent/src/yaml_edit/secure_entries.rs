//! All secure strings of a config, each with its place and what the place wants.

use super::lines::Lines;
use super::tree::{self, Node, Shape, SyntaxError};
use schema::yaml::MAX_DEPTH;
use std::collections::HashMap;

/// What kind of place a secure string stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// `env`; with the key it stands under, when it is `NAME: {secure: …}`.
    Env(Option<String>),
    /// A field of a deploy entry.
    Field,
    /// A place that takes no secrets.
    Elsewhere,
}

/// One secure string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The key path, e.g. `env.global[1].secure`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What kind of place it is.
    pub home: Home,
    /// The string; `None` when something else than a string stands there.
    pub sealed: Option<String>,
}

/// More than this many are not listed: aliases could multiply them without end.
const MAX_FOUND: usize = 2_000;
/// And no more steps than this are made looking for them.
const MAX_STEPS: usize = 200_000;

/// Finds all secure strings: maps whose only key is `secure`. What an alias stands for is looked at
/// where the alias stands.
///
/// # Errors
/// When the text is not YAML that the agent reads.
pub fn secure_entries(text: &str) -> Result<Vec<Found>, SyntaxError> {
    let Some(root) = tree::parse(text)? else {
        return Ok(Vec::new());
    };
    let mut anchors = HashMap::new();
    collect_anchors(&root, &mut anchors);
    let mut search = Search {
        lines: Lines::new(text),
        anchors,
        found: Vec::new(),
        steps: 0,
    };
    search.walk(&root, &Path::default(), 0);
    Ok(search.found)
}

fn collect_anchors<'a>(node: &'a Node, anchors: &mut HashMap<usize, &'a Node>) {
    if node.anchor != 0 {
        anchors.insert(node.anchor, node);
    }
    match &node.shape {
        Shape::Seq { items, .. } => items.iter().for_each(|item| collect_anchors(item, anchors)),
        Shape::Map { pairs, .. } => {
            pairs
                .iter()
                .for_each(|pair| collect_anchors(&pair.value, anchors));
        }
        Shape::Scalar { .. } | Shape::Alias(_) => {}
    }
}

#[derive(Clone, Default)]
struct Path {
    text: String,
    /// The keys without indexes and merge keys.
    keys: Vec<String>,
    /// Whether the last step was into a list.
    in_list: bool,
    /// Whether the way led through an anchored node.
    anchored: bool,
}

impl Path {
    fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        if !path.text.is_empty() {
            path.text.push('.');
        }
        path.text.push_str(key);
        if key != "<<" {
            path.keys.push(key.to_owned());
        }
        path.in_list = false;
        path
    }

    fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.text.push_str(&format!("[{index}]"));
        path.in_list = true;
        path
    }

    fn home(&self) -> Home {
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        let within_job = match keys.as_slice() {
            [
                "jobs" | "matrix",
                "include" | "exclude" | "allow_failures",
                rest @ ..,
            ]
            | ["jobs" | "matrix", rest @ ..] => rest,
            rest => rest,
        };
        match within_job {
            ["env", rest @ ..] => {
                let name = match rest.last() {
                    None | Some(&("global" | "jobs" | "matrix")) => None,
                    Some(_) if self.in_list => None,
                    Some(name) => Some((*name).to_owned()),
                };
                Home::Env(name)
            }
            ["deploy", _, ..] => Home::Field,
            _ => Home::Elsewhere,
        }
    }
}

struct Search<'a> {
    lines: Lines<'a>,
    anchors: HashMap<usize, &'a Node>,
    found: Vec<Found>,
    steps: usize,
}

impl<'a> Search<'a> {
    fn walk(&mut self, node: &'a Node, path: &Path, depth: usize) {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.found.len() >= MAX_FOUND || depth > MAX_DEPTH {
            return;
        }
        let mut path = path.clone();
        path.anchored |= node.anchor != 0;
        if let Some(value) = node.as_secure() {
            self.add(value, &path);
            return;
        }
        match &node.shape {
            Shape::Seq { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    self.walk(item, &path.index(index), depth + 1);
                }
            }
            Shape::Map { pairs, .. } => {
                for pair in pairs {
                    if let Some(key) = pair.key.text() {
                        self.walk(&pair.value, &path.key(key), depth + 1);
                    }
                }
            }
            Shape::Alias(anchor) => {
                if let Some(target) = self.anchors.get(anchor).copied() {
                    self.walk(target, &path, depth + 1);
                }
            }
            Shape::Scalar { .. } => {}
        }
    }

    fn add(&mut self, value: &Node, path: &Path) {
        let home = path.home();
        // A definition that is used elsewhere through its anchor is looked at there.
        if home == Home::Elsewhere && path.anchored {
            return;
        }
        self.found.push(Found {
            path: format!("{}.secure", path.text),
            line: self.lines.number(value.start),
            column: self.lines.column(value.start) + 1,
            home,
            sealed: value.text().map(str::to_owned),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Home)> {
        let entries = secure_entries(text).unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.path, entry.home))
            .collect()
    }

    #[test]
    fn each_place_is_named_with_what_it_wants() {
        let text = "\
env:
  global:
    - A=1
    - secure: x
    - NAME: {secure: x}
  jobs: {secure: x}
jobs:
  include:
    - env: {TOKEN: {secure: x}}
      deploy:
        - api_key: {secure: x}
deploy: {password: {secure: x}, on: {branch: y}}
notifications:
  slack: {secure: x}
";
        assert_eq!(
            found(text),
            [
                ("env.global[1].secure".to_owned(), Home::Env(None)),
                (
                    "env.global[2].NAME.secure".to_owned(),
                    Home::Env(Some("NAME".to_owned()))
                ),
                ("env.jobs.secure".to_owned(), Home::Env(None)),
                (
                    "jobs.include[0].env.TOKEN.secure".to_owned(),
                    Home::Env(Some("TOKEN".to_owned()))
                ),
                (
                    "jobs.include[0].deploy[0].api_key.secure".to_owned(),
                    Home::Field
                ),
                ("deploy.password.secure".to_owned(), Home::Field),
                ("notifications.slack.secure".to_owned(), Home::Elsewhere),
            ]
        );
    }

    #[test]
    fn an_alias_is_looked_at_where_it_stands() {
        let text = "_x: &x {secure: a}\nenv:\n  - *x\ndeploy:\n  <<: {key: *x}\n";
        assert_eq!(
            found(text),
            [
                ("env[0].secure".to_owned(), Home::Env(None)),
                ("deploy.<<.key.secure".to_owned(), Home::Field),
            ]
        );
    }

    #[test]
    fn aliases_cannot_make_it_run_without_end() {
        let mut text = "a0: &a0 {secure: x}\n".to_owned();
        for n in 1..30 {
            text.push_str(&format!(
                "a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n",
                n - 1
            ));
        }
        text.push_str("env: *a29\n");
        assert!(found(&text).len() <= MAX_FOUND);
    }

    #[test]
    fn places_count_from_one() {
        let entries = secure_entries("env:\n  - secure: abc\n").unwrap();
        assert_eq!((entries[0].line, entries[0].column), (2, 13));
    }
}
