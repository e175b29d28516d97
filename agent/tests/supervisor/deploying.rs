//! Deploy entries in a real shell (run-time reference §9, decision 24).

use crate::harness::{Test, command, id, job};
use agent::protocol::{Cause, CommandId, JobResult::*, Phase, Record, Warning};
use schema::plan::{Deploy, DeployOn, DeployValue};
use schema::request::PullRequest;
use schema::source::Span;

fn entry(script: &str) -> Deploy {
    Deploy {
        provider: "script".into(),
        options: vec![("script".into(), DeployValue::Text(script.into()))],
        on: DeployOn::default(),
        run: Vec::new(),
        allow_failure: false,
        span: Span::default(),
    }
}

fn on(script: &str, change: fn(&mut DeployOn)) -> Deploy {
    let mut entry = entry(script);
    change(&mut entry.on);
    entry
}

fn passing() -> Test {
    job(["true"])
}

fn at(phase: Phase, entry: u32, number: u32) -> CommandId {
    CommandId {
        entry: Some(entry),
        ..id(phase, number)
    }
}

#[test]
fn an_entry_runs_with_its_hooks_in_the_shell_of_the_job() {
    let mut with_run = entry("echo \"deploying $VERSION\"");
    with_run.run = vec![command("echo running")];
    let ran = passing()
        .phase(|p| &mut p.before_install, ["VERSION=7"])
        .phase(|p| &mut p.before_deploy, ["echo before"])
        .phase(|p| &mut p.after_deploy, ["echo after"])
        .phase(|p| &mut p.after_success, ["echo success"])
        .phase(|p| &mut p.after_script, ["echo last"])
        .deploy(with_run)
        .deploy(entry("echo second"))
        .run();
    let words: Vec<&str> = ran
        .log
        .lines()
        .filter(|line| !line.starts_with(['$', 'T']))
        .collect();
    let expected = "success before deploying 7 running after before second after last";
    assert_eq!(words[..words.len() - 2].join(" "), expected);
    ran.result(Passed);
    assert!(ran.raw.contains("travis_fold:start:dpl_0\r"));
    assert!(ran.raw.contains("travis_fold:start:dpl_1\r"));
    assert!(ran.raw.contains("travis_fold:start:before_deploy\r"));
}

#[test]
fn a_failed_script_deploys_nothing_and_says_nothing_of_it() {
    job(["false"])
        .deploy(on("echo never", |on| on.branches = vec!["other".into()]))
        .run()
        .result(Failed)
        .says_not("deployment")
        .says_not("never");
}

#[test]
fn each_violated_condition_gets_its_line() {
    let ran = passing()
        .deploy(on("echo never", |on| {
            on.repo = Some("other/repo".into());
            on.branches = vec!["release/*".into()];
            on.tags = Some(true);
            on.runtime = vec![("python".into(), "3.8".into())];
            on.conditions = vec!["1 = 1".into(), "$A = b".into(), "-d /nonexistent".into()];
        }))
        .run();
    let lines: Vec<&str> = ran
        .log
        .lines()
        .filter_map(|line| {
            line.strip_prefix("Skipping a deployment with the script provider because ")
        })
        .collect();
    assert_eq!(
        lines,
        [
            "this repo's name does not match one specified in .ci.yml's deploy.on.repo: other/repo",
            "this is not a tagged commit",
            "this is not on the required runtime",
            "a custom condition was not met: $A = b",
            "a custom condition was not met: -d /nonexistent",
        ]
    );
    ran.result(Passed).says_not("never");
    let skipped = Record::EntrySkipped { entry: 0 };
    assert_eq!(ran.records.iter().filter(|r| **r == skipped).count(), 1);
}

#[test]
fn the_default_branch_is_the_repositorys() {
    passing()
        .deploy(entry("echo went out"))
        .run()
        .says("\nwent out\n");
    let mut other = passing().deploy(entry("echo never"));
    other.request.branch = "feature".into();
    other
        .run()
        .result(Passed)
        .says("because this branch is not permitted: feature\n")
        .says_not("never");
}

#[test]
fn branches_are_patterns_and_can_be_all() {
    let mut test = passing()
        .deploy(on("echo one", |on| {
            on.branches = vec!["x".into(), "release/*".into()];
        }))
        .deploy(on("echo two", |on| on.all_branches = true));
    test.request.branch = "release/1".into();
    test.run().says("\none\n").says("\ntwo\n");
}

