//! How fast the masker is on a log of lines of 100 bytes: `cargo bench -p agent --bench mask`.

use agent::log::{Event, Lines, MaskedBuf, Masker};
use agent::secrets::Plaintext;
use divan::Bencher;
use divan::counter::BytesCount;

const SIZE: usize = 32 << 20;

fn main() {
    divan::main();
}

/// A few numbers that look random and are the same each time.
fn noise(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed | 1;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state >> 33
    })
}

fn pick(from: &[u8], count: usize, seed: u64) -> Vec<u8> {
    let at = |n: u64| from[usize::try_from(n).unwrap_or(0) % from.len()];
    noise(seed).take(count).map(at).collect()
}

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PUNCT: &[u8] = b"abcdefghijkmnp23456789!$%&/()=?+#'\"<> -_.";

/// Twenty secrets of the kinds that people have: tokens, passwords, and a key of several lines.
fn secrets() -> Vec<Plaintext> {
    let tokens = (0..12).map(|n| pick(ALNUM, 40, n));
    let passwords = (0..7).map(|n| pick(PUNCT, 16, 100 + n));
    let lines: Vec<_> = (0..25).map(|n| pick(ALNUM, 64, 200 + n)).collect();
    let key = [
        &b"-----BEGIN PRIVATE KEY-----"[..],
        &lines.join(&b'\n'),
        b"-----END PRIVATE KEY-----",
    ];
    let key = key.join(&b'\n');
    tokens
        .chain(passwords)
        .chain([key])
        .map(Plaintext::new)
        .collect()
}

fn short() -> Vec<Plaintext> {
    let mut all = secrets();
    all.push(Plaintext::new(b"p4s".to_vec()));
    all
}

/// Lines of 100 bytes, line end included, as a terminal sends them.
fn log(line: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(SIZE + 128);
    for n in 0.. {
        let mut line = line(n);
        line.resize(98, b'.');
        out.extend_from_slice(&line);
        out.extend_from_slice(b"\r\n");
        if out.len() >= SIZE {
            break;
        }
    }
    out
}

fn words(n: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "Compiling",
        "test",
        "passed",
        "warning:",
        "unused",
        "in",
        "module",
        "tests::api::users",
        "0.21s",
        "downloading",
        "layer",
        "done",
    ];
    let mut line = format!("[{:>8.3}] ", (n as f64) / 977.0);
    for word in noise(n as u64).take(13) {
        line.push_str(WORDS[usize::try_from(word).unwrap_or(0) % WORDS.len()]);
        line.push(' ');
    }
    line.into_bytes()
}

fn run(bencher: Bencher<'_, '_>, secrets: &[Plaintext], log: &[u8]) {
    let masker = Masker::new(secrets);
    let mut out = MaskedBuf::new();
    bencher.counter(BytesCount::new(log.len())).bench_local(|| {
        let mut stream = masker.stream();
        for block in log.chunks(32 << 10) {
            out.clear();
            stream.push(block, &mut out);
        }
        stream.finish(&mut out);
    });
}

#[divan::bench(sample_count = 10)]
fn build_log(bencher: Bencher<'_, '_>) {
    run(bencher, &secrets(), &log(words));
}

#[divan::bench(sample_count = 10)]
fn build_log_with_a_secret_of_three_bytes(bencher: Bencher<'_, '_>) {
    run(bencher, &short(), &log(words));
}

#[divan::bench(sample_count = 10)]
fn same_letter(bencher: Bencher<'_, '_>) {
    run(bencher, &secrets(), &log(|_| vec![b'x'; 98]));
}

#[divan::bench(sample_count = 10)]
fn yes(bencher: Bencher<'_, '_>) {
    run(bencher, &secrets(), &b"y\r\n".repeat(SIZE / 3));
}

#[divan::bench(sample_count = 10)]
fn base64(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &secrets(),
        &log(|n| pick(ALNUM, 98, n as u64 + 9999)),
    );
}

#[divan::bench(sample_count = 10)]
fn hex(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &secrets(),
        &log(|n| pick(b"0123456789abcdef", 98, n as u64)),
    );
}

#[divan::bench(sample_count = 10)]
fn colours(bencher: Bencher<'_, '_>) {
    let line = |n| {
        let mut text = words(n);
        text.resize(75, b'-');
        [&b"\x1b[32mok\x1b[0m \x1b[1m"[..], &text, b"\x1b[0m"].concat()
    };
    run(bencher, &secrets(), &log(line));
}

#[divan::bench(sample_count = 10)]
fn a_secret_in_each_line(bencher: Bencher<'_, '_>) {
    let secret = pick(ALNUM, 40, 3);
    let line = |n| [words(n).split_at(40).0, &secret[..]].concat();
    run(bencher, &secrets(), &log(line));
}

#[divan::bench(sample_count = 10)]
fn nothing_secret(bencher: Bencher<'_, '_>) {
    run(bencher, &[], &log(words));
}

/// What `agent run` does on top: display lines.
#[divan::bench(sample_count = 10)]
fn masked_and_as_lines(bencher: Bencher<'_, '_>) {
    let (masker, log) = (Masker::new(&secrets()), log(words));
    let mut out = MaskedBuf::new();
    bencher.counter(BytesCount::new(log.len())).bench_local(|| {
        let (mut stream, mut lines) = (masker.stream(), Lines::new());
        let mut length = 0;
        for block in log.chunks(32 << 10) {
            out.clear();
            stream.push(block, &mut out);
            lines.push(out.as_masked(), |event| {
                if let Event::Line(line) = event {
                    length += line.len();
                }
            });
        }
        length
    });
}

#[divan::bench(sample_count = 10)]
fn preparing_a_masker(bencher: Bencher<'_, '_>) {
    let secrets = secrets();
    bencher.bench_local(|| Masker::new(&secrets));
}
