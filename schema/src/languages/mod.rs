//! Languages as data: names, the key of their version, what is run when a config does not say.
//!
//! One file for each language (run-time reference §6). A language that has no file here is known to
//! the table, and has no default commands.
//!
//! A command may name keys of the config: `{npm_args}` stands for the value as it is written, more
//! shell, `{=solution}` for one word of exactly that text; `{gobuild_args:-v}` has a default.

mod android;
mod c;
mod cpp;
mod csharp;
mod elixir;
mod generic;
mod go;
mod java;
mod node_js;
mod perl;
mod php;
mod python;
mod r;
mod ruby;
mod rust;
mod scala;
mod tools;

pub use tools::{Manager, Tool};

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// The name, as the table has it.
    pub name: &'static str,
    /// Other languages that are run the same.
    pub like: &'static [&'static str],
    /// Its version keys with the variable that holds each, without the prefix:
    /// `("rvm", "RUBY_VERSION")`.
    pub variables: &'static [(&'static str, &'static str)],
    /// Tools of which a version can be asked for.
    pub tools: &'static [Tool],
    /// Other keys that its commands name; `cache.bundler` is one within another.
    pub options: &'static [&'static str],
    /// Run before `before_install`, when the variables of the config are set: variables that follow
    /// from those and from the work tree, and places where tools may install to without root.
    pub setup: &'static [&'static str],
    /// Told before `before_install` where the image has them: versions of tools.
    pub announce: &'static [&'static str],
    /// What `install` is when a config does not say.
    pub install: &'static [Default],
    /// What `script` is when a config does not say.
    pub script: &'static [Default],
    /// What is said when neither the config nor the language has a `script`.
    pub hint: Option<&'static str>,
}

/// Commands for one kind of work tree. The first whose test holds is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Default {
    /// When it applies.
    pub when: When,
    /// The commands in order.
    pub commands: &'static [&'static str],
    /// Whether a command that fails is tried again, three times in all.
    pub retry: bool,
    /// What is said instead of, or before, the commands.
    pub says: Option<&'static str>,
    /// Whether there is nothing that could be right: the phase fails.
    pub fails: bool,
}

/// A test of the work tree at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// A file is there.
    File(&'static str),
    /// A POSIX shell test for what files do not tell.
    Test(&'static str),
}

const ALL: &[Language] = &[
    android::ANDROID,
    c::C,
    cpp::CPP,
    csharp::CSHARP,
    elixir::ELIXIR,
    generic::GENERIC,
    go::GO,
    java::JAVA,
    node_js::NODE_JS,
    perl::PERL,
    php::PHP,
    python::PYTHON,
    r::R,
    ruby::RUBY,
    rust::RUST,
    scala::SCALA,
];

/// What a language has that says nothing else.
const PLAIN: Language = Language {
    name: "",
    like: &[],
    variables: &[],
    tools: &[],
    options: &[],
    setup: &[],
    announce: &[],
    install: &[],
    script: &[],
    hint: None,
};

/// A language by its name in the table.
#[must_use]
pub fn language(name: &str) -> Option<&'static Language> {
    ALL.iter()
        .find(|language| language.name == name || language.like.contains(&name))
}

/// The variable that holds a version, without its prefix: `NODE_VERSION` for the key `node_js`.
/// `None` for a key that sets none.
#[must_use]
pub fn variable(key: &str) -> Option<String> {
    let mut known = ALL.iter().flat_map(|language| language.variables);
    match (known.find(|(one, _)| *one == key), key) {
        (Some((_, name)), _) => Some((*name).to_owned()),
        (None, "gemfile" | "os" | "dist" | "arch") => None,
        (None, "ghc") => Some("HASKELL_VERSION".to_owned()),
        // What other languages have, and what comes.
        (None, _) => Some(format!("{}_VERSION", key.to_uppercase())),
    }
}

/// Whether a language runs something where a config has no `script`. Languages without a file here
/// are taken to.
#[must_use]
pub fn has_script(name: &str) -> bool {
    language(name).is_none_or(|language| !language.script.is_empty())
}

const fn when(when: When, commands: &'static [&'static str]) -> Default {
    Default {
        when,
        commands,
        retry: false,
        says: None,
        fails: false,
    }
}

const fn always(commands: &'static [&'static str]) -> Default {
    when(When::Always, commands)
}

const fn file(name: &'static str, commands: &'static [&'static str]) -> Default {
    when(When::File(name), commands)
}

const fn test(test: &'static str, commands: &'static [&'static str]) -> Default {
    when(When::Test(test), commands)
}

impl Default {
    const fn retried(self) -> Self {
        Self {
            retry: true,
            ..self
        }
    }

    const fn saying(self, text: &'static str) -> Self {
        Self {
            says: Some(text),
            ..self
        }
    }

    const fn failing(self) -> Self {
        Self {
            fails: true,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_generic_and_runs_nothing_by_itself() {
        assert_eq!(
            language("shell").map(|language| language.name),
            Some("generic")
        );
        assert!(!has_script("generic"));
    }

    #[test]
    fn every_key_that_a_command_names_is_one_of_the_table() {
        for language in ALL {
            let defaults = language.install.iter().chain(language.script);
            let commands = defaults.flat_map(|one| {
                let test = match one.when {
                    When::Test(test) => test,
                    _ => "",
                };
                one.commands.iter().copied().chain([test])
            });
            let setup = language.setup.iter().copied();
            for command in commands.chain(setup) {
                for (at, _) in command.match_indices('{') {
                    let name = command[at + 1..].trim_start_matches('=');
                    let end = name.find(|letter: char| {
                        !letter.is_ascii_alphanumeric() && letter != '_' && letter != '.'
                    });
                    let (name, after) = name.split_at(end.unwrap_or(name.len()));
                    // Anything else in braces is shell.
                    if command[..at].ends_with('$') || !after.starts_with([':', '}']) {
                        continue;
                    }
                    let known = crate::reference::versions().any(|key| key == name);
                    assert!(
                        known || language.options.contains(&name),
                        "{}: {command}: {name}",
                        language.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_version_has_its_variable_whatever_its_language() {
        for (key, name) in [
            ("python", Some("PYTHON_VERSION")),
            ("node_js", Some("NODE_VERSION")),
            ("rvm", Some("RUBY_VERSION")),
            ("otp_release", Some("OTP_RELEASE")),
            ("compiler", Some("COMPILER")),
            ("julia", Some("JULIA_VERSION")),
            ("gemfile", None),
        ] {
            assert_eq!(variable(key).as_deref(), name, "{key}");
        }
    }

    #[test]
    fn tools_are_of_the_table_and_have_their_variable() {
        for language in ALL {
            for tool in language.tools {
                let known = crate::reference::versions().any(|key| key == tool.key);
                let named = language.variables.iter().any(|(key, _)| *key == tool.key);
                assert!(known && named, "{}: {}", language.name, tool.key);
            }
        }
    }

    #[test]
    fn python_knows_its_requirements_and_has_no_script() {
        assert!(!has_script("python"));
        assert!(language("python").is_some_and(|python| !python.install.is_empty()));
    }
}
