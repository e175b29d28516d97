//! The variables that every job gets (run-time reference §2, decision 12). Pure.

use super::facts::Facts;
use schema::languages;
use schema::plan::Job;
use schema::request::Request;

/// The most of a commit message that goes into a variable, in bytes: a process can't take more
/// than 128 KiB in one, and this one is given twice.
const MESSAGE_LIMIT: usize = 64 * 1024;

/// The variables of a job, in the order they are set. All are set, if only to nothing.
///
/// `secure` tells whether the job has at least one secret variable.
#[must_use]
pub fn builtin(job: &Job, facts: &Facts<'_>, secure: bool) -> Vec<(String, String)> {
    let mut env: Vec<(String, String)> = Vec::new();
    let mut set = |name: &str, value: &str| {
        // No variable can hold a NUL.
        env.push((name.to_owned(), value.replace('\0', "")));
    };
    for name in [
        "CI",
        "CONTINUOUS_INTEGRATION",
        "HAS_JOSH_K_SEAL_OF_APPROVAL",
    ] {
        set(name, "true");
    }
    if facts.travis {
        set("TRAVIS", "true");
    }
    set("PAGER", "cat");
    set("DEBIAN_FRONTEND", "noninteractive");
    set("PS4", "+");
    set("GIT_ASKPASS", "echo");
    set("BUILDKIT_PROGRESS", "plain");
    if job.git.lfs_skip_smudge {
        set("GIT_LFS_SKIP_SMUDGE", "1");
    }
    set("HOME", &facts.home);
    set("USER", &facts.user);
    let named = of_event(facts.request)
        .into_iter()
        .chain(of_job(job, facts, secure));
    for (name, value) in named {
        set(&format!("TRAVIS_{name}"), &value);
        set(&format!("CI_{name}"), &value);
    }
    for (key, value) in &job.versions {
        if let Some(name) = languages::variable(key) {
            set(&format!("TRAVIS_{name}"), value);
            set(&format!("CI_{name}"), value);
        }
    }
    let mariadb = job.services.iter().find(|one| one.name == "mariadb");
    if let Some(version) = mariadb.and_then(|service| service.version.as_deref()) {
        set("TRAVIS_MARIADB_VERSION", version);
        set("CI_MARIADB_VERSION", version);
    }
    env
}

/// What the event decides (§2.2, first table), without `TRAVIS_` or `CI_`. Not being a pull request is
/// the text `false`.
#[must_use]
pub fn of_event(request: &Request) -> Vec<(&'static str, String)> {
    let pull = request.pull_request.as_ref();
    let of_pull =
        |field: fn(&schema::request::PullRequest) -> String| pull.map(field).unwrap_or_default();
    vec![
        ("EVENT_TYPE", request.event.as_str().to_owned()),
        ("BRANCH", request.branch.clone()),
        ("TAG", request.tag.clone().unwrap_or_default()),
        ("COMMIT", request.sha.clone()),
        ("COMMIT_MESSAGE", shorten(&request.commit_message)),
        ("COMMIT_RANGE", request.commit_range.clone()),
        (
            "PULL_REQUEST",
            pull.map_or_else(|| "false".to_owned(), |pull| pull.number.to_string()),
        ),
        (
            "PULL_REQUEST_BRANCH",
            of_pull(|pull| pull.head_branch.clone()),
        ),
        ("PULL_REQUEST_SHA", of_pull(|pull| pull.head_sha.clone())),
        ("PULL_REQUEST_SLUG", of_pull(|pull| pull.head_slug.clone())),
        (
            "PULL_REQUEST_IS_DRAFT",
            of_pull(|pull| pull.draft.to_string()),
        ),
        ("REPO_SLUG", request.slug.clone()),
        ("REPO_PRIVATE", request.private.to_string()),
    ]
}

/// What the job decides (§2.2, second table).
fn of_job(job: &Job, facts: &Facts<'_>, secure: bool) -> Vec<(&'static str, String)> {
    let build = &facts.build;
    vec![
        ("SECURE_ENV_VARS", secure.to_string()),
        ("ALLOW_FAILURE", job.allow_failure.to_string()),
        ("BUILD_ID", build.id.clone()),
        ("BUILD_NUMBER", build.number.to_string()),
        ("BUILD_WEB_URL", build.url.clone()),
        ("BUILD_DIR", facts.directory.clone()),
        (
            "BUILD_STAGE_NAME",
            job.stage.as_deref().map(stage_name).unwrap_or_default(),
        ),
        ("JOB_ID", facts.job_id.clone()),
        ("JOB_NUMBER", format!("{}.{}", build.number, job.number)),
        ("JOB_NAME", job.name.clone().unwrap_or_default()),
        ("JOB_WEB_URL", facts.job_url.clone()),
        ("JOB_RESTARTED", facts.restarted.is_some().to_string()),
        (
            "JOB_RESTARTED_BY",
            facts.restarted.clone().unwrap_or_default(),
        ),
        ("LANGUAGE", job.language.clone()),
        ("OS_NAME", job.os.clone()),
        (
            "DIST",
            facts.dist.clone().unwrap_or_else(|| "notset".to_owned()),
        ),
        ("CPU_ARCH", facts.arch.clone()),
        ("ARCH", facts.arch.clone()),
        ("OSX_IMAGE", String::new()),
        ("SUDO", "true".to_owned()),
        ("INIT", String::new()),
        ("INFRA", String::new()),
        ("HOME", facts.home.clone()),
        ("ROOT", "/".to_owned()),
        ("TMPDIR", "/tmp".to_owned()),
        ("TEST_RESULT", String::new()),
        ("CMD", String::new()),
    ]
}

