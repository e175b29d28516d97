//! `vm:`: size of the machine; another service's.

use super::types::{Type, any, key, map, one_of, text};

/// `vm:`
pub(super) fn vm() -> Type {
    let sizes = [
        "medium",
        "large",
        "x-large",
        "2x-large",
        "gpu-medium",
        "gpu-xlarge",
    ];
    let named = || map(vec![key("name", text(), "Name of the machine.")]);
    map(vec![
        key("size", one_of(&sizes), "Size of the machine."),
        key("create", named(), "A machine to keep for later jobs."),
        key(
            "use",
            any(vec![named(), text()]),
            "A machine that an earlier job kept.",
        ),
    ])
}
