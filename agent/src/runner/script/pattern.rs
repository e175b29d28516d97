//! Shell patterns, for branches in `on:`.

/// Whether a shell pattern matches the whole of a name, as `[[ name = pattern ]]` has it: `*`
/// takes slashes too.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Where to go on after a mismatch: behind the last star, one character further.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(_) => one(pattern.get(p..).unwrap_or_default(), name.get(n).copied()),
            None => None,
        };
        match (step, retry) {
            (Some(length), _) => {
                p += length;
                n += 1;
            }
            (None, Some((star, from))) => {
                retry = Some((star, from + 1));
                p = star;
                n = from + 1;
            }
            (None, None) => return false,
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == '*')
}

/// How much of the pattern one character takes, if it matches.
fn one(pattern: &[char], name: Option<char>) -> Option<usize> {
    let letter = name?;
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == letter).then_some(2),
        ['[', rest @ ..] => match set(rest, letter) {
            Some((is_in, length)) => is_in.then_some(length + 1),
            None => (letter == '[').then_some(1),
        },
        [plain, ..] => (*plain == letter).then_some(1),
        [] => None,
    }
}

/// Whether a letter is in the set that begins here, and the set's length with its bracket.
fn set(pattern: &[char], letter: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.first(), Some('!' | '^'));
    let start = usize::from(negated);
    // A bracket right at the beginning is one of the letters.
    let end = pattern
        .iter()
        .skip(start + 1)
        .position(|c| *c == ']')
        .map(|at| at + start + 1)?;
    let letters = pattern.get(start..end)?;
    let mut found = false;
    let mut at = 0;
    while let Some(low) = letters.get(at) {
        match (letters.get(at + 1), letters.get(at + 2)) {
            (Some('-'), Some(high)) => {
                found |= (*low..=*high).contains(&letter);
                at += 3;
            }
            _ => {
                found |= *low == letter;
                at += 1;
            }
        }
    }
    Some((found != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_shell() {
        for (pattern, name, expected) in [
            ("master", "master", true),
            ("master", "master2", false),
            ("release/*", "release/1/2", true),
            ("release/*", "release", false),
            ("*-rc*", "v1-rc2", true),
            ("*ab*ab", "xabyabab", true),
            ("v?.[0-9]", "v1.2", true),
            ("v[!0-9]", "v1", false),
            ("v[]a]", "v]", true),
            ("a[", "a[", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("", "", true),
            ("*", "", true),
            ("ä*", "äö", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
