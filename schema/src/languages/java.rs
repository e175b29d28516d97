//! Java and Groovy.

use super::{Language, always, file, test};

const GRADLE: &str = "[ -f build.gradle ] || [ -f build.gradle.kts ]";

pub(super) const JAVA: Language = Language {
    name: "java",
    like: &["groovy"],
    version: Some("jdk"),
    install: &[
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
    ],
    script: &[
        file("gradlew", &["./gradlew check"]),
        test(GRADLE, &["gradle check"]),
        file("mvnw", &["./mvnw test -B"]),
        file("pom.xml", &["mvn test -B"]),
        always(&["ant test"]),
    ],
    hint: None,
};
