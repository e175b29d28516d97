//! `workspaces:`: files handed from job to job.

use super::types::{Type, key, map, text, texts};

/// `workspaces:`
pub(super) fn workspaces() -> Type {
    let create = map(vec![
        key("name", text(), "Name of the workspace.").unique(),
        key("paths", texts(), "What goes in."),
    ])
    .normal();
    map(vec![
        key(
            "create",
            create,
            "A workspace to store at the end of the job.",
        ),
        key("use", texts(), "Workspaces of earlier jobs to unpack."),
    ])
    .normal()
}
