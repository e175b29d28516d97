//! Decision 10: `image:`, else the settings' rule, else the built-in table; then renamings.

use super::pattern::{Rule, RuleError, fill, matches};
use super::table::TABLE;
use crate::backend::Pull;
use crate::backend::reference::is_reference;
use schema::plan::Job;

/// The operator's say about images.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Tried in order; the first that matches wins.
    pub rules: Vec<Rule>,
    /// The image of generic jobs, and of languages without one of their own.
    pub base: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            base: "agent-base:latest".to_owned(),
        }
    }
}

/// The image of a job and why it is that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The reference, e.g. `python:3.8`.
    pub reference: String,
    /// The rule that won, in words for the log, e.g. `image: in the config`.
    pub rule: String,
    /// When it is pulled, where the rule says so.
    pub pull: Option<Pull>,
    /// Whether the config itself names the image.
    pub by_config: bool,
}

/// The image that a job runs in.
///
/// # Errors
/// When the winning name is not that of an image, a rule's placeholder has no value for this
/// job, or the built-in table knows no image for the version.
pub fn choose(job: &Job, rules: &Rules) -> Result<Choice, RuleError> {
    let named = named(job, rules, &Facts::of(job))?;
    renamed(named, job, rules)
}

/// The image in the place of one that a job names, by the rules that have a `from`.
///
/// # Errors
/// As [`choose`].
pub fn renamed(named: Choice, job: &Job, rules: &Rules) -> Result<Choice, RuleError> {
    let facts = Facts::of(job);
    let rule = rules.rules.iter().enumerate().find_map(|(position, rule)| {
        let stars = matches(rule.from.as_deref()?, &named.reference)?;
        facts.fit(rule).then(|| (position + 1, rule, stars))
    });
    let choice = match rule {
        Some((number, rule, stars)) => Choice {
            reference: facts.fill(number, rule, &stars)?,
            rule: format!(
                "images rule {number}, for {} ({})",
                named.reference, named.rule
            ),
            pull: rule.pull.or(named.pull),
            by_config: named.by_config,
        },
        None => named,
    };
    if is_reference(&choice.reference) {
        Ok(choice)
    } else {
        Err(RuleError::NotAnImage(choice.reference))
    }
}

/// A job of a language, with its version, distribution and processor where they are said.
#[must_use]
pub fn job_of(language: &str, [version, dist, arch]: [Option<&str>; 3]) -> Job {
    let row = TABLE.iter().find(|row| row.language == language);
    let key = row.and_then(|row| row.keys.first()).unwrap_or(&language);
    let version = version.map(|version| ((*key).to_owned(), version.to_owned()));
    Job {
        language: language.to_owned(),
        versions: version.into_iter().collect(),
        dist: dist.map(str::to_owned),
        arch: arch.map(str::to_owned),
        ..Job::default()
    }
}

fn named(job: &Job, rules: &Rules, facts: &Facts<'_>) -> Result<Choice, RuleError> {
    if let Some(image) = &job.image {
        return Ok(Choice {
            reference: image.clone(),
            rule: "image: in the config".to_owned(),
            pull: None,
            by_config: true,
        });
    }
    for (position, rule) in rules.rules.iter().enumerate() {
        if rule.from.is_none() && facts.fit(rule) {
            let number = position + 1;
            return Ok(Choice {
                reference: facts.fill(number, rule, &[])?,
                rule: format!("images rule {number}"),
                pull: rule.pull,
                by_config: false,
            });
        }
    }
    let Some(row) = TABLE.iter().find(|row| row.language == job.language) else {
        return Ok(Choice {
            reference: rules.base.clone(),
            rule: format!("the base image, for language {}", job.language),
            pull: None,
            by_config: false,
        });
    };
    let version = facts.version.unwrap_or(row.default);
    let reference = (row.image)(version).ok_or_else(|| RuleError::NoImage {
        language: job.language.clone(),
        version: version.to_owned(),
        known: row.known,
    })?;
    Ok(Choice {
        reference,
        rule: match facts.version {
            Some(version) => format!("the built-in table, for {} {version}", job.language),
            None => format!("the built-in table, for {} without a version", job.language),
        },
        pull: None,
        by_config: false,
    })
}

/// What patterns are matched against.
struct Facts<'j> {
    language: &'j str,
    version: Option<&'j str>,
    dist: Option<&'j str>,
    arch: Option<&'j str>,
}

impl<'j> Facts<'j> {
    fn of(job: &'j Job) -> Self {
        let own = [job.language.as_str()];
        let keys = TABLE
            .iter()
            .find(|row| row.language == job.language)
            .map_or(&own[..], |row| row.keys);
        let version = keys.iter().find_map(|key| {
            let found = job.versions.iter().find(|(name, _)| name == key)?;
            Some(found.1.as_str())
        });
        Self {
            language: &job.language,
            version,
            dist: job.dist.as_deref(),
            arch: job.arch.as_deref(),
        }
    }

    fn fit(&self, rule: &Rule) -> bool {
        let fits = |pattern: &Option<String>, value: Option<&str>| {
            pattern
                .as_ref()
                .is_none_or(|pattern| value.is_some_and(|value| matches(pattern, value).is_some()))
        };
        fits(&rule.language, Some(self.language))
            && fits(&rule.version, self.version)
            && fits(&rule.dist, self.dist)
            && fits(&rule.arch, self.arch)
    }

