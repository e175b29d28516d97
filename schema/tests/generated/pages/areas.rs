//! Which keys stand on which page.

/// A page.
pub(crate) struct Area {
    /// The file's name.
    pub(crate) file: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// What is to be known about all of its keys.
    pub(crate) about: &'static str,
    /// Its keys. The page of languages has all that belong to some languages besides.
    pub(crate) keys: &'static [&'static str],
}

/// The pages, in the order of a reader's questions.
pub(crate) const AREAS: &[Area] = &[
    Area {
        file: "build.md",
        title: "The build",
        about: "What is built, on what, and when.",
        keys: &[
            "language",
            "os",
            "dist",
            "arch",
            "image",
            "branches",
            "if",
            "paths",
            "paths-ignore",
            "conditions",
            "import",
            "git",
            "version",
        ],
    },
    Area {
        file: "jobs.md",
        title: "Jobs and stages",
        about: "Several values of a version key, of `os`, `arch` or of `env.jobs` make a job each, and \
                their product when there are several such keys. `jobs` adds to these and takes from them.",
        keys: &[
            "jobs",
            "stages",
            "timeout",
            "silence_timeout",
            "retry",
            "concurrency",
        ],
    },
    Area {
        file: "phases.md",
        title: "Phases",
        about: "The commands of a job, in the order in which they run. All of a job runs in one shell. \
                A phase that is absent runs what the language does by default; `skip` runs nothing.",
        keys: &[
            "before_install",
            "install",
            "before_script",
            "script",
            "before_cache",
            "after_success",
            "after_failure",
            "before_deploy",
            "after_deploy",
            "after_script",
        ],
    },
    Area {
        file: "environment.md",
        title: "Variables, services and files",
        about: "What a job finds around it.",
        keys: &[
            "env",
            "services",
            "cache",
            "workspaces",
            "artifacts",
            "reports",
            "keys",
            "keep_netrc",
            "filter_secrets",
        ],
    },
    Area {
        file: "languages.md",
        title: "Languages",
        about: "Versions, one job each, and options of the default commands. They have a meaning with \
                their languages only.",
        keys: &["android", "compiler", "osx_image"],
    },
    Area {
        file: "addons.md",
        title: "Addons",
        about: "Packages and tools.",
        keys: &["addons"],
    },
    Area {
        file: "deploy.md",
        title: "Deployments",
        about: "Where to publish after a `script` that passed. [Each provider](providers.md) has options \
                of its own beside these.",
        keys: &["deploy"],
    },
    Area {
        file: "notifications.md",
        title: "Notifications",
        about: "Who is told how a build went.",
        keys: &["notifications"],
    },
    Area {
        file: "other.md",
        title: "Of another service",
        about: "Keys that are read, so that a config that has them can be read as it is. They do nothing \
                here.",
        keys: &[
            "sudo",
            "group",
            "virt",
            "vm",
            "vault",
            "trace",
            "stack",
            "perforce_test_path",
        ],
    },
];
