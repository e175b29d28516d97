//! The help texts.

use super::Desk;

#[test]
fn every_command_explains_itself() {
    let mut desk = Desk::new();
    desk.run(&["encrypt", "--help"]);
    desk.run(&["keys", "--help"]);
    for command in [
        "generate",
        "list",
        "show",
        "check",
        "rotate",
        "retire",
        "rotate-master",
    ] {
        desk.run(&["keys", command, "--help"]);
    }
    insta::assert_snapshot!(desk.transcript());
}
