//! The script of a planned job, as snapshots: every word of shell that the agent writes.

use agent::protocol::{Failure, Script, Step};
use agent::runner::facts::{BuildFacts, Facts};
use agent::runner::script::{
    self, Checkout, Deploys, FromSettings, Given, Note, Opened, Options, Secrets, Submodules,
    Withheld,
};
use agent::secrets::Plaintext;
use schema::plan::{
    Addons, Apt, AptSource, Command, Deploy, DeployOn, DeployValue, EnvValue, EnvVar, Job,
    KnownHost, Phase, Phases,
};
use schema::request::{Event, PullRequest, Request};
use schema::source::{Source, Span};
use std::fmt::Write;

const CONFIG: &str =
    "install: npm ci\nscript:\n  - npm test\n  - |\n    if true; then\n      echo\n    fi\n";

fn command(text: &str) -> Command {
    let start = CONFIG.find(text.lines().next().unwrap_or("none"));
    let span = start.map_or(Span::default(), |start| Span::new(start, start + 1));
    Command {
        text: text.to_owned(),
        span,
    }
}

fn commands(texts: &[&str]) -> Phase {
    Phase::Commands(texts.iter().map(|text| command(text)).collect())
}

fn job() -> Job {
    let span = Span::default();
    let plain = |name: &str, value| EnvVar::Plain {
        name: name.to_owned(),
        value,
        span,
    };
    Job {
        number: 2,
        language: "node_js".into(),
        os: "linux".into(),
        versions: vec![("node_js".into(), "12".into())],
        env: vec![
            plain("A", EnvValue::Shell("\"x $HOME\"".into())),
            EnvVar::Secure {
                name: None,
                sealed: "sec1.k.b".into(),
                path: "env.global[1].secure".into(),
                span,
            },
            plain("B", EnvValue::Literal("two words".into())),
        ],
        phases: Phases {
            before_install: Phase::Skip,
            install: commands(&["npm ci"]),
            script: commands(&["npm test", "if true; then\n  echo\nfi\n"]),
            after_success: commands(&["coveralls"]),
            before_deploy: commands(&["make dist"]),
            after_script: commands(&["uptime", "df"]),
            ..Phases::default()
        },
        deploy: vec![
            Deploy {
                provider: "script".into(),
                options: vec![(
                    "script".into(),
                    DeployValue::Text("bash deploy.sh $TRAVIS_TAG".into()),
                )],
                on: DeployOn {
                    conditions: vec!["$A = b".into()],
                    ..DeployOn::default()
                },
                run: vec![command("echo done")],
                allow_failure: true,
                span,
            },
            Deploy {
                provider: "pages".into(),
                options: Vec::new(),
                on: DeployOn {
                    tags: Some(true),
                    ..DeployOn::default()
                },
                run: Vec::new(),
                allow_failure: false,
                span,
            },
        ],
        ..Job::default()
    }
}

fn build(job: &Job, request: &Request, secrets: &Secrets, options: &Options) -> Script {
    let sources = [Source::new(".ci.yml", CONFIG)];
    let facts = Facts {
        request,
        sources: &sources,
        build: BuildFacts {
            id: "9".into(),
            number: 4,
            url: "https://ci.example/o/r/builds/9".into(),
        },
        job_id: "11".into(),
        job_url: "https://ci.example/o/r/jobs/11".into(),
        restarted: None,
        directory: "/home/travis/build/o/r".into(),
        home: "/home/travis".into(),
        user: "travis".into(),
        dist: Some("bookworm".into()),
        arch: "amd64".into(),
        has_bash: true,
        travis: false,
    };
    script::build(job, &facts, secrets, options)
}

fn push() -> Request {
    Request {
        slug: "o/r".into(),
        default_branch: "main".into(),
        branch: "main".into(),
        sha: "0123456789abcdef0123456789abcdef01234567".into(),
        commit_message: "Fix it".into(),
        ..Request::default()
    }
}

fn opened() -> Secrets {
    let opened = Opened {
        name: Some("TOKEN".into()),
        value: Plaintext::new(b"hunter2".to_vec()),
    };
    Secrets::Opened([("env.global[1].secure".to_owned(), opened)].into())
}

/// Everything but the preamble, a line a thing.
fn dump(script: &Script) -> String {
    let mut out = format!("in {}\n", script.directory);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).escape_debug().to_string();
    for (name, value) in &script.env {
        let _ = writeln!(out, "env {}={}", text(name), text(value));
    }
    for step in &script.steps {
        let _ = match step {
            Step::Phase(start) => writeln!(
                out,
                "\n{} entry {:?} when {:?}",
                start.phase.name(),
                start.entry,
                start.when
            ),
            Step::Text(bytes) => writeln!(out, "text {}", text(bytes)),
            Step::SkipEntry(bytes) => writeln!(out, "skip entry: {}", text(bytes)),
            Step::Command(command) => {
                let failure = match &command.failure {
                    Failure::SkipEntry(bytes) => format!("skip entry: {}", text(bytes)),
                    failure => format!("{failure:?}"),
                };
                writeln!(
                    out,
                    "run {:?}\n    label {:?} at {:?} fold {:?}\n    echo {}\n    on failure {failure}",
                    command.text,
                    command.label,
                    command.place,
                    command.fold,
                    text(&command.echo)
                )
            }
        };
    }
    out
}

#[test]
fn a_push_that_deploys() {
    let options = Options {
        intro: vec![
            Note::checkout("Checked out 0123456 of o/r from the agent's mirror."),
            Note::open("A line to be noticed."),
        ],
        given: [("FROM_A_FILE", true), ("TYPED", false)]
            .map(|(name, hidden)| Given {
                name: name.into(),
                value: Plaintext::new(b"by $HAND".to_vec()),
                hidden,
            })
            .into(),
        ..Options::default()
    };
    insta::assert_snapshot!(dump(&build(&job(), &push(), &opened(), &options)));
}

