//! What was done for a repository, step by step.

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Something was made, changed or taken away; in a trial, it would be.
    Changed,
    /// It is as it should be already.
    Unchanged,
    /// It is not as it should be, and was not changed.
    Failed,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is about, in one word.
    pub part: &'static str,
    /// What became of it.
    pub mark: Mark,
    /// What was found and done.
    pub text: String,
    /// What somebody has to do now, a line each.
    pub fix: Option<String>,
}

impl Step {
    pub(super) fn changed(part: &'static str, text: impl Into<String>) -> Self {
        Self::new(part, Mark::Changed, text)
    }

    pub(super) fn unchanged(part: &'static str, text: impl Into<String>) -> Self {
        Self::new(part, Mark::Unchanged, text)
    }

    pub(super) fn failed(part: &'static str, text: impl Into<String>) -> Self {
        Self::new(part, Mark::Failed, text)
    }

    /// The same with advice.
    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    fn new(part: &'static str, mark: Mark, text: impl Into<String>) -> Self {
        Self {
            part,
            mark,
            text: text.into(),
            fix: None,
        }
    }
}

/// All that was done for one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it is called.
    pub name: String,
    /// The steps in their order; after one that failed come only those that do not need it.
    pub steps: Vec<Step>,
}

impl Report {
    /// The worst that happened.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let any = |mark| self.steps.iter().any(|step| step.mark == mark);
        match (any(Mark::Failed), any(Mark::Changed)) {
            (true, _) => Mark::Failed,
            (false, true) => Mark::Changed,
            (false, false) => Mark::Unchanged,
        }
    }
}
