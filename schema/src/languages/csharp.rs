//! C#.

use super::{Language, PLAIN, always, test};

const SOLUTION: &str = "[ -n {=solution} ]";

pub(super) const CSHARP: Language = Language {
    name: "csharp",
    version: Some("mono"),
    announce: &["mono --version", "dotnet --info"],
    install: &[test(SOLUTION, &["nuget restore {=solution}"]).retried()],
    script: &[
        test(SOLUTION, &["msbuild /p:Configuration=Release {=solution}"]),
        always(&[])
            .saying("No solution or script defined: write `solution:` or `script:` in the config.")
            .failing(),
    ],
    ..PLAIN
};
