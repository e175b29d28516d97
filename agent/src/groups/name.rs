//! What a group is called: its text with variables put in, behind the scope that it is of.

use schema::plan::{self, EnvValue, EnvVar, Plan};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The most characters of a group's name; of a longer one the rest stands as a hash.
const LONGEST: usize = 100;

/// A variable's value as far as it is known before a build has its number.
type Value = Vec<Part>;

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Numbers that a build gets when it is made.
    BuildId,
    BuildNumber,
}

/// A group before its build has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    scope: String,
    parts: Vec<Part>,
    /// Whether a newer one of the group cancels the older ones.
    pub cancel: bool,
}

/// The groups of a build and its jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// That of the root.
    pub build: Option<Group>,
    /// Those of jobs, by number.
    pub jobs: BTreeMap<u32, Group>,
}

/// What names may be made of: variables of the agent, without their `TRAVIS_` or `CI_`, and the public
/// ones of the job. A secret is never among them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    agents: BTreeMap<String, Value>,
    own: BTreeMap<String, Value>,
}

impl Groups {
    /// The groups of a plan. `scope` keeps those apart that do not trust each other; `agents` are
    /// the variables of the event, without their prefix.
    #[must_use]
    pub fn of(plan: &Plan, scope: &str, agents: &[(&str, String)]) -> Self {
        let known = Known::new(agents);
        let group = |said: &plan::Concurrency, known: &Known| Group {
            scope: scope.to_owned(),
            parts: known.expand(&said.group),
            cancel: said.cancel,
        };
        let jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
        let jobs = jobs.filter_map(|job| {
            let said = job.concurrency.as_ref()?;
            Some((job.number, group(said, &known.of_job(job))))
        });
        Self {
            build: plan.concurrency.as_ref().map(|said| group(said, &known)),
            jobs: jobs.collect(),
        }
    }
}

impl Group {
    /// The name with its scope, as it is stored; `None` where nothing is left of the text: then there
    /// is no group.
    #[must_use]
    pub fn key(&self, build: u64, number: u64) -> Option<String> {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::BuildId => name.push_str(&build.to_string()),
                Part::BuildNumber => name.push_str(&number.to_string()),
            }
        }
        let name = name.replace('\0', "");
        let name = name.trim();
        (!name.is_empty()).then(|| format!("{}:{}", self.scope, shortened(name)))
    }
}

/// The name of a stored group, without its scope.
#[must_use]
pub fn shown(key: &str) -> &str {
    key.split_once(':').map_or(key, |(_, name)| name)
}

/// What is too long for an index keeps its beginning and stays different from others.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let begin: String = name.chars().take(LONGEST).collect();
    let hash = Sha256::digest(name.as_bytes());
    let hash: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("{begin}…{hash}")
}

impl Known {
    /// Of a build; `agents` are variables of the event, without their prefix.
    #[must_use]
    pub fn new(agents: &[(&str, String)]) -> Self {
        let text = |(name, value): &(&str, String)| ((*name).to_owned(), literal(value));
        let mut agents: BTreeMap<String, Value> = agents.iter().map(text).collect();
        agents.insert("BUILD_ID".to_owned(), vec![Part::BuildId]);
        agents.insert("BUILD_NUMBER".to_owned(), vec![Part::BuildNumber]);
        Self {
            agents,
            own: BTreeMap::new(),
        }
    }

    /// The same with what one job brings: its number and name, and its public variables.
    fn of_job(&self, job: &plan::Job) -> Self {
        let mut known = self.clone();
        let name = job.name.clone().unwrap_or_default();
        let stage = job.stage.clone().unwrap_or_default();
        let own = [
            (
                "JOB_NUMBER",
                vec![Part::BuildNumber, Part::Text(format!(".{}", job.number))],
            ),
            ("JOB_NAME", literal(&name)),
            ("BUILD_STAGE_NAME", literal(&stage)),
            ("OS_NAME", literal(&job.os)),
            ("LANGUAGE", literal(&job.language)),
        ];
        for (name, value) in own {
            known.agents.insert(name.to_owned(), value);
        }
        for variable in &job.env {
            match variable {
                EnvVar::Plain { name, value, .. } => {
                    let value = match value {
                        EnvValue::Literal(text) => known.expand(text),
                        EnvValue::Shell(word) => known.word(word),
                    };
                    known.own.insert(name.clone(), value);
                }
                // It hides what was public before it.
                EnvVar::Secure {
                    name: Some(name), ..
                } => {
                    known.own.insert(name.clone(), Vec::new());
                }
                EnvVar::Secure { name: None, .. } => {}
            }
        }
        known
    }

