//! Conditions judged by the facts of an event, with what the config or a job says above them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::condition::{
    Attribute, Data, EvalError, Expr, ParseError, Why, explain::explain, parse,
};
use crate::normalise::{Kind, kind};
use crate::regex::Patterns;
use crate::request::Request;
use crate::yaml::{Node, Resolved};

use super::conditions::{Conditions, Failure, Overlay, Verdict};

/// What a question costs, whatever the condition.
const ASKING: u64 = 400_000;
/// What each byte of a condition costs.
const READING: u64 = 5_000;
/// What each variable that a condition could ask for costs.
const COLLECTING: u64 = 50_000;

/// The facts of an event, and the budget of all conditions that are judged by them.
#[derive(Debug)]
pub struct Facts {
    data: Data,
    branch: Option<String>,
    patterns: Patterns,
    parsed: RefCell<HashMap<String, Parsed>>,
}

type Parsed = Rc<Result<Expr, ParseError>>;

/// Attributes that a config or a job says itself.
const OWN: &[&str] = &["os", "dist", "group", "sudo", "language"];

impl Facts {
    /// The facts of a request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let branch = Some(request.branch.clone());
        Self::new(Data::from_request(request), branch)
    }

    /// Facts collected otherwise.
    #[must_use]
    pub fn new(data: Data, branch: Option<String>) -> Self {
        Self {
            data,
            branch,
            patterns: Patterns::default(),
            parsed: RefCell::default(),
        }
    }

    /// The condition's tree; equal conditions are parsed once.
    fn parsed(&self, condition: &str) -> Parsed {
        let mut known = self.parsed.borrow_mut();
        if let Some(parsed) = known.get(condition) {
            return parsed.clone();
        }
        let parsed = Rc::new(parse(condition));
        known.insert(condition.to_owned(), parsed.clone());
        parsed
    }

    fn answer(&self, expr: &Expr, overlay: Overlay<'_>) -> Result<Verdict, EvalError> {
        let spend = |work| {
            let spent = self.patterns.spend(work);
            spent.map_err(|exhausted| EvalError {
                span: expr.span,
                kind: exhausted.into(),
            })
        };
        let length = expr.span.end.saturating_sub(expr.span.start);
        spend(ASKING + READING * u64::from(length))?;
        let data = self.below(overlay);
        let variables = u64::try_from(data.variables()).unwrap_or(u64::MAX);
        spend(COLLECTING * variables)?;
        let answer = explain(expr, &data, &self.patterns)?;
        let why = (!answer.holds).then(|| Why::of(expr, &answer, &data, &self.patterns));
        Ok(Verdict {
            holds: answer.holds,
            reason: answer.to_string(),
            why,
        })
    }

    fn below(&self, overlay: Overlay<'_>) -> Data {
        let mut data = self.data.clone();
        let get = |key: &str| match overlay {
            Overlay::Job(job) => job.get(key),
            Overlay::Config(map) => map.get(key),
        };
        for key in OWN {
            if let (Some(attribute), Some(node)) = (Attribute::from_name(key), get(key)) {
                set(&mut data, attribute, node);
            }
        }
        match (overlay, get("env")) {
            (Overlay::Job(_), Some(env)) => push(&mut data, env),
            (Overlay::Config(_), Some(env)) => {
                let parts = ["global", "jobs"].iter().filter_map(|key| env.get(key));
                parts.for_each(|part| push(&mut data, part));
            }
            (_, None) => {}
        }
        data
    }
}

fn set(data: &mut Data, attribute: Attribute, node: &Node) {
    let first = node.as_seq().map_or(Some(node), <[Node]>::first);
    let Some(scalar) = first.and_then(Node::as_scalar) else {
        return;
    };
    match scalar.resolved {
        Resolved::Null => {}
        Resolved::Bool(value) => data.set(attribute, value),
        Resolved::Int(_) | Resolved::Str => data.set(attribute, scalar.text.as_str()),
    }
}

fn push(data: &mut Data, env: &Node) {
    for item in env.as_seq().unwrap_or(std::slice::from_ref(env)) {
        if kind(item) == Kind::Secure {
            continue;
        }
        for entry in item.as_map().into_iter().flat_map(|map| &map.entries) {
            match entry.value.as_scalar() {
                Some(scalar) => data.push_env(&entry.key.text, &scalar.text),
                None => data.push_sealed_env(&entry.key.text),
            }
        }
    }
}

impl Conditions for Facts {
    fn judge(&self, condition: &str, overlay: Overlay<'_>) -> Result<Verdict, Failure> {
        let parsed = self.parsed(condition);
        let expr = parsed.as_ref().as_ref().map_err(|error| Failure {
            reason: format!("the condition cannot be read: {error}"),
            part: error.offset..error.offset,
            exhausted: false,
        })?;
        let answer = self.answer(expr, overlay).map(|verdict| Verdict {
            why: verdict.why.map(|why| why.written(condition)),
            ..verdict
        });
        answer.map_err(|error| Failure {
            reason: format!("the condition has no answer: {error}"),
            part: error.span.start as usize..error.span.end as usize,
            exhausted: error.is_exhausted(),
        })
    }

    fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }
}
