//! C#.

use super::{Language, PLAIN, Tool, always, test};

const MONO: Tool = Tool {
    key: "mono",
    file: None,
    has: "mono --version | head -n 1",
    managers: &[],
};

const DOTNET: Tool = Tool {
    key: "dotnet",
    file: None,
    has: "dotnet --list-sdks",
    managers: &[],
};

const SOLUTION: &str = "[ -n {=solution} ]";

pub(super) const CSHARP: Language = Language {
    name: "csharp",
    variables: &[
        ("mono", "MONO_VERSION"),
        ("dotnet", "DOTNET_VERSION"),
        ("solution", "SOLUTION"),
    ],
    tools: &[MONO, DOTNET],
    announce: &["mono --version", "dotnet --info"],
    install: &[test(SOLUTION, &["nuget restore {=solution}"]).retried()],
    script: &[
        // Before Mono 5 it was called xbuild.
        test(
            "[ -n {=solution} ] && ! command -v msbuild > /dev/null && command -v xbuild > /dev/null",
            &["xbuild /p:Configuration=Release {=solution}"],
        ),
        test(SOLUTION, &["msbuild /p:Configuration=Release {=solution}"]),
        always(&[])
            .saying("No solution or script defined: write `solution:` or `script:` in the config.")
            .failing(),
    ],
    ..PLAIN
};
