//! `agent completions`.

use super::Desk;

#[test]
fn every_shell_gets_completions_that_know_the_options() {
    let mut desk = Desk::bare();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let said = desk.agent(&["completions", shell]);
        assert_eq!((said.exit, said.err.as_str()), (0, ""), "{shell}");
        assert!(said.out.contains("validate"), "{shell}");
        assert!(said.out.contains("env-file"), "{shell}");
    }
}

#[test]
fn another_shell_is_refused_with_the_known_ones() {
    let mut desk = Desk::bare();
    desk.agent(&["completions", "dash"]);
    insta::assert_snapshot!(desk.transcript);
}
