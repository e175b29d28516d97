//! Languages as data: names, the key of their version, what is run when a config does not say.
//!
//! One file for each language (run-time reference §6). A language that has no file here is known to
//! the table, and has no default commands.

mod c;
mod cpp;
mod generic;
mod go;
mod java;
mod node_js;
mod php;
mod python;
mod ruby;
mod rust;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// The name, as the table has it.
    pub name: &'static str,
    /// Other languages that are run the same.
    pub like: &'static [&'static str],
    /// The key of its version.
    pub version: Option<&'static str>,
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
}

/// A test of the work tree at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// A file is there.
    File(&'static str),
    /// All files are there.
    Files(&'static [&'static str]),
    /// A POSIX shell test for what files do not tell.
    Test(&'static str),
}

const ALL: &[Language] = &[
    c::C,
    cpp::CPP,
    generic::GENERIC,
    go::GO,
    java::JAVA,
    node_js::NODE_JS,
    php::PHP,
    python::PYTHON,
    ruby::RUBY,
    rust::RUST,
];

/// A language by its name in the table.
#[must_use]
pub fn language(name: &str) -> Option<&'static Language> {
    ALL.iter()
        .find(|language| language.name == name || language.like.contains(&name))
}

/// Whether a language runs something where a config has no `script`. Languages without a file here
/// are taken to.
#[must_use]
pub fn has_script(name: &str) -> bool {
    language(name).is_none_or(|language| !language.script.is_empty())
}

const fn always(commands: &'static [&'static str]) -> Default {
    Default {
        when: When::Always,
        commands,
        retry: false,
    }
}

const fn file(name: &'static str, commands: &'static [&'static str]) -> Default {
    Default {
        when: When::File(name),
        commands,
        retry: false,
    }
}

const fn files(names: &'static [&'static str], commands: &'static [&'static str]) -> Default {
    Default {
        when: When::Files(names),
        commands,
        retry: false,
    }
}

const fn test(test: &'static str, commands: &'static [&'static str]) -> Default {
    Default {
        when: When::Test(test),
        commands,
        retry: false,
    }
}

impl Default {
    const fn retried(self) -> Self {
        Self {
            retry: true,
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
    fn python_knows_its_requirements_and_has_no_script() {
        assert!(!has_script("python"));
        assert!(language("python").is_some_and(|python| !python.install.is_empty()));
    }
}
