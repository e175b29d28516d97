//! One shell a job: what persists, and what each odd command does (run-time reference §1.6,
//! decision 18).

use crate::harness::job;
use agent::protocol::{JobResult::*, Phase};

#[test]
fn directory_variables_functions_and_options_persist_over_phases() {
    job([
        "test \"$FOO\" = bar",
        "test \"$(basename \"$PWD\")\" = sub",
        "test \"$plain\" = kept",
        "greet",
        "hi",
        "shopt -q nullglob",
        "test \"$(umask)\" = 0027",
    ])
    .phase(
        |p| &mut p.before_install,
        [
            "export FOO=bar",
            "plain=kept",
            "mkdir sub",
            "cd sub",
            "umask 027",
        ],
    )
    .phase(
        |p| &mut p.before_script,
        [
            "greet() { echo hello from a function; }",
            "shopt -s expand_aliases nullglob; alias hi='echo aliased'",
        ],
    )
    .run()
    .result(Passed)
    .says("hello from a function\n")
    .says("aliased\n");
}

#[test]
fn declare_and_names_of_any_kind_behave_as_typed() {
    job([
        "declare -x D=1; declare -A map=([a]=b)",
        "result=5 cmd=a event=b output=c display=d timing=e retry=f assert=g secure=h",
        "test \"$D${map[a]}$result$cmd$event$output$display$timing$retry$assert$secure\" = 1b5abcdefgh",
        "sh -c 'test \"$D\" = 1'",
        "set -- x y",
        "test \"$2\" = y",
    ])
    .run()
    .result(Passed);
}

#[test]
fn the_status_of_the_command_before_can_be_read() {
    let ran = job(["(exit 42)", "echo \"was $?\"", "echo \"now $?\""]).run();
    ran.says("was 42\n").says("now 0\n");
}

#[test]
fn return_ends_the_command_only() {
    let ran = job(["echo a; return 4; echo b", "echo c"]).run();
    ran.result(Failed).says("c\n").says_not("\nb\n");
    assert_eq!(ran.statuses(Phase::Script), [4, 0]);
}

#[test]
fn of_several_lines_the_last_one_counts() {
    let ran = job(["false\necho x\n", "echo x\nfalse\n"]).run();
    assert_eq!(ran.statuses(Phase::Script), [0, 1]);
}

#[test]
fn pipes_and_exports_hide_failures_as_in_any_shell() {
    let ran = job([
        "false | true",
        "export Z=$(false)",
        "set -o pipefail",
        "false | true",
    ])
    .run();
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 0, 1]);
}

#[test]
fn bad_syntax_is_status_2_of_that_command() {
    let ran = job([
        "if true; then",
        "echo \"unclosed",
        "echo still here",
        "esac",
    ])
    .run();
    ran.result(Failed).says("still here\n");
    assert_eq!(ran.statuses(Phase::Script), [2, 2, 0, 2]);
}

#[test]
fn a_heredoc_in_one_line_of_yaml_works() {
    job(["cat <<EOF\nhello\nEOF"])
        .run()
        .result(Passed)
        .says("\nhello\n")
        .says_not("warning");
}

#[test]
fn a_line_continued_at_its_end_takes_nothing_of_ours() {
    let ran = job(["echo a \\", "echo b"]).run();
    ran.result(Passed).says("\na\n").says("\nb\n");
}

#[test]
fn comments_and_nothing_are_fine() {
    let ran = job(["# a comment", "", ":"]).run();
    ran.result(Passed).says("$ # a comment\n");
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 0]);
}

#[test]
fn a_failed_cd_stays_where_it_was() {
    let ran = job(["cd /nonexistent", "test \"$(basename \"$PWD\")\" = tree"]).run();
    assert_eq!(ran.statuses(Phase::Script), [1, 0]);
}

#[test]
fn break_outside_of_a_loop_does_no_harm() {
    let ran = job(["break", "continue", "echo fine"]).run();
    ran.says("fine\n");
    assert_eq!(ran.statuses(Phase::Script)[2], 0);
}

#[test]
fn background_jobs_live_through_phases() {
    let ran = job(["kill $SERVER; wait $SERVER", "echo \"ended with $?\""])
        .phase(|p| &mut p.before_script, ["sleep 100 &\nSERVER=$!"])
        .run();
    ran.says("ended with 143\n");
}

#[test]
fn a_command_sees_a_terminal() {
    job([
        "test -t 0 && test -t 1 && test -t 2",
        "tty",
        "test \"$(stty size)\" = '24 80'",
        "echo $TERM",
    ])
    .run()
    .result(Passed)
    .says("\nxterm\n");
}

#[test]
fn redirections_of_the_whole_shell_do_not_hide_reports() {
    let ran = job(["exec > file 2>&1", "echo into the file", "false"]).run();
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 1]);
    let file = std::fs::read_to_string(ran.tree().join("file")).unwrap();
    assert!(file.contains("into the file"));
}

#[test]
fn tracing_shows_little_of_ours() {
    // What stands before a traced command is PS4, which bash takes from nobody as root.
    let ran = job(["PS4=+; set -x", "true", "set +x"]).run();
    ran.result(Passed).says("++true\n").says_not("ci__report");
}

#[test]
fn unset_variables_may_be_errors() {
    let ran = job(["set -u", "true", "false", "echo fine"]).run();
    ran.says("fine\n");
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 1, 0]);
}

#[test]
fn errors_of_the_shell_name_phase_and_command() {
    job(["true", "nosuchcommand"])
        .run()
        .says("cmd/script.2: line 1: nosuchcommand");
}

#[test]
fn a_message_names_the_line_of_the_config() {
    use schema::plan::Command;
    use schema::source::Span;
    let mut test = job(["true"]);
    let command = Command {
        text: "false".into(),
        span: Span::new(8, 12),
    };
    test.job.phases.install = schema::plan::Phase::Commands(vec![command]);
    test.run()
        .says("The command \"false\" failed and exited with 1 during install (command 1, .ci.yml line 1).");
}

#[test]
fn variables_of_the_container_reach_the_job() {
    job(["test \"$CONTAINER\" = yes", "test -z \"${CI_RUN_DIR-}\""])
        .run()
        .result(Passed);
}
