//! The list of threats T6 and T7, case by case: none of these shows the secret.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

const TOKEN: &[u8] = b"gh0_w8Rk/+Zq2~ mY'7\"x&<P";
const LONG: &[u8] = b"correct horse battery staple, and a good deal more of such words in a row";
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0Xyz
-----END PRIVATE KEY-----
";

/// The text is hidden as a whole, whatever the cuts: it leaves only the mark.
#[track_caller]
fn hides(secret: &[u8], text: impl AsRef<[u8]>) {
    let text = text.as_ref();
    let out = masked_all_ways(&masker(&[secret]), &[b"before ", text, b" after"].concat());
    assert_eq!(String::from_utf8_lossy(&out), "before [secure] after");
}

#[test]
fn the_value_itself() {
    hides(TOKEN, TOKEN);
    hides(b"p4s", "p4s");
    hides(b" padded secret\n", "padded secret");
}

#[test]
fn the_trap_of_matchers_that_do_not_go_back() {
    let out = |secret: &[u8], text: &[u8]| masked_all_ways(&masker(&[secret]), text);
    assert_eq!(out(b"aab", b"aaab"), b"a[secure]");
    assert_eq!(out(b"hunter2", b"hunhunter2"), b"hun[secure]");
    assert_eq!(out(b"hunter2", b"end hunter"), b"end hunter");
}

#[test]
fn secrets_that_overlap_leave_nothing() {
    let all = masker(&[b"secret!", b"secret!long", b"longer"]);
    assert_eq!(masked_all_ways(&all, b"secret!longer"), b"[secure]");
    assert_eq!(
        masked_all_ways(&all, b"secret! longer"),
        b"[secure] [secure]"
    );
    assert_eq!(masked_all_ways(&all, b"secret!longer."), b"[secure].");
}

#[test]
fn a_key_of_several_lines() {
    let key = KEY.trim();
    hides(KEY.as_bytes(), key);
    hides(KEY.as_bytes(), key.replace('\n', "\r\n"));
    hides(KEY.replace('\n', "\r\n").as_bytes(), key);
    let prefixed: String = KEY
        .lines()
        .map(|line| format!("12.1 | {line}\r\n"))
        .collect();
    let out = masked_all_ways(&masker(&[KEY.as_bytes()]), prefixed.as_bytes());
    assert_eq!(out, b"12.1 | [secure]\r\n".repeat(KEY.lines().count()));
}

#[test]
fn braces_on_lines_of_their_own_stay_readable() {
    let masker = masker(&[b"{\n}\na"]);
    let text = b"fn main() {\n    println!(\"{}\", a);\n}\n";
    assert_eq!(masked_all_ways(&masker, text), text);
}

#[test]
fn shell_tracing() {
    let quoted = String::from_utf8_lossy(TOKEN).replace('\'', "'\\''");
    hides(TOKEN, quoted);
    hides(b"two\nlines of \\ it", "two\\nlines of \\\\ it");
    hides(b"two words & more", "two\\ words\\ \\&\\ more");
    hides(b"a\"b$c`d", "a\\\"b\\$c\\`d");
}

#[test]
fn base64_at_each_alignment() {
    for before in ["", "u", "us", "use"] {
        for after in ["", "\n", ":p", " - and more"] {
            let plain = [before.as_bytes(), TOKEN, after.as_bytes()].concat();
            for text in [STANDARD.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)] {
                let out = masked_all_ways(&masker(&[TOKEN]), text.as_bytes());
                let left = String::from_utf8_lossy(&out).replace("[secure]", "");
                let others = before.len() + after.len();
                assert!(left.len() <= (8 * others).div_ceil(6) + 4, "{text} {left}");
            }
        }
    }
}

