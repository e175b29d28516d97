//! Ruby's pattern syntax in the engine's words.

/// Says a Ruby pattern in the engine's syntax. What is invalid stays so: the engine reports it.
pub(super) fn translate(pattern: &str) -> String {
    let mut translator = Translator {
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
    };
    translator.run();
    translator.out
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
}

impl<'a> Translator<'a> {
    fn run(&mut self) {
        while let Some(next) = self.take() {
            match next {
                '\\' => self.escape(),
                '[' => self.class(),
                '^' | '$' => self.anchor(next),
                '(' => self.group(),
                '{' => self.brace(),
                '}' => self.out.push_str(r"\}"),
                _ => self.out.push(next),
            }
        }
    }

    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn literal(&mut self, character: char) {
        if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(character);
    }

    fn escape(&mut self) {
        match self.take() {
            None => self.out.push('\\'),
            Some(letter) => {
                if let Some((negated, members)) = shorthand(letter) {
                    let hat = if negated { "^" } else { "" };
                    self.out.push_str(&format!("[{hat}{members}]"));
                } else if !self.character_escape(letter) {
                    self.meaningful_or_literal(letter);
                }
            }
        }
    }

    /// Escapes that mean the same character inside and outside of classes.
    fn character_escape(&mut self, letter: char) -> bool {
        match letter {
            'e' => self.out.push_str(r"\x1B"),
            'a' => self.out.push_str(r"\x07"),
            'v' => self.out.push_str(r"\x0B"),
            '0' => self.out.push_str(r"\x00"),
            't' | 'n' | 'r' | 'f' | 'x' | 'u' | 'p' | 'P' => {
                self.out.push('\\');
                self.out.push(letter);
                if matches!(letter, 'p' | 'P' | 'u' | 'x') && self.eat("{") {
                    self.braced();
                }
            }
            _ => return false,
        }
        true
    }

    /// The rest of `\p{…}` and `\u{…}`.
    fn braced(&mut self) {
        self.out.push('{');
        while let Some(next) = self.take() {
            self.out.push(next);
            if next == '}' {
                break;
            }
        }
    }

    fn meaningful_or_literal(&mut self, letter: char) {
        let meaningful = matches!(
            letter,
            'A' | 'z' | 'Z' | 'b' | 'B' | 'G' | 'K' | 'R' | 'X' | 'k' | 'g' | '1'..='9'
        );
        if meaningful {
            self.out.push('\\');
            self.out.push(letter);
        } else {
            // Ruby takes any other escaped character for itself.
            self.literal(letter);
        }
    }

    /// Ruby repeats anchors, the engine does not: `^*` asks for nothing, `^+` is `^`.
    fn anchor(&mut self, anchor: char) {
        let optional = self.rest.starts_with(['*', '?']);
        if optional || self.rest.starts_with('+') {
            self.take();
            if self.rest.starts_with(['?', '+']) {
                self.take();
            }
        }
        if !optional {
            self.out.push(anchor);
        }
    }

    fn group(&mut self) {
        if self.eat("?#") {
            while let Some(next) = self.take() {
                match next {
                    ')' => return,
                    '\\' => drop(self.take()),
                    _ => {}
                }
            }
            return self.out.push('(');
        }
        self.out.push('(');
        if let Some(flags) = self.flags() {
            self.out.push('?');
            self.out.push_str(&flags);
        } else if self.rest.starts_with("?'") {
            self.quoted_name();
        }
    }

    /// `(?mix-mix` up to `)` or `:`. Ruby's `m` lets the dot match newlines.
    fn flags(&mut self) -> Option<String> {
        let rest = self.rest.strip_prefix('?')?;
        let end = rest.find([')', ':'])?;
        let (letters, after) = rest.split_at_checked(end)?;
        let known = letters.chars().all(|flag| "mixadu-".contains(flag));
        if !known || letters.is_empty() {
            return None;
        }
        self.rest = after;
        let kept = letters.chars().filter(|flag| !"adu".contains(*flag));
        Some(
            kept.map(|flag| if flag == 'm' { 's' } else { flag })
                .collect(),
        )
    }

    /// `(?'name'…` is `(?<name>…`.
    fn quoted_name(&mut self) {
        let Some(rest) = self.rest.strip_prefix("?'") else {
            return;
        };
        if let Some((name, after)) = rest.split_once('\'') {
            self.out.push_str(&format!("?<{name}>"));
            self.rest = after;
        }
    }

    /// `{2}`, `{2,}`, `{2,3}` and `{,3}` repeat; any other brace is a character.
    fn brace(&mut self) {
        let repeat = self.rest.split_once('}').and_then(|(inside, after)| {
            let (low, high) = match inside.split_once(',') {
                Some((low, high)) => (low, Some(high)),
                None => (inside, None),
            };
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let given = !low.is_empty() || high.is_some_and(|high| !high.is_empty());
            (given && digits(low) && high.is_none_or(digits)).then_some((low, high, after))
        });
        let Some((low, high, after)) = repeat else {
            return self.out.push_str(r"\{");
        };
        self.rest = after;
        let low = if low.is_empty() { "0" } else { low };
        match high {
            Some(high) => self.out.push_str(&format!("{{{low},{high}}}")),
            None => self.out.push_str(&format!("{{{low}}}")),
        }
    }