/// First letter upper case, the rest lower case, as the reference shows stages to scripts.
fn stage_name(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    first
        .into_iter()
        .flatten()
        .chain(letters.flat_map(char::to_lowercase))
        .collect()
}

fn shorten(message: &str) -> String {
    let mut end = message.len().min(MESSAGE_LIMIT);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::facts::BuildFacts;
    use schema::request::{Event, PullRequest, Request};
    use std::collections::BTreeMap;

    fn env(request: &Request, job: &Job) -> BTreeMap<String, String> {
        let facts = Facts {
            request,
            sources: &[],
            build: BuildFacts {
                id: "77".into(),
                number: 12,
                url: "https://ci/builds/77".into(),
            },
            job_id: "78".into(),
            job_url: String::new(),
            restarted: None,
            directory: "/home/travis/build/o/r".into(),
            home: "/home/travis".into(),
            user: "travis".into(),
            dist: Some("jammy".into()),
            arch: "amd64".into(),
            has_bash: true,
            travis: true,
        };
        builtin(job, &facts, true).into_iter().collect()
    }

    fn push() -> Request {
        Request {
            slug: "o/r".into(),
            branch: "main".into(),
            sha: "abc".into(),
            commit_message: "a\nb".into(),
            commit_range: "aa...bb".into(),
            ..Request::default()
        }
    }

    #[test]
    fn a_push_has_every_variable_under_both_names() {
        let job = Job {
            number: 3,
            stage: Some("Test - LIBRARIES".into()),
            versions: vec![("python".into(), "3.10".into())],
            ..Job::default()
        };
        let env = env(&push(), &job);
        for (name, value) in [
            ("EVENT_TYPE", "push"),
            ("BRANCH", "main"),
            ("TAG", ""),
            ("PULL_REQUEST", "false"),
            ("PULL_REQUEST_SHA", ""),
            ("COMMIT_MESSAGE", "a\nb"),
            ("COMMIT_RANGE", "aa...bb"),
            ("JOB_NUMBER", "12.3"),
            ("BUILD_DIR", "/home/travis/build/o/r"),
            ("BUILD_STAGE_NAME", "Test - libraries"),
            ("SECURE_ENV_VARS", "true"),
            ("PYTHON_VERSION", "3.10"),
            ("TEST_RESULT", ""),
        ] {
            assert_eq!(env[&format!("TRAVIS_{name}")], value, "{name}");
            assert_eq!(env[&format!("CI_{name}")], value, "{name}");
        }
        assert_eq!(env["TRAVIS"], "true");
        assert_eq!(env["CI"], "true");
    }

    #[test]
    fn a_pull_request_names_both_sides() {
        let request = Request {
            event: Event::PullRequest,
            pull_request: Some(PullRequest {
                number: 12,
                head_branch: "feat".into(),
                head_sha: "def".into(),
                head_slug: "fork/r".into(),
                base_sha: "abc".into(),
                draft: true,
            }),
            ..push()
        };
        let env = env(&request, &Job::default());
        assert_eq!(env["TRAVIS_EVENT_TYPE"], "pull_request");
        assert_eq!(env["TRAVIS_PULL_REQUEST"], "12");
        assert_eq!(env["TRAVIS_PULL_REQUEST_BRANCH"], "feat");
        assert_eq!(env["TRAVIS_PULL_REQUEST_SLUG"], "fork/r");
        assert_eq!(env["TRAVIS_PULL_REQUEST_IS_DRAFT"], "true");
        assert_eq!(env["TRAVIS_BRANCH"], "main");
    }

    #[test]
    fn a_tag_is_branch_and_tag_and_a_cron_says_so() {
        let tag = Request {
            branch: "v1.0".into(),
            tag: Some("v1.0".into()),
            ..push()
        };
        let tagged = env(&tag, &Job::default());
        assert_eq!(tagged["TRAVIS_TAG"], "v1.0");
        assert_eq!(tagged["TRAVIS_BRANCH"], "v1.0");
        assert_eq!(tagged["TRAVIS_EVENT_TYPE"], "push");
        let cron = Request {
            event: Event::Cron,
            ..push()
        };
        assert_eq!(env(&cron, &Job::default())["CI_EVENT_TYPE"], "cron");
    }

    #[test]
    fn a_message_without_end_is_cut_at_a_character() {
        let request = Request {
            commit_message: "ä".repeat(MESSAGE_LIMIT),
            ..push()
        };
        let env = env(&request, &Job::default());
        assert_eq!(env["CI_COMMIT_MESSAGE"].len(), MESSAGE_LIMIT);
    }
}
