//! The text that stands where a secret was.

use super::encode::Shape;

/// Tried in this order.
const MARKS: [&str; 4] = ["[secure]", "***", "<hidden>", "%%%"];

/// The mark for these needles: `[secure]`, unless that would itself show a needle.
///
/// It would when a needle lies inside the mark (`sec`), holds the whole mark, or could be made
/// whole by it (`x[s` from `x` and the mark's beginning). Then the next mark is taken; should all
/// of them clash, the needles inside `[secure]` are in sight whatever one does.
pub(super) fn choose(needles: &[Shape]) -> &'static [u8] {
    let fits = |mark: &&str| !needles.iter().any(|n| clash(&n.bytes, mark.as_bytes()));
    let [first, ..] = MARKS;
    MARKS.into_iter().find(fits).unwrap_or(first).as_bytes()
}

fn clash(needle: &[u8], mark: &[u8]) -> bool {
    let contains = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
    contains(mark, needle)
        || contains(needle, mark)
        || (1..mark.len()).any(|n| {
            let (head, tail) = mark.split_at(n);
            needle.ends_with(head) || needle.starts_with(tail)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(needles: &[&str]) -> &'static str {
        let shape = |needle: &&str| Shape {
            bytes: needle.as_bytes().to_vec(),
            wraps: false,
        };
        let needles: Vec<_> = needles.iter().map(shape).collect();
        std::str::from_utf8(choose(&needles)).expect("marks are text")
    }

    #[test]
    fn the_usual_mark_is_taken_for_usual_secrets() {
        assert_eq!(
            mark(&["hunter2", "[\"a\", \"b\"]", "secure enough"]),
            "[secure]"
        );
    }

    #[test]
    fn a_secret_that_the_mark_would_show_gets_another_mark() {
        for secret in ["sec", "x[s", "x[", "]x", "e]x", "my [secure] one"] {
            assert_eq!(mark(&[secret]), "***", "{secret}");
        }
        assert_eq!(mark(&["sec", "a*b*"]), "<hidden>");
    }
}
