//! The built-in table: a language and its version to an image of the public registry.

/// How a language finds its image.
pub(super) struct Row {
    /// The language's name.
    pub(super) language: &'static str,
    /// The keys that hold its version, the first that is there counts.
    pub(super) keys: &'static [&'static str],
    /// The version where the job names none.
    pub(super) default: &'static str,
    /// The image for a version; `None` where there is no such image.
    pub(super) image: fn(&str) -> Option<String>,
}

/// The languages with images of their own; all others run in the base image.
pub(super) const TABLE: &[Row] = &[
    Row {
        language: "python",
        keys: &["python"],
        default: "3",
        image: python,
    },
    Row {
        language: "node_js",
        keys: &["node_js"],
        default: "lts",
        image: node,
    },
    Row {
        language: "rust",
        keys: &["rust"],
        default: "stable",
        image: rust,
    },
    Row {
        language: "go",
        keys: &["go"],
        default: "1",
        image: go,
    },
    Row {
        language: "ruby",
        keys: &["rvm", "ruby"],
        default: "3",
        image: ruby,
    },
    Row {
        language: "php",
        keys: &["php"],
        default: "8",
        image: php,
    },
    Row {
        language: "java",
        keys: &["jdk"],
        default: "openjdk17",
        image: jdk,
    },
    Row {
        language: "groovy",
        keys: &["jdk"],
        default: "openjdk17",
        image: jdk,
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

fn jdk(version: &str) -> Option<String> {
    let number = version
        .strip_prefix("openjdk")
        .or_else(|| version.strip_prefix("oraclejdk"))?;
    let number = number.trim_start_matches('-');
    let number = if number == "7" { return None } else { number };
    numbered("eclipse-temurin", number)
}

/// An image whose tags are numbers; names such as `head` have none.
fn numbered(image: &str, version: &str) -> Option<String> {
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| format!("{image}:{version}"))
}
