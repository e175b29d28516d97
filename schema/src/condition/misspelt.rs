//! Words that are compared as texts and were most likely meant as attributes. Pure.

use super::data::Attribute;
use super::expr::{Expr, ExprKind, Operand, OperandKind};
use crate::source::Span;

/// A bare word that looks like an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// The word as it was written.
    pub word: String,
    /// What was most likely meant.
    pub meant: Attribute,
    /// Its bytes in the condition's text.
    pub span: Span,
}

impl Expr {
    /// Bare words on the left of a comparison, or alone, that are nearly an attribute's name. Such a
    /// word is a text, so that the comparison says the same for every build. `text` is the
    /// condition's.
    #[must_use]
    pub fn misspelt(&self, text: &str) -> Vec<Misspelt> {
        let mut found = Vec::new();
        self.visit(&mut |left| found.extend(looks_like(left, text)));
        found
    }

    /// Visits what stands on the left or alone.
    fn visit(&self, each: &mut impl FnMut(&Operand)) {
        match &self.kind {
            ExprKind::Or(parts) | ExprKind::And(parts) => {
                parts.iter().for_each(|part| part.visit(each));
            }
            ExprKind::Not(part) => part.visit(each),
            ExprKind::Value(left)
            | ExprKind::Equal { left, .. }
            | ExprKind::Match { left, .. }
            | ExprKind::In { left, .. }
            | ExprKind::Is { left, .. } => each(left),
        }
    }
}

fn looks_like(operand: &Operand, text: &str) -> Option<Misspelt> {
    let OperandKind::Literal(word) = &operand.kind else {
        return None;
    };
    let written = text.get(operand.span.start as usize..)?;
    // Who writes quotes means a text.
    if written.starts_with(['"', '\'']) {
        return None;
    }
    let lower = word.to_lowercase();
    let away = |name: &str| strsim::damerau_levenshtein(name, &lower);
    let attributes = Attribute::ALL.iter().map(|at| (away(at.as_str()), *at));
    let (away, meant) = attributes.min_by_key(|(away, _)| *away)?;
    let near = match word.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    (away <= near).then(|| Misspelt {
        word: word.clone(),
        meant,
        span: operand.span,
    })
}

#[cfg(test)]
mod tests {
    use crate::condition::parse;

    /// Each word with what it is taken for.
    fn found(text: &str) -> Vec<String> {
        let found = parse(text).unwrap().misspelt(text);
        let said = found.iter().map(|one| {
            let span = one.span.start as usize..one.span.end as usize;
            assert_eq!(text[span].trim(), one.word);
            format!("{} {}", one.word, one.meant.as_str())
        });
        said.collect()
    }

    #[test]
    fn a_word_that_is_nearly_an_attribute_is_found_wherever_it_stands_on_the_left() {
        for (text, expected) in [
            ("brnach = main", "brnach branch"),
            ("Branch = main", "Branch branch"),
            ("tags IS present", "tags tag"),
            ("typ IN (push, cron)", "typ type"),
            ("commit_mesage =~ /wip/", "commit_mesage commit_message"),
            ("branch = main AND NOT (senderr = bob)", "senderr sender"),
            ("frok", "frok fork"),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
    }

    #[test]
    fn texts_that_are_meant_as_such_are_left_alone() {
        for text in [
            "branch = brnach",
            "\"brnach\" = main",
            "'tags' IS present",
            "main = branch",
            "push = type",
            "linux = os",
            "on = os",
            "env(brnach) = main",
            "concat(brnach, x) = main",
            "true",
            "branch IN (tags, typ)",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
