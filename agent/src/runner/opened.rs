//! A job's secrets, opened, or withheld with the reason.

use super::script::{Opened, Secrets, Withheld};
use crate::policy::Grants;
use crate::secrets::{Opener, Place, Plaintext, SecretError};
use schema::plan::{Deploy, DeployValue, EnvVar, Job};
use schema::source::{Source, Span};
use std::collections::BTreeMap;

/// Opens all that the job has, or nothing where the grant is refused: then no key is touched.
///
/// # Errors
/// The first secret that does not open, with its place.
pub fn open(
    job: &Job,
    grants: &Grants,
    opener: Option<&Opener>,
    sources: &[Source],
) -> Result<Secrets, SecretError> {
    let Some(opener) = opener.filter(|_| grants.secrets().given()) else {
        return Ok(Secrets::Withheld(if grants.untrusted() {
            Withheld::Untrusted
        } else {
            Withheld::Closed
        }));
    };
    let mut opened = BTreeMap::new();
    for var in &job.env {
        if let EnvVar::Secure {
            name,
            sealed,
            path,
            span,
        } = var
        {
            let place = place(sources, *span, path);
            let (name, value) = opener.open_env(sealed, &place, name.as_deref())?;
            let name = Some(name);
            opened.insert(path.clone(), Opened { name, value });
        }
    }
    for (sealed, path, span) in job.deploy.iter().flat_map(fields) {
        let value = opener.open_field(sealed, &place(sources, span, path))?;
        opened.insert(path.to_owned(), Opened { name: None, value });
    }
    Ok(Secrets::Opened(opened))
}

/// Every value, for the masker.
#[must_use]
pub fn values(secrets: &Secrets) -> Vec<Plaintext> {
    match secrets {
        Secrets::Opened(opened) => opened.values().map(|one| one.value.clone()).collect(),
        Secrets::Withheld(_) => Vec::new(),
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
