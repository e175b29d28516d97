//! Percent-encoding, in the manners that tools differ in.

/// What stays as it is, beyond letters and digits.
const KEPT: [&[u8]; 5] = [
    // RFC 3986, which most libraries follow.
    b"-._~",
    // A path segment's slash is kept by Python's `quote`.
    b"-._~/",
    // encodeURIComponent.
    b"-._~!*'()",
    // encodeURI.
    b"-._~!*'();,/?:@&=+$#",
    // A form, where a blank is a plus.
    b"-._*",
];

/// The value percent-encoded with small and with capital digits.
pub(super) fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for kept in KEPT {
        for upper in [true, false] {
            forms.push(encode(value, kept, upper, false));
            forms.push(encode(value, kept, upper, true));
        }
    }
    forms
}

fn encode(value: &[u8], kept: &[u8], upper: bool, plus: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        match byte {
            b' ' if plus => out.push(b'+'),
            b if b.is_ascii_alphanumeric() || kept.contains(b) => out.push(*b),
            b if upper => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
            b => out.extend_from_slice(format!("%{b:02x}").as_bytes()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_manner_is_there() {
        let forms = forms(b"a b/c!+");
        let has = |form: &str| forms.contains(&form.as_bytes().to_vec());
        assert!(has("a%20b%2Fc%21%2B"));
        assert!(has("a%20b%2fc%21%2b"));
        assert!(has("a%20b/c%21%2B"));
        assert!(has("a%20b%2Fc!%2B"));
        assert!(has("a%20b/c!+"));
        assert!(has("a+b%2Fc%21%2B"));
    }
}
