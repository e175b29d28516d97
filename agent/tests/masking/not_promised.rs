//! The honest list: what the documentation says is not hidden. A case that becomes hidden one day
//! must be taken off here and in the documentation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const SECRET: &[u8] = b"correct horse battery";

#[track_caller]
fn passes(text: impl AsRef<[u8]>) {
    let text = text.as_ref();
    assert_eq!(masked_all_ways(&masker(&[SECRET]), text), text);
}

#[test]
fn reversed() {
    passes(SECRET.iter().rev().copied().collect::<Vec<_>>());
}

#[test]
fn base64_of_base64() {
    passes(STANDARD.encode(STANDARD.encode(SECRET)));
}

#[test]
fn compressed() {
    // `printf 'correct horse battery' | gzip -n | xxd -p`, whose middle is Huffman-coded.
    passes([
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x4b, 0xce, 0x2f, 0x2a, 0x4a,
        0x4d, 0x2e, 0x51, 0xc8, 0xc8, 0x2f, 0x2a, 0x4e, 0x55, 0x48, 0x4a, 0x2c, 0x29, 0x49, 0x2d,
        0xaa, 0x04, 0x00,
    ]);
}

#[test]
fn one_letter_a_line() {
    let lines: Vec<_> = SECRET.chunks(1).collect();
    passes(lines.join(&b"\r\n"[..]));
}

#[test]
fn values_below_three_bytes() {
    assert_eq!(masked_all_ways(&masker(&[b"ab"]), b"cab"), b"cab");
}
