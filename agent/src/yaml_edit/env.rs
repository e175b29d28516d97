//! Adding a variable to `env.global`, whatever shape `env` has.
//!
//! A list or string right under `env` is an axis of jobs; the reference moves it to `env.jobs` when
//! something global comes beside it, and so do we (runtime reference §11.2).

use super::Entry;
use super::lines::Lines;
use super::patch::Patch;
use super::plan::{
    Plan, Refusal, into_flow, not_merged, not_shared, only, put, refuse, root_pairs, set,
};
use super::tree::{Node, Pair, Shape, Style};

type Change = (Vec<Patch>, Node, bool);

/// What an addition needs to know: the text, the file's manner of indenting, and the entry.
struct Editor<'a> {
    lines: &'a Lines<'a>,
    /// Blanks per level.
    unit: usize,
    /// Blanks of a list's dash behind its key's column.
    dash: usize,
    entry: &'a Entry<'a>,
}

pub(super) fn plan(
    lines: &Lines<'_>,
    root: Option<&Node>,
    entry: &Entry<'_>,
) -> Result<Plan, Refusal> {
    let pairs = root_pairs(root)?;
    let editor = Editor {
        lines,
        unit: unit(lines, pairs),
        dash: dash_offset(lines, pairs),
        entry,
    };
    let (patches, value, replaced) = match only(pairs, "env")? {
        None => editor.new_section(pairs)?,
        Some(pair) => editor.in_env(pair)?,
    };
    Ok(Plan {
        patches,
        key: "env",
        value,
        replaced,
    })
}

/// Blanks per level, as the first nested map has it.
pub(super) fn unit(lines: &Lines<'_>, pairs: &[Pair]) -> usize {
    let nested = pairs.iter().map(|pair| &pair.value);
    nested
        .filter(|value| matches!(value.shape, Shape::Map { flow: false, .. }))
        .map(|value| lines.column(value.start))
        .find(|column| (1..=8).contains(column))
        .unwrap_or(2)
}

/// How far lists are indented below their key, as the first list of the file has it.
fn dash_offset(lines: &Lines<'_>, pairs: &[Pair]) -> usize {
    first_dash(lines, pairs)
        .filter(|offset| *offset <= 8)
        .unwrap_or(2)
}

fn first_dash(lines: &Lines<'_>, pairs: &[Pair]) -> Option<usize> {
    pairs.iter().find_map(|pair| match &pair.value.shape {
        Shape::Seq { items, flow: false } => {
            dash_column(lines, items)?.checked_sub(lines.column(pair.key.start))
        }
        Shape::Map { pairs, flow: false } => first_dash(lines, pairs),
        _ => None,
    })
}

/// The column of a block list's dashes.
fn dash_column(lines: &Lines<'_>, items: &[Node]) -> Option<usize> {
    let before = lines.text.get(..items.first()?.start)?.trim_end();
    let dash = before.strip_suffix('-')?.len();
    Some(lines.column(dash))
}

