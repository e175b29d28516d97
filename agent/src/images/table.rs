//! The built-in table: a language and its version to an image of the public registry.

/// How a language finds its image.
pub(super) struct Row {
    /// The language's name.
    pub(super) language: &'static str,
    /// The keys that hold its version, the first that is there counts.
    pub(super) keys: &'static [&'static str],
    /// The version where the job names none.
    pub(super) default: &'static str,
    /// What versions there are, in words.
    pub(super) known: &'static str,
    /// The image for a version; `None` where there is no such image.
    pub(super) image: fn(&str) -> Option<String>,
}

const JDKS: &str = "openjdk8, openjdk11, openjdk17, openjdk21 and others from 8 on";

/// The languages with images of their own; all others run in the base image.
pub(super) const TABLE: &[Row] = &[
    Row {
        language: "python",
        keys: &["python"],
        default: "3",
        known: "numbers: 3.12, 3.13-dev, pypy3.10",
        image: python,
    },
    Row {
        language: "node_js",
        keys: &["node_js"],
        default: "lts",
        known: "numbers, node, lts/* and lts/NAME",
        image: node,
    },
    Row {
        language: "rust",
        keys: &["rust"],
        default: "stable",
        known: "stable, nightly and numbers: 1.70",
        image: rust,
    },
    Row {
        language: "go",
        keys: &["go"],
        default: "1",
        known: "numbers: 1.21, 1.21.x",
        image: go,
    },
    Row {
        language: "ruby",
        keys: &["rvm", "ruby"],
        default: "3",
        known: "numbers: 3.2, jruby-9.4",
        image: ruby,
    },
    Row {
        language: "php",
        keys: &["php"],
        default: "8",
        known: "numbers: 8.2, 7.4",
        image: php,
    },
    Row {
        language: "java",
        keys: &["jdk"],
        default: "openjdk17",
        known: JDKS,
        image: jdk,
    },
    Row {
        language: "groovy",
        keys: &["jdk"],
        default: "openjdk17",
        known: JDKS,
        image: jdk,
    },
    Row {
        language: "perl",
        keys: &["perl"],
        default: "5",
        known: "numbers: 5.36, 5.30.1",
        image: perl,
    },
    Row {
        language: "elixir",
        keys: &["elixir"],
        default: "1",
        known: "numbers: 1.14, 1.7.3",
        image: elixir,
    },
    Row {
        language: "erlang",
        keys: &["otp_release"],
        default: "26",
        known: "numbers: 25, 21.3",
        image: erlang,
    },
    Row {
        language: "csharp",
        keys: &["mono"],
        default: "latest",
        known: "latest and numbers: 6.12, 5.20",
        image: mono,
    },
    Row {
        language: "julia",
        keys: &["julia"],
        default: "1",
        known: "numbers: 1, 1.6",
        image: julia,
    },
    Row {
        language: "haskell",
        keys: &["ghc"],
        default: "9",
        known: "numbers: 9.4, 8.10",
        image: haskell,
    },
];

fn python(version: &str) -> Option<String> {
    match version {
        "nightly" => None,
        _ => Some(match version.strip_prefix("pypy") {
            Some(rest) => format!("pypy:{}", rest.trim_start_matches('-')),
            None => match version.strip_suffix("-dev") {
                Some(release) => format!("python:{release}-rc"),
                None => format!("python:{version}"),
            },
        }),
    }
}

fn node(version: &str) -> Option<String> {
    let version = version.strip_prefix('v').unwrap_or(version);
    Some(match version {
        "node" | "stable" => "node:current".to_owned(),
        "lts" | "lts/*" => "node:lts".to_owned(),
        _ => match version.strip_prefix("lts/") {
            Some(name) => format!("node:{}", name.to_lowercase()),
            None => format!("node:{version}"),
        },
    })
}

fn rust(version: &str) -> Option<String> {
    match version {
        "stable" => Some("rust:latest".to_owned()),
        "nightly" => Some("rustlang/rust:nightly".to_owned()),
        _ => numbered("rust", version),
    }
}

fn go(version: &str) -> Option<String> {
    let version = version.strip_prefix("go").unwrap_or(version);
    numbered("golang", version.strip_suffix(".x").unwrap_or(version))
}

fn ruby(version: &str) -> Option<String> {
    match version.strip_prefix("jruby-") {
        Some(rest) => numbered("jruby", rest),
        None => numbered("ruby", version.strip_prefix("ruby-").unwrap_or(version)),
    }
}

fn php(version: &str) -> Option<String> {
    numbered("php", version)
}

/// With Maven, where there is such an image.
fn jdk(version: &str) -> Option<String> {
    let number = version
        .strip_prefix("openjdk")
        .or_else(|| version.strip_prefix("oraclejdk"))?;
    match number.trim_start_matches('-') {
        "6" | "7" => None,
        number @ ("8" | "11" | "17" | "21") => Some(format!("maven:3-eclipse-temurin-{number}")),
        number => numbered("eclipse-temurin", number),
    }
}

fn perl(version: &str) -> Option<String> {
    // Travis CI's own builds: 5.24-shrplib, 5.26-extras.
    numbered("perl", version.split('-').next().unwrap_or_default())
}

fn elixir(version: &str) -> Option<String> {
    numbered("elixir", version)
}

fn erlang(version: &str) -> Option<String> {
    numbered("erlang", version)
}

fn mono(version: &str) -> Option<String> {
    match version {
        "latest" => Some("mono:latest".to_owned()),
        _ => numbered("mono", version),
    }
}

fn julia(version: &str) -> Option<String> {
    numbered("julia", version)
}

fn haskell(version: &str) -> Option<String> {
    numbered("haskell", version)
}

/// An image whose tags are numbers; names such as `head` have none.
fn numbered(image: &str, version: &str) -> Option<String> {
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| format!("{image}:{version}"))
}
