//! Base64, standard and URL-safe, wherever in a longer text the value begins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What may follow the value in the encoded text: its end, or the newline that `echo` adds.
const TAILS: [&[u8]; 2] = [b"", b"\n"];

/// The characters that a value leaves in base64 text at each of the three alignments.
///
/// Three bytes make four characters, so the same value looks different after 0, 1 or 2 other
/// bytes. The first form of each alignment has only characters that nothing but the value
/// decides; the longer ones add the last character, as the end of the text or a newline makes it.
pub(super) fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for shift in 0..3_usize {
        let first = (8 * shift).div_ceil(6);
        let whole = 8 * (shift + value.len()) / 6;
        for tail in TAILS {
            let mut bytes = vec![0; shift];
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(tail);
            let text = STANDARD.encode(&bytes).into_bytes();
            let bare = text.len() - text.iter().rev().take_while(|b| **b == b'=').count();
            for end in [whole, bare, text.len()] {
                forms.extend(text.get(first..end).map(<[u8]>::to_vec));
            }
        }
    }
    let safe: Vec<_> = forms.iter().map(|form| url_safe(form)).collect();
    forms.extend(safe);
    forms
}

fn url_safe(form: &[u8]) -> Vec<u8> {
    let swap = |b: &u8| match b {
        b'+' => b'-',
        b'/' => b'_',
        other => *other,
    };
    form.iter().map(swap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(text: &str, value: &str) -> bool {
        forms(value.as_bytes())
            .iter()
            .any(|form| memchr::memmem::find(text.as_bytes(), form).is_some())
    }

    #[test]
    fn a_value_is_found_after_any_number_of_bytes() {
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "\n", ":x", "zz"] {
                let text = STANDARD.encode(format!("{before}hunter2{after}"));
                assert!(found_in(&text, "hunter2"), "{before:?} {after:?} {text}");
            }
        }
    }

    #[test]
    fn the_url_safe_alphabet_has_its_own_forms() {
        let value = "\u{fffd}>>??";
        let text = STANDARD.encode(value);
        assert!(text.contains(['+', '/']));
        assert!(found_in(&text.replace('+', "-").replace('/', "_"), value));
    }

    #[test]
    fn the_end_of_the_text_includes_its_padding() {
        assert!(forms(b"abcd").contains(&b"YWJjZA==".to_vec()));
        assert!(forms(b"abcd").contains(&b"YWJjZAo=".to_vec()));
    }
}
