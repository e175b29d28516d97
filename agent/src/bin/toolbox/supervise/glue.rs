//! The shell text by which a shell reports to the supervisor. POSIX, names prefixed `ci__`.

use std::path::Path;

/// What every shell reads first: how to report, and last words when it dies.
///
/// Nothing here reads a variable that might not be set, or lets `set -e` end the shell.
pub(crate) fn prologue(reports: &Path) -> Vec<u8> {
    let reports = quote(reports.as_os_str().as_encoded_bytes());
    let mut text = b"ci__status() { return \"$1\"; }\nci__reports=".to_vec();
    text.extend_from_slice(&reports);
    text.extend_from_slice(
        br#"
ci__report() {
  {
    printf 'R\0%s\0%s\0%s\0%s\0' "$1" "$2" "$-" "${PWD-}"
    export -p
    printf '\0'
  } > "$ci__reports"
}
ci__terminate() {
  printf 'T\0%s\0' "${1:-0}" > "$ci__reports"
  set +e
  exit "${1:-0}"
}
trap '{ printf "X\0%s\0" "$-" > "$ci__reports"; } 2> /dev/null || :' EXIT
"#,
    );
    text
}

/// The lines for one command: its file is sourced, then its end is reported.
///
/// `before` is the status that `$?` shall show at its beginning.
pub(crate) fn command(file: &Path, number: u64, before: i32) -> Vec<u8> {
    let file = quote(file.as_os_str().as_encoded_bytes());
    let mut text = Vec::new();
    if before != 0 {
        // On the left of `||` a status is seen by the right side and does not trip `set -e`.
        text.extend_from_slice(format!("ci__status {before} || ").as_bytes());
    }
    text.extend_from_slice(b". ");
    text.extend_from_slice(&file);
    text.extend_from_slice(
        format!("\n{{ ci__report {number} \"$?\"; }} 2> /dev/null || :\n").as_bytes(),
    );
    text
}

/// A line that lets scripts read the result so far.
pub(crate) fn test_result(failed: bool) -> Vec<u8> {
    let value = u8::from(failed);
    format!("{{ export TRAVIS_TEST_RESULT={value} CI_TEST_RESULT={value}; }} 2> /dev/null || :\n")
        .into_bytes()
}

/// A line that ends with a status, for a command that could not be read.
pub(crate) fn status(number: u64, status: i32) -> Vec<u8> {
    format!("ci__status {status}\n{{ ci__report {number} \"$?\"; }} 2> /dev/null || :\n")
        .into_bytes()
}

/// Appends the line that exports a variable.
pub(crate) fn export(text: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    text.extend_from_slice(b"export ");
    text.extend_from_slice(name);
    text.push(b'=');
    text.extend_from_slice(&quote(value));
    text.push(b'\n');
}

/// What a shell of the user's own reads first: the job's variables, the helper functions, a prompt.
pub(crate) fn of_the_user(variables: &[u8], preamble: &[u8], is_bash: bool) -> Vec<u8> {
    let mut text = b"unset ENV\n".to_vec();
    text.extend_from_slice(variables);
    text.extend_from_slice(b"\nci__terminate() { exit \"${1:-0}\"; }\n");
    text.extend_from_slice(preamble);
    // What is typed here is nothing to keep in the home directory.
    text.extend_from_slice(b"\nunset HISTFILE\n");
    let prompt: &[u8] = if is_bash {
        br"PS1='\w \$ '"
    } else {
        b"PS1='$PWD $ '"
    };
    text.extend_from_slice(prompt);
    text.push(b'\n');
    text
}

/// One shell word.
fn quote(text: &[u8]) -> Vec<u8> {
    let mut quoted = b"'".to_vec();
    for byte in text {
        match byte {
            b'\'' => quoted.extend_from_slice(br"'\''"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}
