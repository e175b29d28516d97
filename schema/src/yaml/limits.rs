//! The budgets of decision 9, each with the error that names it.

use crate::diagnostic::{Diagnostic, Level};
use crate::source::Span;

/// Largest config file in bytes: 64 kB.
pub const MAX_BYTES: usize = 64 * 1024;

/// How deep lists and maps may nest, aliases included. Configs that people write go less than 10 deep.
pub const MAX_DEPTH: usize = 40;

/// Longest key in bytes. YAML itself allows as many characters where no `?` stands before a key.
pub const MAX_KEY: usize = 1024;

/// How many nodes all aliases of a file may stand for together.
pub const MAX_COPIED_NODES: usize = 20_000;

/// How many bytes of text all aliases of a file may stand for together: 1 MiB.
pub const MAX_COPIED_BYTES: usize = 1024 * 1024;

pub(super) fn too_large(bytes: usize, span: Span) -> Diagnostic {
    fatal(
        "too_large",
        format!(
            "The file has {bytes} bytes; at most {} kB are read",
            MAX_BYTES / 1024
        ),
        span,
    )
    .with_label("the limit is reached here")
    .with_help("move long scripts into files of the repository, or split the config with `import`")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    fatal(
        "too_deep",
        format!("Lists and maps nest more than {MAX_DEPTH} levels deep"),
        span,
    )
    .with_help("flatten this part of the file")
}

pub(super) fn too_long_key(span: Span) -> Diagnostic {
    fatal(
        "too_large",
        format!("This key has more than {MAX_KEY} bytes"),
        span,
    )
    .with_label("a key is a short word")
    .with_help("if this is a value, put a key before it")
}

pub(super) fn too_many_nodes(span: Span) -> Diagnostic {
    fatal(
        "too_many_nodes",
        format!("Aliases repeat more than {MAX_COPIED_NODES} values"),
        span,
    )
    .with_label("the limit is reached while this is repeated")
    .with_help("use fewer aliases of aliases")
}

pub(super) fn too_much_text(span: Span) -> Diagnostic {
    fatal(
        "too_large",
        format!(
            "Aliases repeat more than {} kB of text",
            MAX_COPIED_BYTES / 1024
        ),
        span,
    )
    .with_label("the limit is reached while this is repeated")
    .with_help("put the long text into a file of the repository")
}

fn fatal(code: &'static str, message: String, span: Span) -> Diagnostic {
    Diagnostic::new(Level::Error, code, "root", message, span).fatal()
}
