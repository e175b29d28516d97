//! Hexadecimal digits without separators, as `xxd -p` and `openssl` print them.

/// The value in small and in capital digits.
pub(super) fn forms(value: &[u8]) -> [Vec<u8>; 2] {
    let lower: String = value.iter().map(|b| format!("{b:02x}")).collect();
    [lower.to_uppercase().into_bytes(), lower.into_bytes()]
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_cases_are_there() {
        let forms = super::forms(b"\x0a\xff");
        assert_eq!(forms, [b"0AFF".to_vec(), b"0aff".to_vec()]);
    }
}