#[test]
fn tags_drop_the_test_of_the_branch_and_no_tags_keep_it() {
    let mut tagged = passing()
        .deploy(on("echo \"tag $TRAVIS_TAG\"", |on| on.tags = Some(true)))
        .deploy(on("echo never", |on| {
            on.tags = Some(false);
            on.all_branches = true;
        }));
    tagged.request.tag = Some("v1".into());
    tagged.request.branch = "v1".into();
    tagged
        .run()
        .says("\ntag v1\n")
        .says("because this is a tagged commit\n")
        .says_not("never");
}

#[test]
fn pull_requests_never_deploy() {
    let mut test = passing().deploy(on("echo never", |on| on.conditions = vec!["a = b".into()]));
    test.request.pull_request = Some(PullRequest::default());
    test.run()
        .result(Passed)
        .says("because the current build is a pull request.\n")
        .says_not("never")
        .says_not("custom condition");
}

#[test]
fn a_condition_needs_bash() {
    let mut test = passing().deploy(on("echo never", |on| on.conditions = vec!["a = a".into()]));
    test.has_bash = false;
    test.run()
        .says("because its condition needs bash")
        .says_not("never");
}

#[test]
fn a_failed_deployment_is_errored_and_after_script_runs() {
    for (text, status) in [("(exit 4)", 4), ("exit 5", 5), ("set -e; false; true", 1)] {
        let ran = passing()
            .phase(|p| &mut p.after_deploy, ["echo never"])
            .phase(|p| &mut p.after_failure, ["echo never"])
            .phase(|p| &mut p.after_script, ["echo last"])
            .deploy(entry(text))
            .deploy(entry("echo never"))
            .run();
        ran.result(Errored)
            .says("failed to deploy\n")
            .says("\nlast\n")
            .says("Done. Your build exited with 2.\n")
            .says_not("never")
            .because(&Cause::DeployFailed {
                command: at(Phase::Deploy, 0, 1),
                status,
            });
    }
}

#[test]
fn a_failing_before_deploy_fails_the_deployment() {
    passing()
        .phase(|p| &mut p.before_deploy, ["false"])
        .phase(|p| &mut p.after_script, ["echo last"])
        .deploy(entry("echo never"))
        .run()
        .result(Errored)
        .says("The command \"false\" failed and exited with 1 during before_deploy (command 1).\nfailed to deploy\n")
        .says("\nlast\n")
        .says_not("never");
}

#[test]
fn a_failure_may_be_allowed() {
    let mut allowed = entry("exit 3");
    allowed.allow_failure = true;
    passing()
        .deploy(allowed)
        .deploy(entry("echo second"))
        .run()
        .result(Passed)
        .says("failed to deploy (allowed to fail)\n")
        .says("\nsecond\n")
        .warns(&[Warning::CommandFailed {
            command: at(Phase::Deploy, 0, 1),
            status: 3,
        }]);
}

#[test]
fn exit_0_in_a_deployment_is_fine_and_before_it_ends_the_entry() {
    passing()
        .phase(|p| &mut p.after_deploy, ["echo after"])
        .deploy(entry("exit 0"))
        .run()
        .result(Passed)
        .says("\nafter\n")
        .warns(&[]);
    passing()
        .phase(|p| &mut p.before_deploy, ["exit 0"])
        .phase(|p| &mut p.after_script, ["echo last"])
        .deploy(entry("echo never"))
        .run()
        .result(Passed)
        .says("this deployment does not run")
        .says("\nlast\n")
        .says_not("never");
}

#[test]
fn errexit_is_off_while_deploying_and_on_again_after() {
    passing()
        .phase(|p| &mut p.before_install, ["set -e"])
        .phase(
            |p| &mut p.after_script,
            ["case $- in *e*) echo on again ;; esac"],
        )
        .deploy(entry("false; echo went on"))
        .run()
        .result(Passed)
        .says("\nwent on\n")
        .says("\non again\n");
}

#[test]
fn entries_are_only_listed_where_nobody_asked_for_them() {
    passing()
        .phase(|p| &mut p.before_deploy, ["echo never"])
        .deploy(entry("make publish"))
        .deploy(on("echo never", |on| on.conditions = vec!["a = b".into()]))
        .listed("run with --deploy to do it")
        .run()
        .result(Passed)
        .says("Not deploying with the script provider (`make publish`): run with --deploy to do it.\n")
        .says("a custom condition was not met: a = b\n")
        .says_not("never");
}

#[test]
fn a_provider_that_is_not_there_yet_is_named() {
    let mut pages = entry("x");
    pages.provider = "pages".into();
    passing()
        .deploy(pages)
        .run()
        .result(Errored)
        .says("The deploy provider pages is not available yet.")
        .says("failed to deploy\n");
}