#[test]
fn base64_wrapped_over_lines() {
    for before in [
        "",
        "a",
        "ab",
        "some forty bytes that come first in the file:",
    ] {
        let text = STANDARD.encode([before.as_bytes(), LONG].concat());
        for (width, end) in [(76, "\n"), (76, "\r\n"), (64, "\r\n"), (20, "\n")] {
            let lines: Vec<_> = text.as_bytes().chunks(width).collect();
            let wrapped = lines.join(end.as_bytes());
            let out = masked_all_ways(&masker(&[LONG]), &wrapped);
            let shown = String::from_utf8_lossy(&out);
            let kept = shown.replace("[secure]", "").replace(['\r', '\n'], "");
            assert!(text.starts_with(&kept), "{shown}");
            assert!(kept.len() <= (8 * before.len()).div_ceil(6), "{shown}");
        }
    }
}

#[test]
fn hexadecimal() {
    let hex: String = LONG.iter().map(|b| format!("{b:02x}")).collect();
    hides(LONG, &hex);
    hides(LONG, hex.to_uppercase());
    let lines: Vec<_> = hex.as_bytes().chunks(60).collect();
    hides(LONG, lines.join(&b"\r\n"[..]));
}

#[test]
fn percent_encoding() {
    let percent = |upper: bool, kept: &[u8]| -> String {
        let encode = |b: &u8| match b {
            b if b.is_ascii_alphanumeric() || kept.contains(b) => char::from(*b).to_string(),
            b if upper => format!("%{b:02X}"),
            b => format!("%{b:02x}"),
        };
        TOKEN.iter().map(encode).collect()
    };
    for upper in [true, false] {
        hides(TOKEN, percent(upper, b"-._~"));
        hides(TOKEN, percent(upper, b"-._~/"));
        hides(TOKEN, percent(upper, b"-._~!*'()"));
    }
}

#[test]
fn json_and_xml() {
    let json = serde_json::to_string(&String::from_utf8_lossy(TOKEN)).expect("JSON");
    hides(TOKEN, json.trim_matches('"'));
    hides(KEY.as_bytes(), KEY.trim().replace('\n', "\\n"));
    hides(b"a<b>&'\"c", "a&lt;b&gt;&amp;&#39;&quot;c");
}

#[test]
fn colours_inside_the_value() {
    hides(b"s3cret", "s3\x1b[1mcr\x1b[0met");
    hides(b"s3cret", "s3\x1b[01;31m\x1b[Kcr\x1b[m\x1b[Ket");
    hides(b"s3cret", "s\x1b[1m3\x1b[1mc\x1b[1mr\x1b[1me\x1b[1mt");
    let text = STANDARD.encode(LONG).replace('W', "W\x1b[0m");
    hides(LONG, text);
    let plain = b"\x1b[1ms3\x1b[0m creature \x1b[1";
    assert_eq!(masked_all_ways(&masker(&[b"s3cret"]), plain), plain);
}

#[test]
fn quotes_that_belong_to_the_file_and_not_to_the_value() {
    hides(b"\"long enough\"", "long enough");
}

#[test]
fn texts_beside_the_log() {
    let masker = masker(&[b"hunter2"]);
    assert_eq!(
        masker.text("deploy with hunter2 failed"),
        "deploy with [secure] failed"
    );
    assert_eq!(format!("{masker:?}"), "Masker(…)");
}

#[test]
fn a_secret_inside_the_mark_gets_another_mark() {
    let masker = masker(&[b"secure", b"hunter2"]);
    assert_eq!(
        masked_all_ways(&masker, b"is hunter2 secure?"),
        b"is *** ***?"
    );
}

#[test]
fn hundreds_of_secrets() {
    let secrets: Vec<_> = (0..500)
        .map(|n| format!("secret number {n:04} of many"))
        .collect();
    let refs: Vec<_> = secrets.iter().map(String::as_bytes).collect();
    let masker = masker(&refs);
    assert_eq!(masker.bare_values(), 0);
    for secret in &secrets {
        assert_eq!(masker.text(&STANDARD.encode(secret)), "[secure]");
    }
}
