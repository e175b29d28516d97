//! Colours of a terminal as classes: the one place that writes a job's bytes into HTML.
//!
//! What it takes are lines of [`Lines`](crate::log::Lines), in which colours are the only control
//! sequences. Of those the sixteen colours, bold, dim, italic, underline, inverse and strike stay;
//! of 256 and of true colours the nearest of the sixteen. Anything else is dropped, and everything
//! else is escaped (threat T33).

use super::palette;

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    text: Option<u8>,
    paper: Option<u8>,
    flags: u8,
}

const BOLD: u8 = 1;
const DIM: u8 = 1 << 1;
const ITALIC: u8 = 1 << 2;
const UNDERLINE: u8 = 1 << 3;
const INVERSE: u8 = 1 << 4;
const STRIKE: u8 = 1 << 5;
/// The class of each flag.
const CLASSES: [(u8, &str); 6] = [
    (BOLD, "b"),
    (DIM, "d"),
    (ITALIC, "i"),
    (UNDERLINE, "u"),
    (INVERSE, "v"),
    (STRIKE, "s"),
];

/// Appends text as HTML; each run of equal colours is one `span` with classes.
pub(in crate::server) fn write(text: &str, out: &mut String) {
    let mut style = Style::default();
    let mut written = Style::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, after) = rest.split_at(rest.find('\x1b').unwrap_or(rest.len()));
        if !plain.is_empty() {
            if style != written {
                close(written, out);
                open(style, out);
                written = style;
            }
            escape(plain, out);
        }
        rest = match sequence(after) {
            Some((parameters, after)) => {
                style.apply(parameters);
                after
            }
            None => after.strip_prefix('\x1b').unwrap_or(after),
        };
    }
    close(written, out);
}

/// Appends text with the five characters that HTML knows replaced, and without control.
pub(in crate::server) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(character),
            _ if character.is_control() => (),
            _ => out.push(character),
        }
    }
}

/// The parameters of a sequence at the beginning, and what follows it.
fn sequence(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("\x1b[")?;
    let is_parameter = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b';' | b':');
    let len = inner.bytes().take_while(is_parameter).count();
    let (parameters, after) = inner.split_at(len);
    Some((parameters, after.strip_prefix('m')?))
}

fn open(style: Style, out: &mut String) {
    if style == Style::default() {
        return;
    }
    out.push_str("<span class=\"");
    let mut first = true;
    let mut class = |name: &str, number: Option<u8>| {
        if !first {
            out.push(' ');
        }
        first = false;
        out.push_str(name);
        if let Some(number) = number {
            out.push_str(&number.to_string());
        }
    };
    if let Some(colour) = style.text {
        class("f", Some(colour));
    }
    if let Some(colour) = style.paper {
        class("g", Some(colour));
    }
    for (flag, name) in CLASSES {
        if style.flags & flag != 0 {
            class(name, None);
        }
    }
    out.push_str("\">");
}

fn close(style: Style, out: &mut String) {
    if style != Style::default() {
        out.push_str("</span>");
    }
}

impl Style {
    /// Takes over what a sequence sets; an unknown code changes nothing.
    fn apply(&mut self, parameters: &str) {
        let mut codes = parameters.split(';');
        while let Some(code) = codes.next() {
            let mut parts = code.split(':');
            let main = parts.next().unwrap_or_default();
            match main {
                "38" | "48" => {
                    let colour = if code.contains(':') {
                        // `38:2::R:G:B` has an empty colour space before the colours.
                        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
                        extended(&mut parts.into_iter())
                    } else {
                        extended(&mut codes)
                    };
                    let place = if main == "38" {
                        &mut self.text
                    } else {
                        &mut self.paper
                    };
                    *place = colour.or(*place);
                }
                "4" if parts.next() == Some("0") => self.flags &= !UNDERLINE,
                _ => self.code(main),
            }
        }
    }

    fn code(&mut self, code: &str) {
        let Ok(code) = (if code.is_empty() { "0" } else { code }).parse::<u8>() else {
            return;
        };
        match code {
            0 => *self = Self::default(),
            1 => self.flags |= BOLD,
            2 => self.flags |= DIM,
            3 => self.flags |= ITALIC,
            4 | 21 => self.flags |= UNDERLINE,
            7 => self.flags |= INVERSE,
            9 => self.flags |= STRIKE,
            22 => self.flags &= !(BOLD | DIM),
            23 => self.flags &= !ITALIC,
            24 => self.flags &= !UNDERLINE,
            27 => self.flags &= !INVERSE,
            29 => self.flags &= !STRIKE,
            30..=37 => self.text = Some(code - 30),
            39 => self.text = None,
            40..=47 => self.paper = Some(code - 40),
            49 => self.paper = None,
            90..=97 => self.text = Some(code - 90 + 8),
            100..=107 => self.paper = Some(code - 100 + 8),
            _ => (),
        }
    }
}

