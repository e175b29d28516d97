//! Android. Parts of its SDK come with the image.

use super::{Language, PLAIN, always, file, java, test};

pub(super) const ANDROID: Language = Language {
    name: "android",
    variables: &[("jdk", "JDK_VERSION")],
    tools: &[java::TOOL],
    announce: java::VERSION,
    setup: java::TERMINAL,
    script: &[
        file("gradlew", &["./gradlew build connectedCheck"]),
        test(java::GRADLE, &["gradle build connectedCheck"]),
        file("pom.xml", &["mvn install -B"]),
        always(&["ant debug install test"]),
    ],
    ..PLAIN
};