    fn value(&self, name: &str) -> Value {
        let agents = |prefix| self.agents.get(name.strip_prefix(prefix)?);
        let own = self.own.get(name);
        let value = own.or_else(|| agents("TRAVIS_")).or_else(|| agents("CI_"));
        value.cloned().unwrap_or_default()
    }

    /// A text in which `$NAME` and `${NAME}` stand for values; one that is not known is empty.
    fn expand(&self, text: &str) -> Value {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            push(&mut parts, before);
            match variable(after) {
                Some((name, behind)) => {
                    extend(&mut parts, self.value(name));
                    rest = behind;
                }
                None => {
                    push(&mut parts, "$");
                    rest = after;
                }
            }
        }
        push(&mut parts, rest);
        parts
    }

    /// One word of a shell: nothing in single quotes is expanded, and a backslash keeps what follows.
    fn word(&self, word: &str) -> Value {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let after = &rest[first.len_utf8()..];
            rest = match first {
                '\'' => {
                    extend(&mut parts, self.expand(&std::mem::take(&mut plain)));
                    let (inside, behind) = after.split_once('\'').unwrap_or((after, ""));
                    push(&mut parts, inside);
                    behind
                }
                '\\' => {
                    extend(&mut parts, self.expand(&std::mem::take(&mut plain)));
                    let next = after.chars().next().map_or(0, char::len_utf8);
                    push(&mut parts, &after[..next]);
                    &after[next..]
                }
                '"' => after,
                other => {
                    plain.push(other);
                    after
                }
            };
        }
        extend(&mut parts, self.expand(&plain));
        parts
    }
}

/// The name of a variable behind its `$`, and what follows it.
fn variable(after: &str) -> Option<(&str, &str)> {
    let (begin, braces) = match after.strip_prefix('{') {
        Some(inside) => (inside, true),
        None => (after, false),
    };
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = begin.find(|c| !part(c)).unwrap_or(begin.len());
    let (name, behind) = begin.split_at(end);
    let good = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match (good, braces) {
        (false, _) => None,
        (true, false) => Some((name, behind)),
        (true, true) => Some((name, behind.strip_prefix('}')?)),
    }
}

fn literal(text: &str) -> Value {
    let mut parts = Vec::new();
    push(&mut parts, text);
    parts
}

/// A value can be put into the next one again and again: what is beyond any name that is shown stays
/// away, so that a few short variables do not become a long one.
const MOST_PARTS: usize = 1000;

