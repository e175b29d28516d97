//! The help texts: the whole tree.

use super::Desk;

/// Every command, from the top down; a new one appears here by itself.
fn tree(command: &clap::Command, above: &[String], found: &mut Vec<Vec<String>>) {
    for sub in command.get_subcommands() {
        if sub.get_name() == "help" {
            continue;
        }
        let mut path = above.to_vec();
        path.push(sub.get_name().to_owned());
        found.push(path.clone());
        tree(sub, &path, found);
    }
}

#[test]
fn every_command_explains_itself() {
    let mut paths = vec![Vec::new()];
    tree(&agent::cli::command(), &[], &mut paths);
    let mut desk = Desk::bare();
    for path in &paths {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let said = desk.agent(&arguments);
        assert_eq!((said.exit, said.err.as_str()), (0, ""), "{arguments:?}");
    }
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn the_short_help_is_short() {
    let mut desk = Desk::bare();
    for command in ["run", "plan", "validate"] {
        let said = desk.agent(&[command, "-h"]);
        assert!(said.out.lines().count() < 50, "{command}");
    }
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_mistyped_command_or_option_is_answered_with_what_was_meant() {
    let mut desk = Desk::bare();
    desk.agent(&["paln"]);
    desk.agent(&["run", "--deplo"]);
    desk.agent(&["plan", "--event", "pull-request"]);
    desk.agent(&["run", "--jobs", "0"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn the_version_is_one_line() {
    let said = Desk::bare().agent(&["--version"]);
    assert_eq!(said.out, format!("agent {}\n", env!("CARGO_PKG_VERSION")));
}
