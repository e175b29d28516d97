//! Java and what is built like it.

use super::{Default, Language, Manager, PLAIN, Tool, always, file, test};

pub(super) const TOOL: Tool = Tool {
    key: "jdk",
    file: None,
    // 8 called itself 1.8.
    has: r#"java -version 2>&1 | sed -n 's/.* version "\(1\.\)\{0,1\}\([^"]*\)".*/\2/p'"#,
    managers: &[
        Manager {
            name: "jdk_switcher",
            there: "command -v jdk_switcher > /dev/null 2>&1",
            activate: r#"jdk_switcher use "$ci__asked""#,
            list: "ls /usr/lib/jvm",
        },
        Manager {
            name: "sdkman",
            there: r#"[ -s "${SDKMAN_DIR:-$HOME/.sdkman}/bin/sdkman-init.sh" ]"#,
            activate: r#"JAVA_HOME=$(ls -d "${SDKMAN_DIR:-$HOME/.sdkman}/candidates/java/$ci__number"[.-]* 2> /dev/null | tail -n 1)
[ "$JAVA_HOME" ] && export JAVA_HOME PATH="$JAVA_HOME/bin:$PATH""#,
            list: r#"ls "${SDKMAN_DIR:-$HOME/.sdkman}/candidates/java""#,
        },
        // Where distributions keep them side by side.
        Manager {
            name: "/usr/lib/jvm",
            there: r#"ci__jdk=$(ls -d /usr/lib/jvm/*-"$ci__number"-* /usr/lib/jvm/*-1."$ci__number".* 2> /dev/null | head -n 1) && [ "$ci__jdk" ]"#,
            activate: r#"export JAVA_HOME="$ci__jdk" PATH="$ci__jdk/bin:$PATH""#,
            list: ":",
        },
    ],
};

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
    variables: &[("jdk", "JDK_VERSION")],
    tools: &[TOOL],
    setup: TERMINAL,
    announce: VERSION,
    install: INSTALL,
    script: SCRIPT,
    ..PLAIN
};
