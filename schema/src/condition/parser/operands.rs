//! What stands on either side of a question: values, lists and patterns.

use super::super::data::Attribute;
use super::super::expr::{Function, Matcher, MatcherKind, Operand, OperandKind};
use super::super::scanner::is_blank;
use super::{Parser, Result};

impl Parser {
    /// `(a, b)` after `IN`.
    pub(super) fn list(&mut self) -> Result<Vec<Operand>> {
        self.scanner.skip_blanks();
        if !self.scanner.eat("(") {
            return Err(self.error(
                "expected a list in parentheses after IN",
                self.hints.list(self.scanner.rest()),
            ));
        }
        let list = self.values()?;
        if list.is_empty() {
            return Err(self.error("expected at least one value", None));
        }
        self.close_list()?;
        Ok(list)
    }

    /// Values with commas between them; one more comma may follow.
    fn values(&mut self) -> Result<Vec<Operand>> {
        let mut values = Vec::new();
        while let Some(value) = self.maybe_value()? {
            values.push(value);
            self.scanner.skip_blanks();
            if !self.scanner.eat(",") {
                break;
            }
        }
        Ok(values)
    }

    /// The right side of `=~`. An attribute's name is a pattern here like any other word.
    pub(super) fn matcher(&mut self) -> Result<Matcher> {
        self.scanner.skip_blanks();
        let start = self.scanner.position();
        let kind = match self.call()? {
            Some(call) => MatcherKind::Call(call),
            None => {
                self.scanner.skip_blanks();
                match self.scanner.take_pattern() {
                    Some(pattern) => MatcherKind::Pattern(pattern),
                    None => return Err(self.error("expected a pattern", None)),
                }
            }
        };
        self.hints.after_pattern(self.scanner.position());
        Ok(Matcher {
            kind,
            span: self.scanner.span(start),
        })
    }

    pub(super) fn value(&mut self) -> Result<Operand> {
        match self.maybe_value()? {
            Some(value) => Ok(value),
            None => {
                let help = self.hints.value(&self.scanner);
                Err(self.error("expected a value", help))
            }
        }
    }

    /// An attribute, a call, a quoted text or a word.
    fn maybe_value(&mut self) -> Result<Option<Operand>> {
        self.scanner.skip_blanks();
        let start = self.scanner.position();
        let attribute = Attribute::ALL
            .iter()
            .find(|attribute| self.scanner.eat_name(attribute.as_str()));
        let kind = if let Some(attribute) = attribute {
            OperandKind::Attribute(*attribute)
        } else if let Some(call) = self.call()? {
            return Ok(Some(call));
        } else {
            self.scanner.skip_blanks();
            match self.literal()? {
                Some(text) => OperandKind::Literal(text),
                None => return Ok(None),
            }
        };
        Ok(Some(Operand {
            kind,
            span: self.scanner.span(start),
        }))
    }

    /// A call. A function's name without parentheses is lost, as the reference loses it.
    fn call(&mut self) -> Result<Option<Operand>> {
        let start = self.scanner.position();
        let functions = Function::ALL;
        let named = functions
            .into_iter()
            .find(|function| self.scanner.eat_word(function.as_str()));
        let Some(function) = named else {
            return Ok(None);
        };
        self.scanner.skip_blanks();
        if !self.scanner.eat("(") {
            return Ok(None);
        }
        let arguments = self.nested(Self::values)?;
        self.close_list()?;
        Ok(Some(Operand {
            kind: OperandKind::Call {
                function,
                arguments,
            },
            span: self.scanner.span(start),
        }))
    }

    fn literal(&mut self) -> Result<Option<String>> {
        for quote in ['"', '\''] {
            if self.scanner.eat(quote.encode_utf8(&mut [0; 4])) {
                if let Some(text) = self.scanner.take_until(quote) {
                    return Ok(Some(text));
                }
                self.scanner.skip_to_end();
                return Err(self.error(
                    format!("expected {quote} to close the text"),
                    Some("there is no escape inside of quotes; use the other kind".to_owned()),
                ));
            }
        }
        if self.scanner.rest().starts_with('$') {
            let help = self.hints.shell_variable(self.scanner.rest());
            return Err(self.error("a word cannot start with $", Some(help)));
        }
        Ok(self
            .scanner
            .take_while(|next| !is_blank(next) && !"()\"',=!".contains(next)))
    }

    fn close_list(&mut self) -> Result<()> {
        self.scanner.skip_blanks();
        if self.scanner.eat(")") {
            return Ok(());
        }
        let help = (!self.scanner.at_end()).then(|| "put one comma between two values".to_owned());
        Err(self.error("expected , or )", help))
    }
}
