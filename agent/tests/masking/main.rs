//! The masker from outside: what it promises, what it does not, and what others' cases say.

mod conformance;
mod hidden;
mod not_promised;

use agent::log::{MaskedBuf, Masker};
use agent::secrets::Plaintext;

fn masker(secrets: &[&[u8]]) -> Masker {
    let secrets: Vec<_> = secrets.iter().map(|s| Plaintext::new(s.to_vec())).collect();
    Masker::new(&secrets)
}

/// Masks the pieces as one stream.
fn masked(masker: &Masker, pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = MaskedBuf::new();
    let mut stream = masker.stream();
    pieces.iter().for_each(|piece| stream.push(piece, &mut out));
    stream.finish(&mut out);
    out.bytes().to_vec()
}

/// Masks in one write, in every two, and byte by byte; all must agree.
fn masked_all_ways(masker: &Masker, text: &[u8]) -> Vec<u8> {
    let whole = masked(masker, &[text]);
    let bytes: Vec<_> = text.chunks(1).collect();
    assert!(masked(masker, &bytes) == whole, "byte by byte differs");

    // The first write grows by a byte each time, so its work is done once and copied.
    let mut stream = masker.stream();
    let mut out = MaskedBuf::new();
    for (at, byte) in text.chunks(1).enumerate() {
        let (mut second, mut rest) = (stream.clone(), out.clone());
        second.push(text.get(at..).unwrap_or_default(), &mut rest);
        second.finish(&mut rest);
        assert!(rest.bytes() == whole, "split at {at} differs");
        stream.push(byte, &mut out);
    }
    whole
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|window| window == part)
}