    /// A bracket class, after its `[`; nested ones too.
    fn class(&mut self) {
        let mut depth = 0_usize;
        let mut opened = true;
        let mut after_set = false;
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        while let Some(next) = self.take() {
            let was_set = std::mem::take(&mut after_set);
            let at_start = std::mem::take(&mut opened);
            match next {
                ']' if at_start && self.rest.contains(']') => self.out.push_str(r"\]"),
                ']' => {
                    self.out.push(']');
                    match depth.checked_sub(1) {
                        None => return,
                        Some(outer) => depth = outer,
                    }
                    after_set = true;
                }
                '[' if self.posix() => after_set = true,
                '[' => {
                    depth += 1;
                    opened = true;
                    self.out.push('[');
                    if self.eat("^") {
                        self.out.push('^');
                    }
                }
                '\\' => after_set = self.class_escape(),
                '&' if self.eat("&") => self.out.push_str("&&"),
                // `-` beside a set or another `-` is a character; elsewhere it makes a range.
                '-' if was_set || at_start || self.out.ends_with('-') => self.out.push_str(r"\-"),
                '-' => self.out.push('-'),
                ' ' => self.out.push_str(r"\x20"),
                '&' | '~' | '#' => self.literal(next),
                _ => self.out.push(next),
            }
        }
    }

    /// An escape inside of a class; says whether it stands for a set of characters.
    fn class_escape(&mut self) -> bool {
        let Some(letter) = self.take() else {
            self.out.push('\\');
            return false;
        };
        if let Some((negated, members)) = shorthand(letter) {
            if negated {
                self.out.push_str(&format!("[^{members}]"));
            } else {
                self.out.push_str(members);
            }
            return true;
        }
        if letter == 'b' {
            self.out.push_str(r"\x08");
        } else if !self.character_escape(letter) {
            self.literal(letter);
        }
        matches!(letter, 'p' | 'P')
    }

    /// `[:alpha:]` and its like, after their `[`: in Ruby they know more than ASCII.
    fn posix(&mut self) -> bool {
        let Some((name, after)) = self
            .rest
            .strip_prefix(':')
            .and_then(|rest| rest.split_once(":]"))
        else {
            return false;
        };
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let members = match name {
            "alpha" => r"\p{Alphabetic}",
            "digit" => r"\p{Nd}",
            "alnum" => r"\p{Alphabetic}\p{Nd}",
            "upper" => r"\p{Uppercase}",
            "lower" => r"\p{Lowercase}",
            "space" => r"\p{White_Space}",
            "blank" => r"\p{Zs}\t",
            "cntrl" => r"\p{Cc}",
            "punct" => r"\p{P}$+<=>\^`|\~",
            "word" => r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}",
            "xdigit" => "0-9A-Fa-f",
            "graph" => r"\p{L}\p{M}\p{N}\p{P}\p{S}",
            "print" => r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}",
            _ => return false,
        };
        let hat = if negated { "^" } else { "" };
        self.out.push_str(&format!("[{hat}{members}]"));
        self.rest = after;
        true
    }
}

/// Ruby's one-letter classes hold ASCII only: whether negated, and the members.
fn shorthand(letter: char) -> Option<(bool, &'static str)> {
    let members = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\x0B\x0C\r\x20",
        'h' => "0-9A-Fa-f",
        _ => return None,
    };
    Some((letter.is_ascii_uppercase(), members))
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn what_both_mean_alike_stays() {
        for same in [
            r"^v[0-9]+\.x$",
            "(?:a|b)*?",
            "(?<x>a)+",
            "[^a-z]{2,3}",
            "(?!x)",
        ] {
            assert_eq!(translate(same), same);
        }
    }

    #[test]
    fn what_differs_is_said_anew() {
        for (ruby, ours) in [
            (r"\d\h", "[0-9][0-9A-Fa-f]"),
            (r"[\w.-]", "[0-9A-Za-z_.-]"),
            (r"[\w-.]", r"[0-9A-Za-z_\-.]"),
            (r"[+--]", r"[+-\-]"),
            (r"[]a]", r"[\]a]"),
            ("^*-x", "-x"),
            ("(?mi)a", "(?si)a"),
            ("(?m-i:a)", "(?s-i:a)"),
            ("a(?#note)b", "ab"),
            ("{a}", r"\{a\}"),
            ("a{,3}", "a{0,3}"),
            (r"\y\/\_\<", r"y\/\_<"),
            ("(?'n'a)", "(?<n>a)"),
        ] {
            assert_eq!(translate(ruby), ours, "{ruby}");
        }
    }
}
