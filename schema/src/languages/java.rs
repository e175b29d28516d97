//! Java and what is built like it.

use super::{Default, Language, PLAIN, always, file, test};

pub(super) const GRADLE: &str = "[ -f build.gradle ] || [ -f build.gradle.kts ]";
pub(super) const VERSION: &[&str] = &["java -version", "javac -version"];
/// Gradle draws on terminals that can more.
pub(super) const TERMINAL: &[&str] =
    &["if [ -f build.gradle ] || [ -f build.gradle.kts ]; then export TERM=dumb; fi"];

pub(super) const INSTALL: &[Default] = &[
    file("gradlew", &["./gradlew assemble"]).retried(),
    test(GRADLE, &["gradle assemble"]).retried(),
    file(
        "mvnw",
        &["./mvnw install -DskipTests=true -Dmaven.javadoc.skip=true -B -V"],
    )
    .retried(),
    file(
        "pom.xml",
        &["mvn install -DskipTests=true -Dmaven.javadoc.skip=true -B -V"],
    )
    .retried(),
];

pub(super) const SCRIPT: &[Default] = &[
    file("gradlew", &["./gradlew check"]),
    test(GRADLE, &["gradle check"]),
    file("mvnw", &["./mvnw test -B"]),
    file("pom.xml", &["mvn test -B"]),
    always(&["ant test"]),
];

pub(super) const JAVA: Language = Language {
    name: "java",
    like: &["groovy"],
    version: Some("jdk"),
    setup: TERMINAL,
    announce: VERSION,
    install: INSTALL,
    script: SCRIPT,
    ..PLAIN
};