fn push(parts: &mut Value, text: &str) {
    if text.is_empty() || parts.len() >= MOST_PARTS {
        return;
    }
    match parts.last_mut() {
        Some(Part::Text(last)) if last.len() >= 64 * 1024 => {}
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

fn extend(parts: &mut Value, more: Value) {
    for part in more {
        match part {
            Part::Text(text) => push(parts, &text),
            number if parts.len() < MOST_PARTS => parts.push(number),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use schema::plan::{Concurrency, Stage};
    use schema::source::Span;

    fn agents() -> Vec<(&'static str, String)> {
        vec![
            ("BRANCH", "main".to_owned()),
            ("TAG", String::new()),
            ("PULL_REQUEST", "false".to_owned()),
        ]
    }

    fn said(group: &str) -> Option<Concurrency> {
        Some(Concurrency {
            group: group.to_owned(),
            cancel: false,
        })
    }

    fn plain(name: &str, value: EnvValue) -> EnvVar {
        EnvVar::Plain {
            name: name.to_owned(),
            value,
            span: Span::default(),
        }
    }

    /// The key of the root, and that of a job with these variables.
    fn keys(group: &str, env: Vec<EnvVar>) -> [Option<String>; 2] {
        let job = plan::Job {
            number: 2,
            name: Some("Deploy".to_owned()),
            env,
            concurrency: said(group),
            ..plan::Job::default()
        };
        let plan = Plan {
            stages: vec![Stage {
                name: None,
                jobs: vec![job],
            }],
            concurrency: said(group),
            ..Plan::default()
        };
        let groups = Groups::of(&plan, "own", &agents());
        [groups.build.as_ref(), groups.jobs.get(&2)].map(|group| group?.key(70, 12))
    }

    #[test]
    fn variables_of_the_agent_are_put_in_and_unknown_ones_are_empty() {
        for (group, expected) in [
            ("deploy", Some("own:deploy")),
            ("deploy-$TRAVIS_BRANCH", Some("own:deploy-main")),
            ("${CI_BRANCH}/x", Some("own:main/x")),
            ("$TRAVIS_BRANCHES", None),
            ("$TRAVIS_TAG", None),
            (" a$NOBODY b ", Some("own:a b")),
            ("$5 ${A-b} $(x) $", Some("own:$5 ${A-b} $(x) $")),
            ("n$TRAVIS_BUILD_NUMBER/$CI_BUILD_ID", Some("own:n12/70")),
        ] {
            assert_eq!(keys(group, vec![])[0].as_deref(), expected, "{group}");
        }
    }

    #[test]
    fn a_jobs_public_variables_are_put_into_its_own_group_alone() {
        let env = || {
            vec![
                plain("STAGE", EnvValue::Literal("prod".to_owned())),
                plain(
                    "TO",
                    EnvValue::Shell("\"$STAGE-$TRAVIS_BRANCH\"'$x'\\$".to_owned()),
                ),
            ]
        };
        assert_eq!(
            keys("to $TO", env()).map(Option::unwrap),
            ["own:to", "own:to prod-main$x$"]
        );
        let [_, job] = keys("$TRAVIS_JOB_NUMBER $CI_JOB_NAME", env());
        assert_eq!(job.as_deref(), Some("own:12.2 Deploy"));
    }

    #[test]
    fn a_secret_is_never_put_in_nor_what_it_replaces() {
        let sealed = EnvVar::Secure {
            name: Some("KEY".to_owned()),
            sealed: "sec1.abc".to_owned(),
            path: "env".to_owned(),
            span: Span::default(),
        };
        let env = vec![plain("KEY", EnvValue::Literal("public".to_owned())), sealed];
        assert_eq!(keys("g-$KEY", env)[1].as_deref(), Some("own:g-"));
    }

    #[test]
    fn long_names_stay_short_and_different() {
        let long = |end: &str| keys(&format!("{}{end}", "ä".repeat(300)), vec![])[0].clone();
        let (one, two) = (long("1").unwrap(), long("2").unwrap());
        assert!(one != two && one.chars().count() < 130, "{one}");
    }

    #[test]
    fn a_name_is_shown_without_its_scope() {
        assert_eq!(shown("fork-12:a:b"), "a:b");
    }

    proptest! {
        /// Any text and any variables make a name that fits an index.
        #[test]
        fn any_text_makes_a_short_name(
            group in any::<String>(),
            env in proptest::collection::vec(("[A-C]", "[$A-C{}'\"\\\\ ]{0,12}", any::<bool>()), 0..20),
        ) {
            let env = env.into_iter().map(|(name, text, shell)| {
                let value = if shell { EnvValue::Shell(text) } else { EnvValue::Literal(text) };
                plain(&name, value)
            });
            for key in keys(&group, env.collect()).into_iter().flatten() {
                prop_assert!(key.starts_with("own:") && key.len() < 1000 && !key.contains('\0'));
            }
        }
    }
}
