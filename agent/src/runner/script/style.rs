//! Bytes of the log that are known before the job runs (run-time reference §13).

/// Lines of text with the terminal's line ends.
#[must_use]
pub fn lines(text: &str) -> Vec<u8> {
    let mut bytes = text
        .replace("\r\n", "\n")
        .replace('\n', "\r\n")
        .into_bytes();
    if !bytes.ends_with(b"\n") {
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// One yellow line.
pub(super) fn yellow(text: &str) -> Vec<u8> {
    lines(&format!("\x1b[33;1m{text}\x1b[0m"))
}

/// A folded piece of the log.
pub(super) fn folded(name: &str, content: &[u8]) -> Vec<u8> {
    [&fold_start(name), content, &fold_end(name)].concat()
}

/// The beginning of a folded piece of the log.
#[must_use]
pub fn fold_start(name: &str) -> Vec<u8> {
    format!("travis_fold:start:{name}\r\x1b[0K").into_bytes()
}

/// Its end.
#[must_use]
pub fn fold_end(name: &str) -> Vec<u8> {
    format!("travis_fold:end:{name}\r\x1b[0K").into_bytes()
}

/// How a command is shown before its output.
pub(super) fn echo(text: &str) -> Vec<u8> {
    lines(&format!("$ {}", text.trim_end_matches(['\n', '\r'])))
}

/// How messages call a command: its first line.
pub(super) fn label(text: &str) -> String {
    let text = text.trim_matches(['\n', '\r', ' ']);
    match text.split_once('\n') {
        Some((first, _)) => format!("{} …", first.trim_end()),
        None => text.to_owned(),
    }
}

/// Whether a command has several lines.
pub(super) fn is_long(text: &str) -> bool {
    text.trim_matches(['\n', '\r', ' ']).contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_called_by_its_first_line() {
        assert_eq!(label("make\n"), "make");
        assert_eq!(label("if x; then \n  y\nfi\n"), "if x; then …");
        assert!(is_long("a\nb") && !is_long("a\n"));
    }

    #[test]
    fn an_echo_ends_with_one_line_end() {
        assert_eq!(echo("a\nb\n\n"), b"$ a\r\nb\r\n");
        assert_eq!(echo(""), b"$ \r\n");
    }
}