/// What follows 38 and 48: `5;N`, or `2;R;G;B`.
fn extended<'a>(codes: &mut impl Iterator<Item = &'a str>) -> Option<u8> {
    let number = |codes: &mut dyn Iterator<Item = &'a str>| codes.next()?.parse::<u8>().ok();
    match codes.next()? {
        "5" => Some(palette::of_256(number(codes)?)),
        "2" => {
            let [r, g, b] = [number(codes), number(codes), number(codes)];
            Some(palette::nearest([r?, g?, b?]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(text: &str) -> String {
        let mut out = String::new();
        write(text, &mut out);
        out
    }

    #[test]
    fn colours_become_classes() {
        for (text, expected) in [
            ("plain", "plain"),
            ("\x1b[31mred\x1b[0m.", "<span class=\"f1\">red</span>."),
            ("\x1b[33;1mwarn", "<span class=\"f3 b\">warn</span>"),
            ("\x1b[1mb\x1b[22mn", "<span class=\"b\">b</span>n"),
            ("\x1b[97;44mx", "<span class=\"f15 g4\">x</span>"),
            ("\x1b[38;5;196mx", "<span class=\"f9\">x</span>"),
            ("\x1b[38;2;255;0;0;1mx", "<span class=\"f9 b\">x</span>"),
            ("\x1b[38:2::0:0:0mx", "<span class=\"f0\">x</span>"),
            ("\x1b[4:3mx\x1b[4:0my", "<span class=\"u\">x</span>y"),
            ("\x1b[31m\x1b[32m\x1b[0mx", "x"),
            ("\x1b[31ma\x1b[mb", "<span class=\"f1\">a</span>b"),
            ("\x1b[999;77mx", "x"),
            ("\x1b[38;5mx\x1b[38;9mx", "xx"),
        ] {
            assert_eq!(html(text), expected, "{text:?}");
        }
    }

    #[test]
    fn markup_in_a_log_stays_text() {
        assert_eq!(
            html("<script>alert('1')</script>\"&"),
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;"
        );
        assert_eq!(html("\x1b[38;5;</span>a"), "[38;5;&lt;/span&gt;a");
        assert_eq!(html("a\0b\u{9b}c\x1b"), "abc");
    }

    /// Takes our own tags and entities out again; `None` where anything else is in it.
    fn text_of(html: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = html;
        while let Some(at) = rest.find(['<', '&', '>', '"', '\'']) {
            let (plain, tail) = rest.split_at(at);
            text.push_str(plain);
            rest = if let Some(tail) = tail.strip_prefix("<span class=\"") {
                let (classes, tail) = tail.split_once("\">")?;
                let ours = |c: char| c.is_ascii_digit() || "bdiuvsfg ".contains(c);
                classes.chars().all(ours).then_some(tail)?
            } else if let Some(tail) = tail.strip_prefix("</span>") {
                tail
            } else {
                let (entity, tail) = tail.split_once(';')?;
                text.push(match entity {
                    "&amp" => '&',
                    "&lt" => '<',
                    "&gt" => '>',
                    "&quot" => '"',
                    "&#39" => '\'',
                    _ => return None,
                });
                tail
            };
        }
        text.push_str(rest);
        Some(text)
    }

    /// Texts that come near to what matters.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "\\PC{0,4}",
            "\x1b\\[[0-9;:]{0,12}m",
            "(<|>|&|\"|'|</span>|<script>|&lt;|\x1b|\x1b\\[|\u{202e}|\0)",
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn nothing_of_the_text_is_markup_and_nothing_is_lost(text in hostile()) {
            let mut expected = String::new();
            let mut rest = text.as_str();
            while let Some(first) = rest.chars().next() {
                if let Some((_, after)) = sequence(rest) {
                    rest = after;
                    continue;
                }
                let kept = !first.is_control() || matches!(first, '\t' | '\n');
                expected.extend(kept.then_some(first));
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
            let html = html(&text);
            prop_assert_eq!(text_of(&html), Some(expected), "{}", html);
        }

        #[test]
        fn the_page_grows_with_the_log_only(text in hostile()) {
            let html = html(&text);
            prop_assert!(html.len() <= text.len() * 16, "{} from {}", html.len(), text.len());
        }
    }
}
