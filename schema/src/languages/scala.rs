//! Scala: with sbt, else as Java.

use super::{Language, PLAIN, java, test};

const SBT: &str = "[ -d project ] || [ -f build.sbt ]";

pub(super) const SCALA: Language = Language {
    name: "scala",
    variables: &[("scala", "SCALA_VERSION"), ("jdk", "JDK_VERSION")],
    tools: &[java::TOOL],
    options: &["sbt_args"],
    setup: java::TERMINAL,
    announce: java::VERSION,
    install: &[
        test(SBT, &[]),
        java::INSTALL[0],
        java::INSTALL[1],
        java::INSTALL[2],
        java::INSTALL[3],
    ],
    script: &[
        test(SBT, &["sbt {sbt_args} ++{=scala:2.12.8} test"]),
        java::SCRIPT[0],
        java::SCRIPT[1],
        java::SCRIPT[2],
        java::SCRIPT[3],
        java::SCRIPT[4],
    ],
    ..PLAIN
};
