//! What jobs are called: their name, or what tells them from their neighbours.

use super::{EnvValue, EnvVar, Job, Stage};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Longer values are cut short in a title.
const LONGEST: usize = 40;
/// Nothing more is added to a title of so many bytes.
const LONGEST_TITLE: usize = 200;

/// Gives every job its title: `name:`, else its versions or language, and where that is the same
/// for several jobs, the variables, os, architecture and distribution in which they differ.
pub(super) fn give(stages: &mut [Stage]) {
    for job in jobs(stages) {
        job.title = job.name.clone().unwrap_or_else(|| plain(job));
    }
    let mut groups: BTreeMap<String, Vec<&mut Job>> = BTreeMap::new();
    for job in jobs(stages).filter(|job| job.name.is_none()) {
        groups.entry(job.title.clone()).or_default().push(job);
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        tell_apart(group);
    }
}

fn jobs(stages: &mut [Stage]) -> impl Iterator<Item = &mut Job> {
    stages.iter_mut().flat_map(|stage| &mut stage.jobs)
}

fn plain(job: &Job) -> String {
    let versions: Vec<String> = job
        .versions
        .iter()
        .map(|(key, version)| format!("{key} {version}"))
        .collect();
    if versions.is_empty() {
        job.language.clone()
    } else {
        versions.join(", ")
    }
}

fn tell_apart(mut group: Vec<&mut Job>) {
    let sets: Vec<BTreeSet<String>> = group
        .iter()
        .map(|job| traits(job).into_iter().collect())
        .collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for part in sets.iter().flatten() {
        *count.entry(part).or_default() += 1;
    }
    let everywhere = group.len();
    for job in &mut group {
        for part in traits(job) {
            if count.get(part.as_str()) == Some(&everywhere) {
                continue;
            }
            job.title.push_str(", ");
            if job.title.len() > LONGEST_TITLE {
                job.title.push('…');
                break;
            }
            job.title.push_str(&part);
        }
    }
}

/// All that may differ between two jobs of one language and version.
fn traits(job: &Job) -> Vec<String> {
    let mut traits: Vec<String> = job.env.iter().filter_map(variable).collect();
    traits.push(job.os.clone());
    traits.extend(job.arch.clone());
    traits.extend(job.dist.clone());
    traits
}

fn variable(var: &EnvVar) -> Option<String> {
    match var {
        EnvVar::Plain {
            name,
            value: EnvValue::Literal(value) | EnvValue::Shell(value),
            ..
        } => {
            let mut text: String = value.chars().take(LONGEST).collect();
            if text.len() < value.len() {
                text.push('…');
            }
            Some(format!("{name}={text}"))
        }
        EnvVar::Secure { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn job(version: &str, env: &[(&str, &str)]) -> Job {
        let var = |(name, value): &(&str, &str)| EnvVar::Plain {
            name: (*name).to_owned(),
            value: EnvValue::Literal((*value).to_owned()),
            span: Span::default(),
        };
        Job {
            language: "python".to_owned(),
            versions: vec![("python".to_owned(), version.to_owned())],
            env: env.iter().map(var).collect(),
            ..Job::default()
        }
    }

    fn titles(jobs: Vec<Job>) -> Vec<String> {
        let mut stages = [Stage { name: None, jobs }];
        give(&mut stages);
        jobs_of(&stages)
    }

    fn jobs_of(stages: &[Stage]) -> Vec<String> {
        let jobs = stages.iter().flat_map(|stage| &stage.jobs);
        jobs.map(|job| job.title.clone()).collect()
    }

    #[test]
    fn a_name_wins_and_versions_stand_in_for_it() {
        let mut named = job("3.12", &[]);
        named.name = Some("Lint".to_owned());
        assert_eq!(
            titles(vec![job("3.11", &[]), named]),
            ["python 3.11", "Lint"]
        );
    }

    #[test]
    fn a_title_ends_after_some_variables() {
        let names: Vec<String> = (0..300).map(|n| format!("V{n}")).collect();
        let all = |value| -> Vec<(&str, &str)> {
            names.iter().map(|name| (name.as_str(), value)).collect()
        };
        let titles = titles(vec![job("3.12", &all("1")), job("3.12", &all("2"))]);
        assert!(
            titles[1].starts_with("python 3.12, V0=2, V1=2"),
            "{titles:?}"
        );
        assert!(
            titles
                .iter()
                .all(|title| title.ends_with(", …") && title.len() < 260)
        );
    }

    #[test]
    fn jobs_of_one_version_are_told_apart_by_what_differs() {
        let jobs = vec![
            job("3.12", &[("A", "1"), ("DB", "pg")]),
            job("3.12", &[("A", "1"), ("DB", "sqlite")]),
            job("3.11", &[("A", "1"), ("DB", "pg")]),
        ];
        assert_eq!(
            titles(jobs),
            [
                "python 3.12, DB=pg",
                "python 3.12, DB=sqlite",
                "python 3.11"
            ]
        );
    }
}
