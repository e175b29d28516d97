//! Conditions judged by the facts of an event, with what the config or a job says above them.

use crate::condition::{Attribute, Data, explain::explain, parse};
use crate::normalise::{Kind, kind};
use crate::request::Request;
use crate::yaml::{Node, Resolved};

use super::conditions::{Conditions, Overlay, Verdict};

/// The facts of an event.
#[derive(Clone, Debug)]
pub struct Facts {
    data: Data,
    branch: Option<String>,
}

/// Attributes that a config or a job says itself.
const OWN: &[&str] = &["os", "dist", "group", "sudo", "language"];

impl Facts {
    /// The facts of a request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let branch = Some(request.branch.clone());
        Self {
            data: Data::from_request(request),
            branch,
        }
    }

    /// Facts collected otherwise.
    #[must_use]
    pub fn new(data: Data, branch: Option<String>) -> Self {
        Self { data, branch }
    }

    fn below(&self, overlay: Overlay<'_>) -> Data {
        let mut data = self.data.clone();
        let get = |key: &str| match overlay {
            Overlay::Job(job) => job.get(key).map(|node| &**node),
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
    fn judge(&self, condition: &str, overlay: Overlay<'_>) -> Verdict {
        let unreadable = |why: String| Verdict {
            holds: false,
            reason: format!("the condition cannot be read: {why}"),
        };
        let expr = match parse(condition) {
            Ok(expr) => expr,
            Err(error) => return unreadable(error.to_string()),
        };
        match explain(&expr, &self.below(overlay)) {
            Ok(answer) => Verdict {
                holds: answer.holds,
                reason: answer.to_string(),
            },
            Err(error) => unreadable(error.to_string()),
        }
    }

    fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }
}