impl Editor<'_> {
    fn item(&self) -> String {
        format!("secure: \"{}\"", self.entry.sealed)
    }

    fn secure(&self) -> Node {
        Node::secure(self.entry.sealed)
    }

    /// `global:` with its one item, the key at a column.
    fn global_lines(&self, column: usize, dash: usize) -> Vec<(usize, String)> {
        vec![
            (column, "global:".to_owned()),
            (column + dash, format!("- {}", self.item())),
        ]
    }

    fn insert_block(&self, at: usize, block: &[(usize, String)]) -> Vec<Patch> {
        vec![Patch::insert(at, self.lines.block(at, block))]
    }

    fn global_map(&self) -> Node {
        Node::map(vec![Pair::new("global", Node::seq(vec![self.secure()]))])
    }

    /// There is no `env`: it becomes the last key.
    fn new_section(&self, pairs: &[Pair]) -> Result<Change, Refusal> {
        not_merged(pairs, "env")?;
        let mut block = vec![(0, "env:".to_owned())];
        block.extend(self.global_lines(self.unit, self.dash));
        let mut at = self.lines.text.len();
        if let Some(last) = pairs.last() {
            at = self.lines.below(last.value.end.max(last.key.end), 0);
        }
        if let [.., before, last] = pairs {
            let between = self.lines.text.get(before.value.end..last.key.start);
            let is_blank = |line: &str| line.trim().is_empty();
            let mut inner = between.unwrap_or_default().lines().skip(1);
            if inner.any(is_blank) {
                block.insert(0, (0, String::new()));
            }
        }
        Ok((self.insert_block(at, &block), self.global_map(), false))
    }

    fn in_env(&self, pair: &Pair) -> Result<Change, Refusal> {
        let env = &pair.value;
        if env.is_absent() {
            let at = self.lines.below(pair.key.end, 0);
            let block = self.global_lines(self.unit, self.dash);
            return Ok((self.insert_block(at, &block), self.global_map(), false));
        }
        not_shared(env, "env")?;
        match &env.shape {
            Shape::Map { pairs, flow } => self.in_map(pair, pairs, *flow),
            Shape::Seq { items, flow } => {
                let sections = items.iter().filter_map(Node::pairs).flatten();
                if let Some(section) = sections.into_iter().find(|pair| is_section(pair)) {
                    return refuse(&section.key, "`env` is a list with sections in it");
                }
                if *flow {
                    return self.move_inline(pair);
                }
                let Some(dash) = dash_column(self.lines, items) else {
                    return refuse(env, "the list's dashes are not to be found");
                };
                self.move_block(pair, dash, dash == 0)
            }
            Shape::Scalar { .. } => {
                self.one_line(env)?;
                self.move_inline(pair)
            }
            Shape::Alias(_) => refuse(env, "`env` is shared through an anchor"),
        }
    }

    fn in_map(&self, pair: &Pair, pairs: &[Pair], flow: bool) -> Result<Change, Refusal> {
        let env = &pair.value;
        if let Some(global) = only(pairs, "global")? {
            let (patches, value, replaced) = self.in_global(global)?;
            return Ok((patches, with(env, "global", value), replaced));
        }
        if env.as_secure().is_some() {
            // One secret right under `env`: an axis like a list of one.
            return if flow {
                self.move_inline(pair)
            } else {
                self.move_block(pair, self.lines.column(env.start), true)
            };
        }
        if !pairs.is_empty() && !pairs.iter().any(is_section) {
            // One set of variables: it is every job's, so the secret simply joins it.
            return put(
                self.lines,
                env,
                self.unit,
                self.entry.name,
                self.entry.sealed,
            );
        }
        not_merged(pairs, "env.global")?;
        let patches = if flow {
            let item = format!("global: [{{{}}}]", self.item());
            into_flow(self.lines, env, &parts(pairs), &item)
        } else {
            let column = self.lines.column(env.start);
            let at = self.lines.below(env.end, column.saturating_sub(1));
            self.insert_block(at, &self.global_lines(column, self.dash))
        };
        let list = Node::seq(vec![self.secure()]);
        Ok((patches, with(env, "global", list), false))
    }

    fn in_global(&self, pair: &Pair) -> Result<Change, Refusal> {
        let (lines, global) = (self.lines, &pair.value);
        let column = lines.column(pair.key.start);
        let line = [(column + self.dash, format!("- {}", self.item()))];
        if global.is_absent() {
            let at = lines.below(pair.key.end, column);
            let patches = self.insert_block(at, &line);
            return Ok((patches, Node::seq(vec![self.secure()]), false));
        }
        not_shared(global, "env.global")?;
        let mut value = global.clone();
        let patches = match &mut value.shape {
            Shape::Map { pairs, .. } if global.as_secure().is_none() && !pairs.is_empty() => {
                return put(lines, global, self.unit, self.entry.name, self.entry.sealed);
            }
            Shape::Seq { items, flow: true } => {
                let parts: Vec<_> = items.iter().map(|item| (item.start, item.end)).collect();
                items.push(self.secure());
                into_flow(lines, global, &parts, &format!("{{{}}}", self.item()))
            }
            Shape::Seq { items, flow: false } => {
                let Some(dash) = dash_column(lines, items) else {
                    return refuse(global, "the list's dashes are not to be found");
                };
                items.push(self.secure());
                let at = lines.below(global.end, column);
                self.insert_block(at, &[(dash, format!("- {}", self.item()))])
            }
            Shape::Scalar { .. } => {
                self.one_line(global)?;
                let gap = self.gap(pair)?;
                let dash = format!("{}{}- ", lines.newline, " ".repeat(column + self.dash));
                let at = lines.below(global.end, column);
                let mut patches = vec![Patch {
                    range: gap,
                    with: dash,
                }];
                patches.extend(self.insert_block(at, &line));
                value = Node::seq(vec![global.clone(), self.secure()]);
                patches
            }
            Shape::Map { pairs, flow } if !pairs.is_empty() => {
                // One secret becomes the first of a list.
                let flow = *flow;
                value = Node::seq(vec![global.clone(), self.secure()]);
                if flow {
                    let end = format!(", {{{}}}]", self.item());
                    vec![
                        Patch::insert(global.start, "["),
                        Patch::insert(global.end, end),
                    ]
                } else {
                    let column = lines.column(global.start);
                    let at = lines.below(global.end, column.saturating_sub(1));
                    let mut patches = vec![Patch::insert(global.start, "- ")];
                    patches
                        .extend(self.insert_block(at, &[(column, format!("- {}", self.item()))]));
                    patches
                }
            }
            Shape::Map { .. } | Shape::Alias(_) => {
                return refuse(global, "`env.global` is an empty map");
            }
        };
        Ok((patches, value, false))
    }

    /// `env: A=1` or `env: [A=1, B=2]`: the value moves below `jobs:`, in the line it is in.
    fn move_inline(&self, pair: &Pair) -> Result<Change, Refusal> {
        let (lines, env) = (self.lines, &pair.value);
        let range = self.gap(pair)?;
        let indent = " ".repeat(self.unit);
        let mut with = lines.newline.to_owned();
        for (column, line) in self.global_lines(self.unit, self.dash) {
            with.push_str(&format!("{}{line}{}", " ".repeat(column), lines.newline));
        }
        with.push_str(&format!("{indent}jobs: "));
        Ok((vec![Patch { range, with }], self.beside(env), false))
    }

    /// `env:` with a list or one secret below it, at a column: `global:` and `jobs:` come between.
    /// A list that is indented stays where it is, as `jobs:` may be right above its dashes.
    fn move_block(&self, pair: &Pair, column: usize, shift: bool) -> Result<Change, Refusal> {
        let (lines, env) = (self.lines, &pair.value);
        let key_column = if column == 0 { self.unit } else { column };
        let dash = if column == 0 { 0 } else { 2 };
        let mut block = self.global_lines(key_column, dash);
        block.push((key_column, "jobs:".to_owned()));
        let mut at = lines.end(pair.key.end);
        let mut patches = self.insert_block(at, &block);
        while shift && at < env.end {
            let next = lines.end(at);
            let is_blank = lines
                .text
                .get(at..next)
                .is_none_or(|line| line.trim().is_empty());
            if !is_blank {
                patches.push(Patch::insert(at, " ".repeat(self.unit)));
            }
            at = next;
        }
        Ok((patches, self.beside(env), false))
    }

    /// `{global: [new], jobs: what was there}`.
    fn beside(&self, jobs: &Node) -> Node {
        let mut map = self.global_map();
        if let Shape::Map { pairs, .. } = &mut map.shape {
            set(pairs, "jobs", jobs.clone());
        }
        map
    }

    /// Refuses a string of several lines, and a null that was written out.
    fn one_line(&self, node: &Node) -> Result<(), Refusal> {
        if !self.lines.same_line(node.start, node.end) {
            return refuse(node, "its value is a string of several lines");
        }
        match &node.shape {
            Shape::Scalar {
                text,
                style: Style::Plain,
            } if matches!(text.as_str(), "~" | "null" | "Null" | "NULL") => {
                refuse(node, "its value is null")
            }
            Shape::Scalar {
                style: Style::Block,
                ..
            } => refuse(node, "its value is a string of several lines"),
            _ => Ok(()),
        }
    }

    /// The blanks between a key's colon and a value in the same line.
    fn gap(&self, pair: &Pair) -> Result<std::ops::Range<usize>, Refusal> {
        let (from, to) = (pair.key.end, pair.value.start);
        let between = self.lines.text.get(from..to).unwrap_or_default();
        match between.find(':') {
            Some(colon) if between.trim() == ":" && self.lines.same_line(from, to) => {
                Ok(from + colon + 1..to)
            }
            _ => refuse(&pair.value, "the value does not stand in its key's line"),
        }
    }
}

fn is_section(pair: &Pair) -> bool {
    matches!(pair.key.text(), Some("global" | "jobs" | "matrix"))
}

fn parts(pairs: &[Pair]) -> Vec<(usize, usize)> {
    let place = |pair: &Pair| (pair.key.start, pair.value.end.max(pair.key.end));
    pairs.iter().map(place).collect()
}

/// A map with a key set.
fn with(map: &Node, key: &str, value: Node) -> Node {
    let mut map = map.clone();
    if let Shape::Map { pairs, .. } = &mut map.shape {
        set(pairs, key, value);
    }
    map
}
