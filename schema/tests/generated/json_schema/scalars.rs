//! Texts, numbers and booleans, as they may be written for each other.

use schema::reference::{Format, StrType, Word};
use serde_json::{Map, Value, json};

/// What a boolean may be written as.
const BOOLEANS: &[&str] = &[
    "true",
    "on",
    "yes",
    "enabled",
    "required",
    "false",
    "off",
    "no",
    "disabled",
    "not required",
];

/// The scalars that a place takes.
#[derive(Default)]
pub(super) struct Scalars<'t> {
    /// Texts.
    pub(super) texts: Vec<&'t StrType>,
    /// Numbers.
    pub(super) number: bool,
    /// The least and the largest of them.
    pub(super) range: Option<(i64, i64)>,
    /// Booleans, and words for them.
    pub(super) boolean: bool,
    /// The one boolean that is taken.
    pub(super) only: Option<bool>,
    /// A boolean in place of a map that can be enabled.
    pub(super) switch: bool,
    /// Assignments of variables.
    pub(super) assignments: bool,
    /// Words that are turned into keys.
    pub(super) words: bool,
}

/// A text of which nothing is asked.
pub(super) static ANY_TEXT: &StrType = &StrType {
    words: Vec::new(),
    downcase: false,
    ignore_case: false,
    format: None,
    vars: None,
    defaults: Vec::new(),
};

impl Scalars<'_> {
    /// Which kinds of scalars are taken. A number or a boolean is a text too.
    pub(super) fn kinds(&self) -> Vec<&'static str> {
        if self.assignments {
            return vec!["string"];
        }
        let text = !self.texts.is_empty();
        let string = text || self.number || self.boolean || self.switch || self.words;
        let boolean = text || self.boolean || self.switch || self.only.is_some();
        let number = text || self.number;
        [(string, "string"), (number, "number"), (boolean, "boolean")]
            .into_iter()
            .filter_map(|(taken, kind)| taken.then_some(kind))
            .collect()
    }

    /// Whether a text may be anything.
    fn is_free(&self) -> bool {
        let mut texts = self.texts.iter();
        self.assignments
            || self.words
            || texts.any(|text| text.words.is_empty() && text.format.is_none())
    }

    /// What is asked of scalars; nothing where any text will do.
    pub(super) fn keywords(&self) -> Map<String, Value> {
        let mut keywords = Map::new();
        let mut ways = Vec::new();
        if !self.is_free() {
            ways.extend(self.words());
            ways.extend(self.formats());
            ways.extend(self.booleans());
            if self.number {
                ways.push(self.numbers());
                ways.push(json!({"type": "string", "pattern": "^[0-9]*$"}));
            }
        }
        if !ways.is_empty() {
            let others = json!({"type": ["object", "array", "null"]});
            ways.insert(0, others);
            keywords.insert("anyOf".to_owned(), Value::Array(ways));
        } else if let (Some(only), []) = (self.only, self.texts.as_slice()) {
            keywords.insert("not".to_owned(), json!({"const": !only}));
        }
        keywords
    }

    fn words(&self) -> Vec<Value> {
        let words: Vec<&Word> = self.texts.iter().flat_map(|text| &text.words).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let offered: Vec<&str> = distinct(
            words
                .iter()
                .filter(|word| word.deprecated.is_none())
                .map(|word| word.value),
        );
        let any_case = self
            .texts
            .iter()
            .any(|text| text.downcase || text.ignore_case);
        let mut others: Vec<&str> = Vec::new();
        for word in &words {
            others.extend(word.aliases);
            if any_case || word.deprecated.is_some() {
                others.push(word.value);
            }
        }
        let others = distinct(others);
        let mut ways = vec![json!({"enum": offered})];
        let booleans: Vec<bool> = others.iter().filter_map(|word| word.parse().ok()).collect();
        if !booleans.is_empty() {
            ways.push(json!({"enum": booleans}));
        }
        ways.push(json!({"type": "string", "pattern": pattern(&others, any_case)}));
        ways
    }

    fn formats(&self) -> Vec<Value> {
        let mut formats = self.texts.iter().filter_map(|text| text.format);
        // A cast scalar is a text like any other.
        let text = |pattern: &str| {
            vec![
                json!({"type": "string", "pattern": pattern}),
                json!({"type": ["number", "boolean"]}),
            ]
        };
        match formats.next() {
            None => Vec::new(),
            Some(Format::Version) => vec![
                json!({"type": "string", "pattern": "^$|^ *(?:[<>=~]+ *)?[0-9]"}),
                json!({"type": "number"}),
            ],
            Some(Format::Glob) => text("^$|^[^/!]"),
            Some(Format::CacheKey) => text("^[^\\n]*$"),
            Some(Format::ServiceName) => text("^$|^[a-z0-9][a-z0-9_-]{0,62}$"),
            Some(Format::Image) => text("^$|^[A-Za-z0-9][A-Za-z0-9._/:@-]*$"),
        }
    }

    fn numbers(&self) -> Value {
        match self.range {
            Some((least, most)) => json!({"type": "number", "minimum": least, "maximum": most}),
            None => json!({"type": "number"}),
        }
    }

    fn booleans(&self) -> Vec<Value> {
        if self.boolean {
            let words = BOOLEANS
                .iter()
                .copied()
                .flat_map(|word| [word.to_owned(), word.to_uppercase(), capitalised(word)]);
            let words: Vec<String> = words.collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            vec![
                json!({"type": "boolean"}),
                json!({"type": "string", "pattern": pattern(&words, false)}),
            ]
        } else if self.switch {
            vec![
                json!({"type": "boolean"}),
                json!({"type": "string", "pattern": "^(?:yes|no)?$"}),
            ]
        } else {
            Vec::new()
        }
    }
}

fn distinct<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for word in words {
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    distinct
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// One of the words, or nothing, which counts as absent.
fn pattern(words: &[&str], any_case: bool) -> String {
    let words: Vec<String> = words.iter().map(|word| letters(word, any_case)).collect();
    if words.is_empty() {
        return "^$".to_owned();
    }
    format!("^(?:{})?$", words.join("|"))
}

fn letters(word: &str, any_case: bool) -> String {
    let mut pattern = String::new();
    for letter in word.chars() {
        match letter {
            _ if any_case && letter.is_ascii_alphabetic() => {
                pattern.extend([
                    '[',
                    letter.to_ascii_uppercase(),
                    letter.to_ascii_lowercase(),
                    ']',
                ]);
            }
            '+' | '.' => pattern.extend(['\\', letter]),
            _ => pattern.push(letter),
        }
    }
    pattern
}
