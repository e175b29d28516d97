//! One shell a job and its edges (run-time reference §1.6 with decisions 18 to 21), each row as a
//! job in a container.

use crate::world::World;

const ROWS: &str = r##"
language: generic
after_failure: "echo after failure: $TRAVIS_TEST_RESULT"
after_script: "echo after script"
jobs:
  include:
    - name: exit 0 in before_install
      before_install: exit 0
      script: echo never
    - name: exit 3 in script
      script: [exit 3, echo never]
    - name: set -e and 1
      script: [set -e, export KEPT=yes, "false", echo never]
      after_failure: "echo kept $KEPT"
    - name: set -e and 7
      install: set -e
      script: [(exit 7), echo never]
    - name: set -e and exit
      script: [set -e, exit 5, echo never]
    - name: return ends a command
      script: [return 4, echo go on]
    - name: a block counts by its last line
      script: |
        false
        echo x
    - name: pipes and exports
      script:
        - false | true
        - export Z=$(false)
    - name: variables stay
      script:
        - X=1; declare -x D=2
        - result=3 cmd=4 event=5 output=6 display=7 timing=8 retry=9 assert=10 secure=11
        - echo "all $X $D $result $cmd $event $output $display $timing $retry $assert $secure"
    - name: the status before
      script:
        - echo "first $?"
        - (exit 7)
        - echo "then $?"
        - echo "again $?"
    - name: here document
      script: "cat <<EOF\nin it\nEOF"
    - name: bad syntax
      script: ["if true; then", echo go on]
    - name: comment and nothing
      script: ["# a comment", ""]
    - name: cd to nowhere
      script: [cd /nonexistent, test "$PWD" = "$TRAVIS_BUILD_DIR"]
    - name: phases share the shell
      before_install:
        - export FOO=bar; PLAIN=x; cd sub; umask 027; shopt -s expand_aliases
        - alias hi='echo hello'; f() { echo "function $1"; }
        - sleep 1000 & BACKGROUND=$!
        - trap 'echo the trap' USR1
      script:
        - test "$FOO$PLAIN" = barx && test "$(basename $PWD)" = sub && test "$(umask)" = 0027
        - hi; f one
        - kill -0 $BACKGROUND
        - kill -USR1 $$
    - name: results are kept outside
      script: "true"
      after_success: [export TRAVIS_TEST_RESULT=1, "false"]
      after_script: exit 1
    - name: terminate keeps its number
      script: [set -e, travis_terminate 3]
    - name: terminate with success
      before_script: travis_terminate 0
      script: "false"
"##;

#[test]
fn every_row_of_the_reference_ends_as_it_says() {
    let world = World::of(ROWS);
    std::fs::create_dir(world.checkout.path().join("sub")).unwrap();
    world.checkout.write("sub/file", "");
    let build = world.run(&["--jobs", "4"]);
    build.expect_exit(1).expect_nothing_of("never\n");

    let job = "exit 0 in before_install";
    build
        .expect_reason(
            job,
            "passed",
            "it passed without running script: exit 0 in before_install",
        )
        .expect_not_logged(job, "after script");
    build
        .expect_reason(
            "exit 3 in script",
            "errored",
            "ended itself with 3 in script, command 1",
        )
        .expect_not_logged("exit 3 in script", "after script");
    let cut_short = [
        ("set -e and 1", 1),
        ("set -e and 7", 7),
        ("set -e and exit", 5),
    ];
    for (job, status) in cut_short {
        let reason = format!("the shell ended with {status} in script");
        build
            .expect_reason(job, "failed", &reason)
            .expect_log(
                job,
                "while `set -e` was on; the rest of script does not run.",
            )
            .expect_log(job, "\nafter script\n");
    }
    build
        .expect_log("set -e and 1", "\nkept yes\n")
        .expect_log("set -e and 7", "\nafter failure: 1\n");
    build
        .expect_state("return ends a command", "failed")
        .expect_log("return ends a command", "\"return 4\" exited with 4.")
        .expect_log("return ends a command", "\ngo on\n");
    build
        .expect_state("a block counts by its last line", "passed")
        .expect_state("pipes and exports", "passed")
        .expect_state("variables stay", "passed")
        .expect_log("variables stay", "\nall 1 2 3 4 5 6 7 8 9 10 11\n")
        .expect_state("the status before", "failed")
        .expect_log("the status before", "\nfirst 0\n")
        .expect_log("the status before", "\nthen 7\n")
        .expect_log("the status before", "\nagain 0\n")
        .expect_state("here document", "passed")
        .expect_log("here document", "\nin it\n")
        .expect_not_logged("here document", "warning");
    build
        .expect_state("bad syntax", "failed")
        .expect_log("bad syntax", "\"if true; then\" exited with 2.")
        .expect_log("bad syntax", "\ngo on\n")
        .expect_state("comment and nothing", "passed")
        .expect_log("comment and nothing", "\"# a comment\" exited with 0.")
        .expect_state("cd to nowhere", "failed")
        .expect_log("cd to nowhere", "exited with 1.")
        .expect_log("cd to nowhere", "= \"$TRAVIS_BUILD_DIR\"\" exited with 0.");
    build
        .expect_state("phases share the shell", "passed")
        .expect_log("phases share the shell", "\nhello\nfunction one\n")
        .expect_log("phases share the shell", "\nthe trap\n");
    let job = "results are kept outside";
    build
        .expect_reason(job, "passed", "after_success, command 2 exited with 1")
        .expect_reason(job, "passed", "the shell ended with 1 in after_script")
        .expect_reason(
            "terminate keeps its number",
            "errored",
            "itself with 3 in script",
        )
        .expect_state("terminate with success", "passed");
    world.finish();
}
