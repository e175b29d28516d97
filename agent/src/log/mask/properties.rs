//! What holds for any secrets, any text and any cuts, checked against a masker of a few lines.

use proptest::prelude::*;

use super::*;

fn masker(secrets: &[Vec<u8>]) -> Masker {
    let secrets: Vec<_> = secrets.iter().cloned().map(Plaintext::new).collect();
    Masker::new(&secrets)
}

fn needles(secrets: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let secrets: Vec<_> = secrets.iter().cloned().map(Plaintext::new).collect();
    let list = needles::gather(&secrets).list;
    list.into_iter().map(|needle| needle.bytes).collect()
}

fn masked(masker: &Masker, pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = MaskedBuf::new();
    let mut stream = masker.stream();
    pieces.iter().for_each(|piece| stream.push(piece, &mut out));
    stream.finish(&mut out);
    out.bytes().to_vec()
}

fn cut<'a>(text: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = text;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() || sizes.is_empty() {
            break;
        }
        let (piece, tail) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

/// Hides the union of all places where a needle stands, by looking at every place.
fn model(needles: &[Vec<u8>], mark: &[u8], text: &[u8]) -> Vec<u8> {
    let mut hidden = vec![false; text.len()];
    for needle in needles {
        for at in 0..text.len() {
            if text[at..].starts_with(needle) {
                hidden[at..at + needle.len()].fill(true);
            }
        }
    }
    let mut out = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match hidden[at] {
            false => out.push(*byte),
            true if at == 0 || !hidden[at - 1] => out.extend_from_slice(mark),
            true => (),
        }
    }
    out
}

/// Text and secrets from few letters, so that they meet, overlap and repeat.
fn letters(letters: &'static [u8], len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(letters), len)
}

fn secrets(of: &'static [u8]) -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(letters(of, 0..9), 1..5)
}

const PLAIN: &[u8] = b"aab\n\r ";
const MARKS: &[u8] = b"ab[]secur*";
const ESCAPES: &[u8] = b"aab\n\r\x1b[1m";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cuts_change_nothing(
        secrets in secrets(ESCAPES),
        text in letters(ESCAPES, 0..120),
        sizes in prop::collection::vec(1usize..9, 1..6),
    ) {
        let masker = masker(&secrets);
        let whole = masked(&masker, &[&text]);
        prop_assert_eq!(&masked(&masker, &cut(&text, &sizes)), &whole);
        prop_assert_eq!(&masked(&masker, &cut(&text, &[1])), &whole);
    }

    #[test]
    fn no_needle_is_left(
        secrets in secrets(MARKS),
        text in letters(MARKS, 0..120),
    ) {
        let out = masked(&masker(&secrets), &[&text]);
        for needle in needles(&secrets) {
            prop_assert!(memchr::memmem::find(&out, &needle).is_none(), "{needle:?} in {out:?}");
        }
    }

    #[test]
    fn exactly_the_places_of_needles_are_hidden(
        secrets in secrets(PLAIN),
        text in letters(PLAIN, 0..120),
        sizes in prop::collection::vec(1usize..9, 1..6),
    ) {
        let masker = masker(&secrets);
        let expected = model(&needles(&secrets), masker.mark(), &text);
        prop_assert_eq!(masked(&masker, &cut(&text, &sizes)), expected);
    }

    #[test]
    fn encodings_in_random_text_leave_the_rest_as_it_is(
        secret in "[a-zA-Z0-9+/ '\"$&<>\\\\é]{4,24}",
        before in "[a-z ]{0,30}",
        pick in any::<prop::sample::Index>(),
        sizes in prop::collection::vec(1usize..40, 1..4),
    ) {
        let secrets = [secret.into_bytes()];
        let needles = needles(&secrets);
        prop_assume!(!needles.is_empty());
        let text = [before.as_bytes(), pick.get(&needles).as_slice(), b" \r\n after"].concat();
        let masker = masker(&secrets);
        let expected = model(&needles, masker.mark(), &text);
        prop_assert_eq!(masked(&masker, &cut(&text, &sizes)), expected);
    }

    #[test]
    fn colours_and_wrapping_do_not_save_a_needle(
        secret in "[a-zA-Z0-9+/ '\"$&<>\\\\é]{6,24}",
        pick in any::<prop::sample::Index>(),
        breaks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        sizes in prop::collection::vec(1usize..40, 1..4),
    ) {
        let secrets: Vec<_> = [secret].map(String::into_bytes).map(Plaintext::new).into();
        let needles = needles::gather(&secrets).list;
        prop_assume!(!needles.is_empty());
        let needle = pick.get(&needles);
        let mut text = needle.bytes.clone();
        // From the end, so that no break falls into another.
        let mut places: Vec<_> = breaks.iter().map(|n| 1 + n.index(text.len() - 1)).collect();
        places.sort_unstable();
        for (n, at) in places.into_iter().rev().enumerate() {
            let what: &[u8] = if needle.wraps && n % 2 == 0 { b"\r\n" } else { b"\x1b[1m" };
            text.splice(at..at, what.iter().copied());
        }
        let text = [b"before |", text.as_slice(), b"| after"].concat();
        let masker = Masker::new(&secrets);
        let out = masked(&masker, &cut(&text, &sizes));
        prop_assert_eq!(String::from_utf8_lossy(&out), "before |[secure]| after");
    }

    #[test]
    fn a_stream_taken_up_again_gives_the_same(
        secrets in secrets(ESCAPES),
        text in letters(ESCAPES, 0..120),
        at in any::<prop::sample::Index>(),
    ) {
        let masker = masker(&secrets);
        let at = at.index(text.len() + 1);
        let mut out = MaskedBuf::new();
        let mut first = masker.stream();
        first.push(&text[..at], &mut out);
        let checkpoint = first.checkpoint();
        let from = usize::try_from(checkpoint.raw).expect("small");
        prop_assert_eq!(from + first.held_back(), at);
        let mut second = masker.resume(checkpoint);
        second.push(&text[from..], &mut out);
        second.finish(&mut out);
        prop_assert_eq!(out.bytes(), masked(&masker, &[&text]));
    }

    #[test]
    fn what_is_held_back_is_bounded(
        secrets in secrets(ESCAPES),
        text in letters(ESCAPES, 0..400),
    ) {
        let longest = needles(&secrets).iter().map(Vec::len).max().unwrap_or(0);
        let mut stream = masker(&secrets).stream();
        let mut out = MaskedBuf::new();
        for byte in &text {
            stream.push(&[*byte], &mut out);
            prop_assert!(stream.held_back() <= 4 * longest + 1024 + 64);
            if !text.contains(&0x1b) && !text.contains(&b'\n') && !text.contains(&b'\r') {
                prop_assert!(stream.held_back() < longest.max(1));
            }
        }
    }
}
