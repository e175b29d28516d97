//! Numbers, texts and secrets: what is wrong with them, and what they are when absent.

use crate::reference::StrType;
use crate::yaml::{Node, Resolved};

use super::super::kind::{Kind, is_given, is_missing, kind, with_text};
use super::super::place::Place;
use super::super::{fuzzy, sealed, text};
use super::{Check, SAID};

impl Check<'_, '_> {
    pub(super) fn number(
        &mut self,
        node: Node,
        place: &Place<'_>,
        range: Option<(i64, i64)>,
    ) -> Node {
        let number = node.as_scalar().map(|scalar| scalar.resolved);
        if let (Some((least, most)), Some(Resolved::Int(number))) = (range, number)
            && !(least..=most).contains(&number)
        {
            self.report.out_of_range(place, &node, (least, most));
        }
        self.typed(node, place, Kind::Num)
    }

    pub(super) fn typed(&mut self, node: Node, place: &Place<'_>, expected: Kind) -> Node {
        if is_given(&node) && kind(&node) != expected {
            self.report.invalid_type(place, &node, expected);
        }
        node
    }

    pub(super) fn text(&mut self, ty: &StrType, node: Node, place: &Place<'_>) -> Node {
        if self.compat() && place.name() == "services" && node.get("name").is_some() {
            self.report.added_service(place, &node);
            return node;
        }
        let node = self.typed(node, place, Kind::Str);
        if !ty.words.is_empty() && kind(&node) == Kind::Str && is_given(&node) {
            self.word(ty, &node, place);
        }
        let node = self.defaulted(ty, node, place);
        if kind(&node) != Kind::Str {
            return node;
        }
        text::format(ty, &node, place, self.report);
        text::template(ty, &node, place, self.report);
        node
    }

    fn word(&mut self, ty: &StrType, node: &Node, place: &Place<'_>) {
        let value = node.as_text().unwrap_or_default();
        if !ty.knows(value) {
            let words: Vec<&str> = ty.words.iter().map(|word| word.value).collect();
            self.report
                .unknown_value(place, node, fuzzy::nearest(&words, value), &words);
        }
        let word = ty.words.iter().find(|word| word.value == value);
        if let Some(info) = word.and_then(|word| word.deprecated) {
            self.report.deprecated_value(place, node, info);
        }
        if let Some(idle) = word.and_then(|word| word.idle) {
            self.idle(place, node.span, value, &idle);
        }
    }

    fn defaulted(&mut self, ty: &StrType, node: Node, place: &Place<'_>) -> Node {
        if !is_missing(&node) {
            return node;
        }
        let said = &self.said;
        let supporting = |key: &str| -> Vec<&str> {
            let at = SAID.iter().position(|said| *said == key);
            let values = at.and_then(|at| said.get(at)).into_iter().flatten();
            values.map(String::as_str).collect()
        };
        let Some(default) = ty
            .defaults
            .iter()
            .find(|word| word.support.holds(&supporting))
        else {
            return node;
        };
        let key = place.name();
        self.report
            .default(place.parent(), key, default.value, self.provider.as_deref());
        with_text(&node, default.value)
    }

    pub(super) fn secure(
        &mut self,
        node: Node,
        place: &Place<'_>,
        strict: bool,
        alert: bool,
    ) -> Node {
        match kind(&node) {
            Kind::Secure => sealed::check(&node, place, self.report, self.reading),
            Kind::Str if is_given(&node) => {
                let text = node.as_text().unwrap_or_default();
                let reference = text.starts_with('$') && !text.contains(":$");
                if alert && !reference {
                    self.report.open_secret(place, &node);
                }
                if strict {
                    self.report.must_be_sealed(place, &node);
                }
            }
            _ if is_given(&node) => self.report.invalid_type(place, &node, Kind::Secure),
            _ => {}
        }
        node
    }
}
