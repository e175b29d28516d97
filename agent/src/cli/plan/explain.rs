//! Why something does not run, taken apart: what was asked, what was seen, what decided.

use super::view::as_map;
use crate::runner::script;
use schema::plan::{Deploy, Job, Skipped};
use schema::request::Request;
use schema::source::{Source, Span};
use serde::Serialize;

/// A reason taken apart.
#[derive(Debug, Serialize)]
pub(crate) struct WhyView {
    /// File, line and column of the condition or entry.
    pub place: String,
    /// The condition as written; of a deploy entry, what its `on` asks.
    pub condition: String,
    /// The values that it looked at, by name.
    #[serde(serialize_with = "as_map")]
    pub seen: Vec<(String, String)>,
    /// The parts that decided, each with its answer.
    pub decided: Vec<String>,
}

/// What is needed to take reasons apart.
pub(crate) struct Explain<'a> {
    /// The texts of the config, in the order of their files.
    pub sources: &'a [Source],
    /// The event.
    pub request: &'a Request,
}

impl Explain<'_> {
    /// Why something was skipped; `None` where no condition decided.
    pub(super) fn skipped(&self, skipped: &Skipped) -> Option<WhyView> {
        let why = skipped.why.as_ref()?;
        let parts = why.parts.iter();
        let mut decided: Vec<_> = parts
            .map(|(part, holds)| format!("{part} is {holds}"))
            .collect();
        if why.more > 0 {
            decided.push(format!("and {} more", why.more));
        }
        Some(WhyView {
            place: self.place(skipped.span),
            condition: why.condition.clone(),
            seen: why.seen.clone(),
            decided,
        })
    }

    /// Why a deploy entry does not run, as far as it is known before the job.
    pub(super) fn deploy(&self, job: &Job, entry: &Deploy) -> Option<WhyView> {
        let why = script::explain_on(&entry.on, job, self.request)?;
        let decided = why.unmet.into_iter();
        Some(WhyView {
            place: self.place(entry.span),
            condition: why.condition,
            seen: why.seen,
            decided: decided.map(|part| format!("{part} is false")).collect(),
        })
    }

    fn place(&self, span: Span) -> String {
        let Some(source) = self.sources.get(usize::from(span.file.0)) else {
            return String::new();
        };
        format!("{}:{}", source.name, source.line_column(span.start))
    }
}