    fn fill(&self, number: usize, rule: &Rule, stars: &[&str]) -> Result<String, RuleError> {
        let value = |name: &str| match name {
            "language" => Some(self.language),
            "version" => self.version,
            "dist" => self.dist,
            "arch" => self.arch,
            _ => {
                let star: usize = name.parse().ok()?;
                stars.get(star.checked_sub(1)?).copied()
            }
        };
        fill(&rule.image, value).map_err(|name| RuleError::NoValue {
            rule: number,
            image: rule.image.clone(),
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(language: &str, versions: &[(&str, &str)]) -> Job {
        Job {
            language: language.to_owned(),
            versions: versions
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            ..Job::default()
        }
    }

    fn reference(job: &Job) -> Result<String, RuleError> {
        choose(job, &Rules::default()).map(|choice| choice.reference)
    }

    #[test]
    fn languages_find_their_images() {
        for (language, versions, image) in [
            ("generic", &[][..], "agent-base:latest"),
            ("c", &[], "agent-base:latest"),
            ("python", &[("python", "3.8")], "python:3.8"),
            ("python", &[("python", "3.10")], "python:3.10"),
            ("python", &[("python", "pypy3.9")], "pypy:3.9"),
            ("python", &[("python", "3.13-dev")], "python:3.13-rc"),
            ("python", &[], "python:3"),
            ("node_js", &[("node_js", "12")], "node:12"),
            ("node_js", &[("node_js", "lts/*")], "node:lts"),
            ("node_js", &[("node_js", "node")], "node:current"),
            ("rust", &[("rust", "stable")], "rust:latest"),
            ("rust", &[("rust", "1.70.0")], "rust:1.70.0"),
            ("go", &[("go", "1.21.x")], "golang:1.21"),
            ("ruby", &[("rvm", "2.7")], "ruby:2.7"),
            ("php", &[("php", "7.4")], "php:7.4"),
            (
                "java",
                &[("jdk", "openjdk11")],
                "maven:3-eclipse-temurin-11",
            ),
            (
                "groovy",
                &[("jdk", "oraclejdk8")],
                "maven:3-eclipse-temurin-8",
            ),
            ("java", &[("jdk", "openjdk13")], "eclipse-temurin:13"),
            ("perl", &[("perl", "5.24-shrplib")], "perl:5.24"),
            ("elixir", &[("elixir", "1.14")], "elixir:1.14"),
            ("csharp", &[], "mono:latest"),
            ("r", &[("r", "release")], "agent-base:latest"),
        ] {
            assert_eq!(reference(&job(language, versions)).as_deref(), Ok(image));
        }
    }

    #[test]
    fn a_version_without_an_image_is_said_and_not_replaced() {
        for (language, key, version) in [
            ("rust", "rust", "beta"),
            ("python", "python", "nightly"),
            ("go", "go", "tip"),
        ] {
            let error = reference(&job(language, &[(key, version)])).unwrap_err();
            assert!(matches!(error, RuleError::NoImage { .. }), "{error}");
            // What there is instead.
            assert!(error.to_string().contains(", but for "), "{error}");
        }
    }

    #[test]
    fn the_config_wins_over_rules_and_rules_over_the_table() {
        let rules = Rules {
            rules: vec![
                Rule {
                    language: Some("python".into()),
                    version: Some("3.*".into()),
                    image: "team/py:{version}".into(),
                    ..Rule::default()
                },
                Rule {
                    language: Some("python".into()),
                    image: "team/py:other".into(),
                    ..Rule::default()
                },
            ],
            ..Rules::default()
        };
        let mut python = job("python", &[("python", "3.8")]);
        let choice = choose(&python, &rules).unwrap();
        assert_eq!(
            (choice.reference.as_str(), choice.rule.as_str()),
            ("team/py:3.8", "images rule 1")
        );
        let choice = choose(&job("python", &[]), &rules).unwrap();
        assert_eq!(
            (choice.reference.as_str(), choice.rule.as_str()),
            ("team/py:other", "images rule 2")
        );
        python.image = Some("alpine@sha256:abc".into());
        let choice = choose(&python, &rules).unwrap();
        assert_eq!(choice.reference, "alpine@sha256:abc");
        assert_eq!(choice.rule, "image: in the config");
    }

    #[test]
    fn a_renaming_sends_public_names_to_a_mirror() {
        let rules = Rules {
            rules: vec![Rule {
                from: Some("python:*".into()),
                image: "mirror.local/library/python:{1}".into(),
                ..Rule::default()
            }],
            ..Rules::default()
        };
        let choice = choose(&job("python", &[("python", "3.8")]), &rules).unwrap();
        assert_eq!(choice.reference, "mirror.local/library/python:3.8");
        assert!(choice.rule.contains("images rule 1"), "{}", choice.rule);
        let choice = choose(&job("generic", &[]), &rules).unwrap();
        assert_eq!(choice.reference, "agent-base:latest");
    }

    #[test]
    fn a_placeholder_without_a_value_names_its_rule() {
        let rules = Rules {
            rules: vec![Rule {
                image: "x:{dist}".into(),
                ..Rule::default()
            }],
            ..Rules::default()
        };
        let error = choose(&job("generic", &[]), &rules).unwrap_err();
        assert_eq!(
            error.to_string(),
            "images rule 1: {dist} in \"x:{dist}\" has no value for this job"
        );
    }

    #[test]
    fn what_is_no_name_of_an_image_is_refused() {
        for bad in ["", "-v", "a b", "a$(x)", "a\n", "/a", "a:", "é"] {
            let mut job = job("generic", &[]);
            job.image = Some(bad.to_owned());
            assert_eq!(reference(&job), Err(RuleError::NotAnImage(bad.to_owned())));
        }
    }
}
