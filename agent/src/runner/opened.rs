//! A job's secrets, opened, or withheld with the reason.

use crate::policy::Grant;
use crate::secrets::{Opener, Place, Plaintext, SecretError};
use schema::plan::{Deploy, DeployValue, EnvVar, Job};
use schema::source::{Source, Span};

/// A job's secrets in the clear.
#[derive(Debug, Default)]
pub struct Opened {
    /// One entry for each sealed entry of the job's `env`, in order; `None` where it is withheld.
    pub env: Vec<Option<(String, Plaintext)>>,
    /// Sealed deploy options by their dotted path; empty where they are withheld.
    pub fields: Vec<(String, Plaintext)>,
    /// How many were withheld.
    pub withheld: usize,
}

impl Opened {
    /// Opens all that the job has, or nothing where the grant is refused: then no key is touched.
    ///
    /// # Errors
    /// The first secret that does not open, with its place.
    pub fn open(
        job: &Job,
        grant: &Grant,
        opener: Option<&Opener>,
        sources: &[Source],
    ) -> Result<Self, SecretError> {
        let mut opened = Self::default();
        let opener = opener.filter(|_| grant.given());
        for var in &job.env {
            let EnvVar::Secure {
                name,
                sealed,
                path,
                span,
            } = var
            else {
                continue;
            };
            let Some(opener) = opener else {
                opened.env.push(None);
                opened.withheld += 1;
                continue;
            };
            let place = place(sources, *span, path);
            let entry = opener.open_env(sealed, &place, name.as_deref())?;
            opened.env.push(Some(entry));
        }
        for (sealed, path, span) in job.deploy.iter().flat_map(fields) {
            let Some(opener) = opener else {
                opened.withheld += 1;
                continue;
            };
            let value = opener.open_field(sealed, &place(sources, span, path))?;
            opened.fields.push((path.to_owned(), value));
        }
        Ok(opened)
    }

    /// Every value, for the masker.
    pub fn values(&self) -> impl Iterator<Item = &Plaintext> {
        let env = self.env.iter().flatten().map(|(_, value)| value);
        env.chain(self.fields.iter().map(|(_, value)| value))
    }

    /// Whether the job has at least one secret variable (`TRAVIS_SECURE_ENV_VARS`).
    #[must_use]
    pub fn any(&self) -> bool {
        self.env.iter().any(Option::is_some)
    }
}

/// How many secrets a job has.
#[must_use]
pub fn count(job: &Job) -> usize {
    let env = job
        .env
        .iter()
        .filter(|var| matches!(var, EnvVar::Secure { .. }))
        .count();
    env + job.deploy.iter().flat_map(fields).count()
}

fn fields(deploy: &Deploy) -> Vec<(&str, &str, Span)> {
    let mut found = Vec::new();
    for (_, value) in &deploy.options {
        collect(value, &mut found);
    }
    found
}

fn collect<'d>(value: &'d DeployValue, found: &mut Vec<(&'d str, &'d str, Span)>) {
    match value {
        DeployValue::Secure { sealed, path, span } => found.push((sealed, path, *span)),
        DeployValue::Map(entries) => {
            for (_, value) in entries {
                collect(value, found);
            }
        }
        DeployValue::Text(_) | DeployValue::Bool(_) | DeployValue::List(_) => {}
    }
}

fn place(sources: &[Source], span: Span, path: &str) -> Place {
    let source = sources.get(usize::from(span.file.0));
    let at = source.map(|source| source.line_column(span.start));
    Place {
        file: source.map(|source| source.name.clone()).unwrap_or_default(),
        line: at.map_or(0, |at| at.line),
        column: at.map_or(0, |at| at.column),
        path: path.to_owned(),
    }
}
