//! Events to nodes: aliases are expanded, maps put together, budgets kept.

use super::events::{Event, Kind};
use super::map::{Assembly, Repeated};
use super::node::{Key, Map, Node, Style, Value};
use super::text::Text;
use super::{error, limits, resolve, tag};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::source::Span;

type Built<T> = Result<T, Box<Diagnostic>>;

pub(super) struct Builder<'e, 't, 's> {
    text: &'t Text<'s>,
    dialect: Dialect,
    events: &'e [Event<'t>],
    /// The event to be read next.
    at: usize,
    depth: usize,
    /// The keys above the current node, with their places.
    path: Vec<(&'e str, Span)>,
    /// Where the lists and maps that are being built start.
    open: Vec<usize>,
    /// The outermost alias that is being expanded.
    alias: Option<Span>,
    copied_nodes: usize,
    copied_bytes: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'e, 't, 's> Builder<'e, 't, 's> {
    pub(super) fn new(text: &'t Text<'s>, dialect: Dialect, events: &'e [Event<'t>]) -> Self {
        Self {
            text,
            dialect,
            events,
            at: 0,
            depth: 0,
            path: Vec::new(),
            open: Vec::new(),
            alias: None,
            copied_nodes: 0,
            copied_bytes: 0,
            diagnostics: Vec::new(),
        }
    }

    /// The root of the document.
    pub(super) fn document(&mut self) -> Built<Node> {
        self.node()
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    fn node(&mut self) -> Built<Node> {
        let start = self.at;
        let Some(event) = self.events.get(start) else {
            return Ok(Node::null(self.text.whole()));
        };
        self.at += 1;
        let mut node = match &event.kind {
            Kind::Scalar(text, style) => self.scalar(event, text, *style)?,
            Kind::SeqStart => self.nested(start, event, Self::seq)?,
            Kind::MapStart => self.nested(start, event, Self::map)?,
            Kind::Alias(target) => return self.expanded(*target, event.span),
            Kind::UnknownAlias => return self.unknown_alias(event.span),
            Kind::End => Node::null(event.span),
        };
        node.anchored = event.anchored;
        node.tag.clone_from(&event.tag);
        Ok(node)
    }

    fn scalar(&mut self, event: &Event<'_>, text: &str, style: Style) -> Built<Node> {
        self.spend(1, text.len())?;
        let text = text.to_owned();
        let scalar = match (&event.tag, style) {
            (Some(tag), _) => tag::tagged(tag, text, style, self.dialect)
                .map_err(|why| error::bad_tag(tag, why, self.key(), event.span))?,
            (None, Style::Plain) => resolve::plain(text, self.dialect),
            (None, _) => resolve::string(text, style),
        };
        Ok(Node::new(Value::Scalar(scalar), event.span))
    }

    fn nested(
        &mut self,
        start: usize,
        event: &Event<'_>,
        fill: fn(&mut Self, &mut Span) -> Built<Value>,
    ) -> Built<Node> {
        self.spend(1, 0)?;
        if self.depth >= limits::MAX_DEPTH {
            return Err(Box::new(limits::too_deep(self.alias.unwrap_or(event.span))));
        }
        self.depth += 1;
        self.open.push(start);
        let mut span = event.span;
        let value = fill(self, &mut span)?;
        self.open.pop();
        self.depth -= 1;
        Ok(Node::new(value, span))
    }

    fn seq(&mut self, span: &mut Span) -> Built<Value> {
        let mut items = Vec::new();
        while !self.ended(span) {
            let item = self.node()?;
            *span = span.to(item.span);
            items.push(item);
        }
        Ok(Value::Seq(items))
    }

    fn map(&mut self, span: &mut Span) -> Built<Value> {
        let mut map = Assembly::default();
        while !self.ended(span) {
            let written = self.at;
            let (name, place) = self.map_key()?;
            *span = span.to(place);
            self.path.push((name, place));
            let value = self.node()?;
            self.path.pop();
            let key = Key {
                text: name.to_owned(),
                span: place,
            };
            // An alias's own value may stand anywhere; its place is the alias.
            *span = span.to(value.span);
            if key.text == "<<" && self.is_merge(written) {
                map.merge(key, value);
            } else {
                map.put(key, value);
            }
        }
        let (map, repeated) = map.finish();
        self.report(&map, repeated);
        Ok(Value::Map(map))
    }

    /// Whether a list or map ends here; its place then reaches to its bracket, if it has one.
    fn ended(&mut self, span: &mut Span) -> bool {
        let Some(event) = self.events.get(self.at) else {
            return true;
        };
        if !matches!(event.kind, Kind::End) {
            return false;
        }
        self.at += 1;
        if matches!(self.text.written(event.span), "]" | "}") {
            *span = span.to(event.span);
        }
        true
    }

    /// A key: its text as written, less one leading colon (language reference §1.3).
    fn map_key(&mut self) -> Built<(&'e str, Span)> {
        let Some(event) = self.events.get(self.at) else {
            return Err(Box::new(error::bad_key(self.key(), self.text.whole())));
        };
        self.at += 1;
        let target = match event.kind {
            Kind::Alias(target) => self.events.get(target),
            _ => Some(event),
        };
        let text = match target.map(|target| &target.kind) {
            Some(Kind::Scalar(text, _)) => text.strip_prefix(':').unwrap_or(text),
            Some(Kind::UnknownAlias) if self.dialect == Dialect::Ours => {
                return Err(Box::new(error::unknown_alias(self.text, event.span)));
            }
            Some(Kind::UnknownAlias) => "",
            _ => return Err(Box::new(error::bad_key(self.key(), event.span))),
        };
        if text.len() > limits::MAX_KEY {
            return Err(Box::new(limits::too_long_key(event.span)));
        }
        self.spend(1, text.len())?;
        Ok((text, event.span))
    }

    /// Whether a `<<` at this event is the merge key and not a text of that name.
    fn is_merge(&self, at: usize) -> bool {
        self.events
            .get(at)
            .is_some_and(|event| event.tag.as_deref() != Some("tag:yaml.org,2002:str"))
    }

    /// The value that an alias stands for, at the alias's place.
    fn expanded(&mut self, target: usize, span: Span) -> Built<Node> {
        if self.open.contains(&target) {
            return Err(Box::new(error::alias_in_itself(self.text, span)));
        }
        let back = std::mem::replace(&mut self.at, target);
        let outer = self.alias;
        self.alias = outer.or(Some(span));
        let node = self.node()?;
        self.alias = outer;
        self.at = back;
        Ok(Node {
            span,
            anchored: false,
            ..node
        })
    }

    fn unknown_alias(&self, span: Span) -> Built<Node> {
        match self.dialect {
            Dialect::Ours => Err(Box::new(error::unknown_alias(self.text, span))),
            Dialect::Reference => Ok(Node::null(span)),
        }
    }

    /// Counts what an alias repeats against the budgets. What is written once is bounded by the
    /// size of the file.
    fn spend(&mut self, nodes: usize, bytes: usize) -> Built<()> {
        let Some(alias) = self.alias else {
            return Ok(());
        };
        self.copied_nodes += nodes;
        self.copied_bytes += bytes;
        if self.copied_nodes > limits::MAX_COPIED_NODES {
            return Err(Box::new(limits::too_many_nodes(alias)));
        }
        if self.copied_bytes > limits::MAX_COPIED_BYTES {
            return Err(Box::new(limits::too_much_text(alias)));
        }
        Ok(())
    }

    /// One error per key that is there several times; repeating a map repeats no message.
    fn report(&mut self, map: &Map, repeated: Vec<Repeated>) {
        if self.alias.is_some() {
            return;
        }
        for repeated in repeated {
            let mut key = self.key();
            if self.dialect == Dialect::Reference && is_secure(map) {
                key.push_str(".secure");
            }
            let mut diagnostic = error::duplicate_key(key, repeated);
            if let Some((_, span)) = self.path.last() {
                let line = self.text.reference_line(*span);
                diagnostic = diagnostic.with_arg("line", i64::try_from(line).unwrap_or(0));
            }
            self.diagnostics.push(diagnostic);
        }
    }

    /// The dotted path of the current node.
    fn key(&self) -> String {
        let keys: Vec<&str> = self.path.iter().map(|(key, _)| *key).collect();
        if keys.is_empty() {
            "root".to_owned()
        } else {
            keys.join(".")
        }
    }
}

/// The reference takes a map with the single key `secure` for a value of its own.
fn is_secure(map: &Map) -> bool {
    matches!(map.entries.as_slice(), [entry] if entry.key.text == "secure")
}
