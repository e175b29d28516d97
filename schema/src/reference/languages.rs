//! Keys that belong to one language or a few: versions, which span a matrix, and options.

use super::types::{Key, Type, flag, key, map, text, texts};

/// Whether the key takes several values, one job each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Several {
    /// At the root.
    Yes,
    /// In a job, a rule or a condition.
    No,
}

const APPLE: &[&str] = &["objective-c"];
const CSHARP: &[&str] = &["csharp"];
const DART: &[&str] = &["dart"];
const ELIXIR: &[&str] = &["elixir"];
const ELM: &[&str] = &["elm"];
const GO: &[&str] = &["go"];
const HAXE: &[&str] = &["haxe"];
const JVM: &[&str] = &["android", "clojure", "groovy", "java", "ruby", "scala"];
const R: &[&str] = &["r"];
const RUBY: &[&str] = &["ruby", "objective-c"];
const SMALLTALK: &[&str] = &["smalltalk"];

/// The version keys by name; a job has at most one value of each.
pub fn versions() -> impl Iterator<Item = &'static str> {
    VERSIONS.iter().copied()
}

const VERSIONS: &[&str] = &[
    "compiler",
    "crystal",
    "d",
    "dart",
    "dotnet",
    "elixir",
    "elm",
    "gemfile",
    "ghc",
    "go",
    "haxe",
    "hhvm",
    "jdk",
    "julia",
    "lein",
    "matlab",
    "mono",
    "nix",
    "node_js",
    "osx_image",
    "otp_release",
    "perl",
    "perl6",
    "php",
    "python",
    "r",
    "rust",
    "rvm",
    "scala",
    "smalltalk",
    "smalltalk_config",
    "smalltalk_vm",
    "solution",
    "xcode_scheme",
    "xcode_sdk",
];

