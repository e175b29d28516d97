//! The helper functions that jobs may call (run-time reference §1.7, decision 12): in the job's shell
//! as functions, everywhere else in the job as programs.

/// Shell text that defines them; POSIX with `local`.
pub const FUNCTIONS: &str = include_str!("functions.sh");

/// Shell text of what sets up `addons:`, on top of the functions.
pub const ADDONS: &str = include_str!("addons.sh");

/// `sudo` for images that have none.
pub const SUDO: &str = include_str!("sudo.sh");

/// What a program does with the functions: it runs the one that it is called by. What ends a job in
/// the job's own shell ends the program.
const CALLED: &str = "\nci__terminate() { exit \"${1:-0}\"; }\n\"${0##*/}\" \"$@\"\n";

/// The text of the one program that is all of them, by its names.
#[must_use]
pub fn program() -> String {
    format!("#!/bin/sh\n{FUNCTIONS}{CALLED}")
}

/// The functions' names, without those that are the agent's own.
pub fn names() -> impl Iterator<Item = &'static str> {
    let defined = FUNCTIONS.lines().filter_map(|line| line.split_once("()"));
    let names = defined.map(|(name, _)| name);
    names.filter(|name| !name.starts_with("ci__") && !name.contains([' ', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_helper_has_a_name_of_ours() {
        let travis: Vec<_> = names()
            .filter_map(|name| name.strip_prefix("travis_"))
            .collect();
        let ours: Vec<_> = names()
            .filter_map(|name| name.strip_prefix("ci_"))
            .collect();
        assert!(travis.len() > 10 && travis.contains(&"retry"), "{travis:?}");
        for name in &travis {
            assert!(ours.contains(name), "{name}");
        }
        assert_eq!(travis.len(), ours.len());
    }
}