#[test]
fn a_pull_request_from_a_fork() {
    let request = Request {
        event: Event::PullRequest,
        pull_request: Some(PullRequest {
            number: 12,
            head_branch: "feat".into(),
            head_sha: "fedc".into(),
            head_slug: "fork/r".into(),
            base_sha: "abcd".into(),
            draft: false,
        }),
        ..push()
    };
    let secrets = Secrets::Withheld(Withheld::Untrusted);
    let script = build(&job(), &request, &secrets, &Options::default());
    let steps = dump(&script);
    let steps = &steps[steps.find("\nenv entry").unwrap()..];
    insta::assert_snapshot!(steps);
}

#[test]
fn addons_and_what_a_job_fetches_for_its_tree() {
    let mut job = Job {
        language: "generic".into(),
        addons: Addons {
            apt: Apt {
                packages: vec!["libxml2-dev".into(), "cmake=3.*".into()],
                sources: vec![
                    AptSource::Ppa("ppa:git-core/ppa".into()),
                    AptSource::Line {
                        line: "deb [arch=amd64] https://e.org/apt stable main".into(),
                        key: Some("https://e.org/key?a&b".into()),
                    },
                    AptSource::Unknown("what's this".into()),
                ],
                retries: true,
                ..Apt::default()
            },
            chrome: Some("beta".into()),
            firefox: Some("128.0".into()),
            ssh_known_hosts: vec![KnownHost {
                name: "e.org".into(),
                port: Some(6022),
            }],
            ..Addons::default()
        },
        ..Job::default()
    };
    job.git.autocrlf = Some("input".into());
    job.git.symlinks = Some(false);
    job.git.submodules_depth = Some(5);
    let options = Options {
        checkout: Checkout {
            submodules: Submodules::Some(vec!["lib".into(), "a'b; id".into()]),
            pointers: 2,
            instead: vec![("https://e.org/".into(), "git@e.org:".into())],
        },
        ..Options::default()
    };
    let script = build(&job, &push(), &Secrets::none(), &options);
    assert!(script.preamble.contains("ci__apt_packages()"));
    let steps = dump(&script);
    let steps = &steps[steps.find("\naddons entry").unwrap()..];
    insta::assert_snapshot!(steps);
}

#[test]
fn deployments_that_nobody_asked_for() {
    let options = Options {
        deploys: Deploys::Listed("run with --deploy to do it".into()),
        ..Options::default()
    };
    let script = build(&job(), &push(), &opened(), &options);
    let steps = dump(&script);
    let steps = &steps[steps.find("\nbefore_deploy entry").unwrap()..];
    insta::assert_snapshot!(steps);
}

#[test]
fn limits_can_only_be_lowered_by_a_job() {
    let mut job = job();
    job.timeout = Some(60);
    job.silence_timeout = Some(1_000_000);
    let script = build(&job, &push(), &opened(), &Options::default());
    assert_eq!(script.limits.hard.as_secs(), 60);
    assert_eq!(script.limits.silence.as_secs(), 600);
}

/// The part that sets variables of the settings, the config and the command line.
fn variables(secrets: &Secrets, settings: FromSettings) -> (String, String) {
    let options = Options {
        settings,
        ..Options::default()
    };
    let script = build(&job(), &push(), secrets, &options);
    let secure = script
        .env
        .iter()
        .find(|(name, _)| name == b"TRAVIS_SECURE_ENV_VARS");
    let secure = String::from_utf8(secure.unwrap().1.clone()).unwrap();
    let steps = dump(&script);
    let steps = &steps[steps.find("\nenv entry").unwrap()..];
    let end = steps.find("\nbefore_install entry").unwrap();
    (steps[..end].to_owned(), secure)
}

#[test]
fn variables_of_the_settings_come_before_those_of_the_config() {
    let settings = FromSettings {
        given: [("COLOUR", false), ("PASSWORD", true)]
            .map(|(name, hidden)| Given {
                name: name.into(),
                value: Plaintext::new(b"it's $HOME `id`".to_vec()),
                hidden,
            })
            .into(),
        kept: None,
    };
    let (steps, secure) = variables(&opened(), settings.clone());
    insta::assert_snapshot!(steps);
    assert_eq!(secure, "true");
    // One secret variable of the settings is enough.
    assert_eq!(variables(&Secrets::none(), settings).1, "true");
    assert_eq!(
        variables(&Secrets::none(), FromSettings::default()).1,
        "false"
    );
}

#[test]
fn what_is_kept_of_the_config_and_of_the_settings_is_told_once() {
    let kept = |why, count| FromSettings {
        given: Vec::new(),
        kept: Some((why, count)),
    };
    let untrusted = Secrets::Withheld(Withheld::Untrusted);
    let (steps, secure) = variables(&untrusted, kept(Withheld::Untrusted, 1));
    insta::assert_snapshot!(steps);
    assert_eq!(secure, "false");
    let closed = Secrets::Withheld(Withheld::Closed);
    let (steps, _) = variables(&closed, kept(Withheld::Closed, 2));
    assert!(
        steps.contains("3 encrypted environment variables stay closed"),
        "{steps}"
    );
    // Nothing of the config is closed, and still the settings have something.
    let (steps, _) = variables(&Secrets::none(), kept(Withheld::Closed, 1));
    assert!(
        steps.contains("1 encrypted environment variable stays closed"),
        "{steps}"
    );
}