/// All keys of languages, in the order in which the reference lists them.
pub(super) fn keys(several: Several) -> Vec<Key> {
    let version = |name, languages, doc| {
        let ty = if several == Several::Yes {
            texts()
        } else {
            text()
        };
        key(name, ty, doc).only("language", languages)
    };
    let option = |name, languages, doc| key(name, text(), doc).only("language", languages);
    let switch = |name, languages, doc| key(name, flag(), doc).only("language", languages);
    let strings = |name, languages, doc| key(name, texts(), doc).only("language", languages);
    let smalltalk = |name, doc| strings(name, SMALLTALK, doc);
    vec![
        version("jdk", JVM, "JDK versions."),
        key("android", android(), "Parts of the Android SDK to install."),
        option("lein", &["clojure"], "The Leiningen command to use."),
        version("crystal", &["crystal"], "Crystal versions."),
        version("dotnet", CSHARP, ".NET Core versions."),
        version("mono", CSHARP, "Mono versions."),
        version("solution", CSHARP, "Solution files to build."),
        version("d", &["d"], "D compilers."),
        version("dart", DART, "Dart versions."),
        key(
            "dart_task",
            dart_tasks(several),
            "Dart tasks, one job each.",
        )
        .only("language", DART),
        switch(
            "with_content_shell",
            DART,
            "Whether to install content shell.",
        ),
        version("elixir", ELIXIR, "Elixir versions."),
        version("otp_release", &["elixir", "erlang"], "Erlang/OTP releases."),
        version("elm", ELM, "Elm versions."),
        version("node_js", &["elm", "node_js"], "Node.js versions.").alias(&["node"]),
        option("elm_format", ELM, "Version of elm-format."),
        option("elm_test", ELM, "Version of elm-test."),
        version("go", GO, "Go versions."),
        option(
            "gobuild_args",
            GO,
            "Arguments of the default `go` commands.",
        ),
        option("go_import_path", GO, "Import path under GOPATH."),
        key("gimme_config", gimme(), "Where Go versions come from.").only("language", GO),
        version("hhvm", &["hack"], "HHVM versions."),
        version("php", &["hack", "php"], "PHP versions."),
        version("ghc", &["haskell"], "GHC versions."),
        version("haxe", HAXE, "Haxe versions."),
        strings("hxml", HAXE, "Build files of the default script."),
        option("neko", HAXE, "Neko version."),
        version("julia", &["julia"], "Julia versions."),
        version("matlab", &["matlab"], "MATLAB releases."),
        version("nix", &["nix"], "Nix versions."),
        option(
            "npm_args",
            &["node_js"],
            "Arguments of the default install command.",
        ),
        version("perl", &["perl"], "Perl versions."),
        version("perl6", &["perl6"], "Raku versions."),
        option(
            "composer_args",
            &["php"],
            "Arguments of `composer install`.",
        ),
        version("python", &["python"], "Python versions."),
        key(
            "virtualenv",
            virtualenv(),
            "Options of the virtual environment.",
        )
        .alias(&["virtual_env"])
        .only("language", &["python"]),
        version("r", R, "R versions."),
        strings("r_packages", R, "Packages from CRAN."),
        strings("r_binary_packages", R, "Packages from the distribution."),
        strings("r_github_packages", R, "Packages from GitHub."),
        strings("apt_packages", R, "Packages from apt."),
        strings("bioc_packages", R, "Packages from Bioconductor."),
        strings("brew_packages", R, "Packages from Homebrew."),
        option("bioc", R, "Address of the Bioconductor mirror."),
        switch("bioc_check", R, "Whether to run BiocCheck."),
        switch("bioc_required", R, "Whether Bioconductor is needed.").alias(&["use_bioc"]),
        switch(
            "bioc_use_devel",
            R,
            "Whether to use Bioconductor's development branch.",
        ),
        option("cran", R, "Address of the CRAN mirror."),
        switch("disable_homebrew", R, "Whether to remove Homebrew."),
        switch("latex", R, "Whether to install LaTeX."),
        switch("pandoc", R, "Whether to install pandoc."),
        option("pandoc_version", R, "Version of pandoc."),
        option("r_build_args", R, "Arguments of `R CMD build`."),
        option("r_check_args", R, "Arguments of `R CMD check`."),
        switch(
            "r_check_revdep",
            R,
            "Whether to check packages that depend on this one.",
        ),
        switch(
            "warnings_are_errors",
            R,
            "Whether a warning of the check fails the job.",
        ),
        option("remotes", R, "Options of the remotes package."),
        key("repos", map(vec![]).open(), "Package repositories by name.").only("language", R),
        version("rvm", RUBY, "Ruby versions.").alias(&["ruby", "rbenv"]),
        version("gemfile", RUBY, "Gemfiles.").alias(&["gemfiles"]),
        option("bundler_args", RUBY, "Arguments of `bundle install`."),
        version("xcode_scheme", APPLE, "Xcode schemes."),
        version("xcode_sdk", APPLE, "Xcode SDKs."),
        option("podfile", APPLE, "Path of the Podfile."),
        option("xcode_destination", APPLE, "Destination of the test run."),
        option("xcode_project", APPLE, "Path of the Xcode project."),
        option("xcode_workspace", APPLE, "Path of the Xcode workspace."),
        option("xctool_args", APPLE, "Arguments of the default script."),
        version("rust", &["rust"], "Rust toolchains."),
        version("scala", &["scala"], "Scala versions."),
        option("sbt_args", &["scala"], "Arguments of sbt."),
        version("smalltalk", SMALLTALK, "Smalltalk images."),
        smalltalk("smalltalk_config", "SmalltalkCI configurations."),
        smalltalk("smalltalk_vm", "Smalltalk machines."),
        key(
            "smalltalk_edge",
            smalltalk_edge(),
            "Which smalltalkCI to use.",
        )
        .only("language", SMALLTALK),
    ]
}

fn android() -> Type {
    map(vec![
        key("components", texts(), "Components to install."),
        key("licenses", texts(), "Licences to accept."),
    ])
}

fn dart_tasks(several: Several) -> Type {
    let task = || {
        map(vec![
            key("test", text(), "Arguments of the test run."),
            key("dartanalyzer", text(), "Arguments of the analyzer."),
            key("dartfmt", flag(), "Whether to check the format."),
            key("install_dartium", flag(), "Whether to install Dartium."),
            key("xvfb", flag(), "Whether to start a virtual screen."),
        ])
    };
    if several == Several::No {
        return task();
    }
    let item = super::types::any(vec![task(), text()]);
    super::types::any(vec![super::types::list(item), task(), text()])
}

fn gimme() -> Type {
    map(vec![
        key("url", text(), "Address of the gimme script."),
        key(
            "force_reinstall",
            flag(),
            "Whether to install again what is there.",
        ),
    ])
}

fn virtualenv() -> Type {
    map(vec![key(
        "system_site_packages",
        flag(),
        "Whether packages of the system are seen.",
    )])
    .open()
}

fn smalltalk_edge() -> Type {
    map(vec![
        key("source", text(), "Repository of smalltalkCI."),
        key("branch", text(), "Its branch."),
    ])
}
