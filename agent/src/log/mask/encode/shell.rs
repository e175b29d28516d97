//! Shell quoting: what `set -x`, `printf %q`, `export -p` and `declare -p` print.

/// The value inside each manner of quoting.
pub(super) fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    vec![
        // bash: 'it'\''s'
        replace(value, |b| (b == b'\'').then_some(b"'\\''")),
        // dash: 'it'"'"'s'
        replace(value, |b| (b == b'\'').then_some(b"'\"'\"'")),
        // export -p, declare -p: "\$HOME"
        backslashed(value, |b| matches!(b, b'$' | b'`' | b'"' | b'\\')),
        // printf %q: two\ words
        backslashed(value, is_special),
        // bash for control characters: $'a\nb'
        ansi_c(value, false),
        ansi_c(value, true),
    ]
}

fn replace(value: &[u8], with: impl Fn(u8) -> Option<&'static [u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        match with(*byte) {
            Some(text) => out.extend_from_slice(text),
            None => out.push(*byte),
        }
    }
    out
}

fn backslashed(value: &[u8], special: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        if special(*byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

/// What bash's `%q` puts a backslash before, but for `#` and `~` at the beginning.
fn is_special(byte: u8) -> bool {
    byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric() && !b"-_./:=@%+#~".contains(&byte)
        || byte == b' '
}

/// `$'…'` quoting; `octal` also for bytes beyond ASCII, as in the C locale.
fn ansi_c(value: &[u8], octal: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        let letter = match byte {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x07 => b'a',
            0x08 => b'b',
            0x0b => b'v',
            0x0c => b'f',
            0x1b => b'E',
            b'\\' => b'\\',
            b'\'' => b'\'',
            b if b.is_ascii_control() || (octal && !b.is_ascii()) => {
                out.extend_from_slice(format!("\\{b:03o}").as_bytes());
                continue;
            }
            b => {
                out.push(*b);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_manner_of_quoting_is_there() {
        let forms = forms(b"it's $5\n\xc3\xa9");
        let has = |form: &[u8]| forms.contains(&form.to_vec());
        assert!(has(b"it'\\''s $5\n\xc3\xa9"));
        assert!(has(b"it'\"'\"'s $5\n\xc3\xa9"));
        assert!(has(b"it's \\$5\n\xc3\xa9"));
        assert!(has(b"it\\'s\\ \\$5\n\xc3\xa9"));
        assert!(has(b"it\\'s $5\\n\xc3\xa9"));
        assert!(has(b"it\\'s $5\\n\\303\\251"));
    }
}
