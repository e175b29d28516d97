//! Keys of a whole config.

use super::job::{Extras, shared};
use super::languages::{Several, keys as languages};
use super::types::{Format, word};
use super::types::{Key, Type, any, flag, key, many, map, one_of, text, texts};

/// The table.
pub(super) fn root(extras: Extras) -> Type {
    let absent = if extras == Extras::With {
        "generic"
    } else {
        "ruby"
    };
    let mut keys = vec![
        key(
            "language",
            super::os::root_language(absent),
            "The language of the code.",
        ),
        key(
            "os",
            super::os::root_os(),
            "Operating systems, one job each.",
        ),
        key("dist", super::os::root_dist(), "The Linux distribution."),
        key(
            "arch",
            many(super::os::arch()),
            "Processor architectures, one job each.",
        ),
        key("stack", stack(), "An experiment of another service.").edge(),
        sudo(),
        key(
            "import",
            super::imports::imports(),
            "Configs to merge into this one.",
        ),
        key(
            "env",
            super::env::root_env(),
            "Environment variables, for all jobs or one job each.",
        ),
        key(
            "compiler",
            many(text()),
            "C and C++ compilers, one job each.",
        ),
        key("osx_image", many(text()), "Xcode versions, one job each."),
        key("stages", super::stages::stages(), "Stages in order."),
        key(
            "jobs",
            super::jobs::jobs(extras),
            "Jobs beside those of the matrix, and rules.",
        )
        .alias(&["matrix", "jobs"]),
        key(
            "notifications",
            super::notifications::notifications(),
            "Who is told of the result.",
        )
        .idle("commit statuses tell of the result, and nothing else is sent")
        .alias(&["emails"]),
        key(
            "version",
            text().format(Format::Version),
            "The version of the language.",
        ),
        key("vm", super::vm::vm(), "Size of the machine."),
        key(
            "conditions",
            one_of(&["v0", "v1"]),
            "Version of the condition language.",
        ),
        key(
            "filter_secrets",
            flag(),
            "Whether secrets are masked in the log.",
        )
        .idle("secrets are masked in any case"),
        key("trace", flag(), "Whether to trace the job's script."),
        key("perforce_test_path", text(), "Path of tests in Perforce."),
        key(
            "vault",
            super::vault::vault(),
            "A HashiCorp Vault to read secrets from.",
        ),
        key(
            "keep_netrc",
            any(vec![flag().normal()]),
            "Whether `.netrc` outlives the checkout.",
        )
        .idle("a job never has a `.netrc` of the agent"),
    ];
    keys.extend(languages(Several::Yes));
    keys.push(virt());
    keys.extend(shared(extras));
    if extras == Extras::With {
        keys.push(super::additions::image("The container image of the jobs."));
    }
    map(keys).normal()
}

/// `sudo:`
pub(super) fn sudo() -> Key {
    key(
        "sudo",
        super::os::sudo(),
        "Had a meaning once; every job has sudo.",
    )
    .deprecated("The key `sudo` has no effect anymore.")
}

/// `virt:`
pub(super) fn virt() -> Key {
    key(
        "virt",
        super::os::virt(),
        "Virtualisation; without effect here.",
    )
    .alias(&["virtualization"])
}

/// `keys:`
pub(super) fn key_names() -> Key {
    key("keys", texts(), "Names of stored keys.").idle("seal what a job needs with `agent encrypt`")
}

fn stack() -> Type {
    super::types::one_of_words(
        [
            "connie",
            "amethyst",
            "garnet",
            "stevonnie",
            "opal",
            "sardonyx",
            "onion",
            "cookiecat",
        ]
        .map(word)
        .to_vec(),
    )
    .downcase()
}
