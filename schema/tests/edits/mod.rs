//! Edits that make no sense, for texts that do.

use proptest::prelude::*;

/// One edit: a piece of the text is repeated elsewhere, left out, or replaced.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// From a letter on, so many go.
    Cut(usize, usize),
    /// From a letter on, so many come again at another one.
    Copy(usize, usize, usize),
    /// A piece comes in at a letter.
    Insert(usize, &'static str),
}

/// One edit of a text of up to 4,000 letters.
pub(crate) fn edit() -> impl Strategy<Value = Edit> {
    const PIECES: &[&str] = &[
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        " ",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        "\"",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: *a",
        "!!str ",
        "#",
        "%",
        "~",
        "true",
        "1.10",
        "12:30",
        "secure: x",
        "if: (",
        "/",
        "ä",
        "\u{feff}",
        "env",
        "$(",
        "${",
        "{{",
        "}}",
        "(?<a>",
        "[[:",
        "**",
        "../",
        "@",
        "sec1.",
        "\0",
        "\\",
        "`",
    ];
    let at = 0_usize..4000;
    prop_oneof![
        (at.clone(), 1_usize..40).prop_map(|(at, length)| Edit::Cut(at, length)),
        (at.clone(), 1_usize..200, at.clone())
            .prop_map(|(at, length, to)| Edit::Copy(at, length, to)),
        (at, prop::sample::select(PIECES)).prop_map(|(at, piece)| Edit::Insert(at, piece)),
    ]
}

/// The text after the edits.
pub(crate) fn edited(text: &str, edits: &[Edit]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for edit in edits {
        let within = |at: usize| at % letters.len().max(1);
        match edit {
            Edit::Cut(at, length) => {
                let from = within(*at);
                let to = (from + length).min(letters.len());
                letters.drain(from..to);
            }
            Edit::Copy(at, length, to) => {
                let from = within(*at);
                let piece = letters.get(from..(from + length).min(letters.len()));
                let piece = piece.unwrap_or_default().to_vec();
                let to = within(*to);
                letters.splice(to..to, piece);
            }
            Edit::Insert(at, piece) => {
                let at = within(*at);
                letters.splice(at..at, piece.chars());
            }
        }
    }
    letters.into_iter().collect()
}
