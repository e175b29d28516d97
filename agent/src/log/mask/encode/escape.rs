//! The inside of JSON strings and of XML or HTML text.

/// The value as the inside of a JSON string, as different writers escape it.
pub(super) fn json(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for slash in [false, true] {
        for html in [false, true] {
            forms.push(json_bytes(value, slash, html));
            if let Ok(text) = std::str::from_utf8(value) {
                let lower = json_ascii(text, slash, html);
                forms.push(upper_escapes(&lower));
                forms.push(lower);
            }
        }
    }
    forms
}

fn json_bytes(value: &[u8], slash: bool, html: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        json_byte(*byte, slash, html, &mut out);
    }
    out
}

fn json_byte(byte: u8, slash: bool, html: bool, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => Some(b'"'),
        b'\\' => Some(b'\\'),
        b'/' if slash => Some(b'/'),
        b'\n' => Some(b'n'),
        b'\r' => Some(b'r'),
        b'\t' => Some(b't'),
        0x08 => Some(b'b'),
        0x0c => Some(b'f'),
        _ => None,
    };
    let long = byte < 0x20 || (html && matches!(byte, b'<' | b'>' | b'&'));
    match short {
        Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        None if long => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        None => out.push(byte),
    }
}

/// With everything beyond ASCII as `\uXXXX`, which many writers do.
fn json_ascii(text: &str, slash: bool, html: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for char in text.chars() {
        if let Ok(byte) = u8::try_from(char)
            && byte.is_ascii()
        {
            json_byte(byte, slash, html, &mut out);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    }
    out
}

/// The same with capital digits after `\u`.
fn upper_escapes(form: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(form.len());
    let mut rest = form;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'\\', [b'u', a, b, c, d, after @ ..]) => {
                out.extend_from_slice(b"\\u");
                out.extend([a, b, c, d].map(u8::to_ascii_uppercase));
                rest = after;
            }
            (b'\\', [next, after @ ..]) => {
                out.extend_from_slice(&[b'\\', *next]);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// The value as XML or HTML text or attribute.
pub(super) fn xml(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for quote in ["\"", "&quot;", "&#34;"] {
        for apostrophe in ["'", "&apos;", "&#39;", "&#x27;"] {
            let mut out = Vec::with_capacity(value.len());
            for byte in value {
                match byte {
                    b'&' => out.extend_from_slice(b"&amp;"),
                    b'<' => out.extend_from_slice(b"&lt;"),
                    b'>' => out.extend_from_slice(b"&gt;"),
                    b'"' => out.extend_from_slice(quote.as_bytes()),
                    b'\'' => out.extend_from_slice(apostrophe.as_bytes()),
                    other => out.push(*other),
                }
            }
            forms.push(out);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(forms: &[Vec<u8>], form: &str) -> bool {
        forms.contains(&form.as_bytes().to_vec())
    }

    #[test]
    fn json_escapes_as_several_writers_do() {
        let forms = json("a\"b\\c/\n<é\u{1f600}".as_bytes());
        assert!(has(&forms, "a\\\"b\\\\c/\\n<é\u{1f600}"));
        assert!(has(&forms, "a\\\"b\\\\c/\\n<\\u00e9\\ud83d\\ude00"));
        assert!(has(&forms, "a\\\"b\\\\c/\\n<\\u00E9\\uD83D\\uDE00"));
        assert!(has(&forms, "a\\\"b\\\\c\\/\\n<é\u{1f600}"));
        assert!(has(&forms, "a\\\"b\\\\c/\\n\\u003cé\u{1f600}"));
    }

    #[test]
    fn bytes_that_are_no_text_are_escaped_too() {
        assert!(json(b"a\"\xff").contains(&b"a\\\"\xff".to_vec()));
    }

    #[test]
    fn xml_escapes_as_several_writers_do() {
        let forms = xml(b"<a&\"'>");
        assert!(has(&forms, "&lt;a&amp;\"'&gt;"));
        assert!(has(&forms, "&lt;a&amp;&quot;&#39;&gt;"));
        assert!(has(&forms, "&lt;a&amp;&#34;&#39;&gt;"));
        assert!(has(&forms, "&lt;a&amp;&quot;&#x27;&gt;"));
    }
}
