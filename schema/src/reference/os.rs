//! `language`, `os`, `dist`, `arch`: what a job runs as and on.

use super::types::{Type, Word, any, one_of_words, text, word};

const STACK: &str = "experimental stack language";

fn languages() -> Vec<Word> {
    let mut words = vec![
        word("cpp").alias(&["c++"]),
        word("go").alias(&["golang"]),
        word("java").alias(&["jvm"]),
        word("node_js").alias(&["javascript", "js", "node"]),
        word("objective-c").alias(&["objective_c", "swift"]),
        word("shell").alias(&["bash", "minimal", "sh"]),
    ];
    let stacks = [
        "__connie__",
        "__amethyst__",
        "__garnet__",
        "__stevonnie__",
        "__opal__",
        "__sardonyx__",
        "__onion__",
        "__cookiecat__",
    ];
    words.extend(stacks.map(|stack| word(stack).deprecated(STACK)));
    words.extend(
        [
            "android",
            "c",
            "clojure",
            "crystal",
            "csharp",
            "d",
            "dart",
            "elixir",
            "elm",
            "erlang",
            "generic",
            "groovy",
            "hack",
            "haskell",
            "haxe",
            "julia",
            "matlab",
            "nix",
            "perl",
            "perl6",
            "php",
            "python",
            "r",
            "ruby",
            "rust",
            "scala",
            "smalltalk",
        ]
        .map(word),
    );
    words
}

/// The names of all languages that people write.
pub fn language_names() -> impl Iterator<Item = &'static str> {
    let words = languages().into_iter().map(|word| word.value);
    words.filter(|word| !word.starts_with("__"))
}

/// `language:`
pub(super) fn language() -> Type {
    one_of_words(languages()).downcase()
}

/// `language:` of the whole build. `absent` is what it is when nobody says.
pub(super) fn root_language(absent: &'static str) -> Type {
    language().defaults(vec![
        word(absent).except("os", &["osx"]),
        word("objective-c").only("os", &["osx"]),
    ])
}

/// The operating systems.
pub(super) fn os_words() -> Vec<Word> {
    const APPLE: &[&str] = &["objective-c"];
    vec![
        word("linux").alias(&["ubuntu"]).except("language", APPLE),
        word("osx").alias(&["mac", "macos", "macosx", "ios"]),
        word("windows").alias(&["win"]).except("language", APPLE),
        word("freebsd").alias(&["bsd"]).except("language", APPLE),
        word("linux-ppc64le"),
    ]
}

/// `os:` of a job.
pub(super) fn os() -> Type {
    one_of_words(os_words()).downcase()
}

/// `os:` of the whole build.
pub(super) fn root_os() -> Type {
    const APPLE: &[&str] = &["objective-c"];
    super::types::many(os().defaults(vec![
        word("linux").except("language", APPLE),
        word("osx").only("language", APPLE),
    ]))
}

/// The distributions, with the systems that have them.
pub(super) fn dists() -> Vec<Word> {
    const LINUX: &[&str] = &["linux"];
    const LINUXES: &[&str] = &["linux", "linux-ppc64le"];
    vec![
        word("trusty").only("os", LINUX),
        word("precise").only("os", LINUX),
        word("xenial").only("os", LINUXES),
        word("bionic").only("os", LINUX),
        word("focal").only("os", LINUXES),
        word("jammy").only("os", LINUX),
        word("noble").only("os", LINUX),
        word("server-2016").only("os", &["windows"]),
        word("rhel8").only("os", LINUX),
    ]
}

/// `dist:` of a job.
pub(super) fn dist() -> Type {
    one_of_words(dists()).downcase()
}

/// `dist:` of the whole build.
pub(super) fn root_dist() -> Type {
    dist().defaults(vec![word("focal").only("os", &["linux", "linux-ppc64le"])])
}

/// `arch:` of a job.
pub(super) fn arch() -> Type {
    one_of_words(vec![
        word("amd64").alias(&["x86_64", "x64"]),
        word("ppc64le").alias(&["power", "ppc", "ppc64"]),
        word("i386").alias(&["x86"]),
        word("arm64"),
        word("arm64-graviton2"),
        word("s390x"),
    ])
    .downcase()
}

/// `sudo:`, without effect.
pub(super) fn sudo() -> Type {
    any(vec![super::types::flag().normal(), text()])
}

/// `virt:`
pub(super) fn virt() -> Type {
    super::types::one_of(&["lxd", "vm"]).downcase()
}
