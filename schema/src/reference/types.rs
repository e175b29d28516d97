//! What a row of the table is made of, and the words to write one.

use std::sync::Arc;

/// What values a place of the config takes (language reference §2).
#[derive(Clone, Debug)]
pub struct Type {
    /// The shape.
    pub shape: Shape,
    /// Whether this is a normal form: the one that other ways of writing are turned into.
    pub normal: bool,
}

/// The shapes of values.
#[derive(Clone, Debug)]
pub enum Shape {
    /// One of several types.
    Any {
        /// The alternatives in order.
        of: Vec<Arc<Type>>,
        /// The key whose only word tells the alternatives apart (`provider`).
        detect: Option<&'static str>,
    },
    /// Keys with values.
    Map(MapType),
    /// A list.
    Seq {
        /// What its items are.
        of: Arc<Type>,
        /// Whether strings in it are assignments of variables.
        env: bool,
    },
    /// A text.
    Str(StrType),
    /// A number.
    Num,
    /// A boolean; `only` limits it to one value.
    Bool {
        /// The one value allowed.
        only: Option<bool>,
    },
    /// A sealed value or a text.
    Secure {
        /// Whether a text is refused.
        strict: bool,
        /// Whether a text is a secret lying open.
        alert: bool,
    },
}

/// A map and its keys.
#[derive(Clone, Debug, Default)]
pub struct MapType {
    /// The keys in order.
    pub keys: Vec<Key>,
    /// Whether other keys are mistakes.
    pub strict: bool,
    /// The type of keys that are not listed, with the test of their names.
    pub custom: Option<(Custom, Arc<Type>)>,
    /// The key under which a value goes that is no such map.
    pub prefix: Option<Prefix>,
    /// Keys that must be there.
    pub required: Vec<&'static str>,
    /// Changes of the whole map.
    pub change: Option<Change>,
}

/// Which keys besides the listed ones a map takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Custom {
    /// Every key.
    Any,
    /// Names of variables: every key that does not begin like a key of `env`.
    Variable,
}

/// Where a value goes that is written without its key.
#[derive(Clone, Copy, Debug)]
pub struct Prefix {
    /// The key.
    pub key: &'static str,
    /// Whether only texts go there.
    pub text_only: bool,
}

/// Changes of a whole map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// `cache: pip`, `cache: [dir, …]`.
    Cache,
    /// `email: false`, `disabled: true`.
    Enable,
    /// `on_success` and `on_failure` of notifications.
    Inherit,
}

/// A text.
#[derive(Clone, Debug, Default)]
pub struct StrType {
    /// The words it may be; empty for any text.
    pub words: Vec<Word>,
    /// Whether it is lower-cased.
    pub downcase: bool,
    /// Whether the case of a word does not count.
    pub ignore_case: bool,
    /// The form it must have.
    pub format: Option<Format>,
    /// The variables that `%{…}` may name; `None` where it is no template.
    pub vars: Option<&'static [&'static str]>,
    /// What it is when absent, the first that fits.
    pub defaults: Vec<Word>,
}

/// Forms of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `>= 1.2`
    Version,
}

/// One word that a text may be.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// The word.
    pub value: &'static str,
    /// Other ways to write it.
    pub aliases: &'static [&'static str],
    /// Where it is supported.
    pub support: Support,
    /// Why it should not be used.
    pub deprecated: Option<&'static str>,
}

/// Where a key or value has a meaning: lists of (`language` or `os`, words).
#[derive(Clone, Copy, Debug, Default)]
pub struct Support {
    /// Only with one of these.
    pub only: Option<(&'static str, &'static [&'static str])>,
    /// Not with one of these.
    pub except: Option<(&'static str, &'static [&'static str])>,
}

/// One key of a map.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name.
    pub name: &'static str,
    /// What it takes.
    pub ty: Arc<Type>,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// Where it has a meaning.
    pub support: Support,
    /// Why it should not be used.
    pub deprecated: Option<&'static str>,
    /// Whether using it is an experiment.
    pub edge: bool,
    /// Whether two items of a list should not have the same value.
    pub unique: bool,
    /// One line for the reference pages.
    pub doc: &'static str,
}

impl Type {
    fn of(shape: Shape) -> Self {
        Self {
            shape,
            normal: false,
        }
    }

    /// The same type as a normal form.
    pub fn normal(mut self) -> Self {
        self.normal = true;
        self
    }

    fn with_map(mut self, edit: impl FnOnce(&mut MapType)) -> Self {
        if let Shape::Map(map) = &mut self.shape {
            edit(map);
        }
        self
    }

    /// A map that takes other keys too, without looking at them.
    pub fn open(self) -> Self {
        self.with_map(|map| map.strict = false)
    }

    /// A map that takes other keys too, each of a type.
    pub fn open_to(self, names: Custom, ty: impl Into<Arc<Type>>) -> Self {
        let ty = ty.into();
        self.with_map(|map| {
            map.strict = false;
            map.custom = Some((names, ty));
        })
    }

    /// A map whose key can be left out: `only: master` for `{only: …}`.
    pub fn prefix(self, key: &'static str) -> Self {
        self.with_map(|map| {
            map.prefix = Some(Prefix {
                key,
                text_only: false,
            });
        })
    }

    /// Like [`Type::prefix`], for texts only.
    pub fn prefix_text(self, key: &'static str) -> Self {
        self.with_map(|map| {
            map.prefix = Some(Prefix {
                key,
                text_only: true,
            });
        })
    }

    /// A map that must have keys.
    pub fn required(self, keys: &[&'static str]) -> Self {
        self.with_map(|map| map.required = keys.to_vec())
    }

    /// A map with a change of its own.
    pub fn change(self, change: Change) -> Self {
        self.with_map(|map| map.change = Some(change))
    }

    fn with_str(mut self, edit: impl FnOnce(&mut StrType)) -> Self {
        if let Shape::Str(text) = &mut self.shape {
            edit(text);
        }
        self
    }

    /// A text that is lower-cased.
    pub fn downcase(self) -> Self {
        self.with_str(|text| text.downcase = true)
    }

    /// A text whose words are told apart without case.
    pub fn ignore_case(self) -> Self {
        self.with_str(|text| text.ignore_case = true)
    }

    /// A text of a form.
    pub fn format(self, format: Format) -> Self {
        self.with_str(|text| text.format = Some(format))
    }

    /// A template with the variables it may name.
    pub fn vars(self, vars: &'static [&'static str]) -> Self {
        self.with_str(|text| text.vars = Some(vars))
    }

    /// What the text is when absent: the first of these that is supported.
    pub fn defaults(self, defaults: Vec<Word>) -> Self {
        self.with_str(|text| text.defaults = defaults)
    }

    /// Whether an absent value gets one.
    pub fn has_default(&self) -> bool {
        match &self.shape {
            Shape::Any { of, .. } => of.iter().any(|ty| ty.has_default()),
            Shape::Seq { of, .. } => of.has_default(),
            Shape::Str(text) => !text.defaults.is_empty(),
            _ => false,
        }
    }

    /// The map type, when it is one.
    pub fn as_map(&self) -> Option<&MapType> {
        match &self.shape {
            Shape::Map(map) => Some(map),
            _ => None,
        }
    }
}

impl MapType {
    /// A key by its name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The name that an alias stands for.
    pub fn alias(&self, alias: &str) -> Option<&'static str> {
        // The last row wins where two rows claim an alias.
        let row = self
            .keys
            .iter()
            .rev()
            .find(|key| key.aliases.contains(&alias))?;
        Some(row.name)
    }

    /// Whether a key that is not listed is taken.
    pub fn takes(&self, name: &str) -> bool {
        match self.custom {
            _ if self.strict => false,
            Some((Custom::Variable, _)) => !["global", "jobs", "matrix"]
                .iter()
                .any(|key| name.starts_with(key)),
            _ => true,
        }
    }
}

impl Key {
    /// Other names.
    pub fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Where it has a meaning: `("language", &["python"])`.
    pub fn only(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.support.only = Some((key, words));
        self
    }

    /// Why it should not be used.
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }

    /// Using it is an experiment.
    pub fn edge(mut self) -> Self {
        self.edge = true;
        self
    }

    /// Two items of a list should not have the same value.
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}

impl Word {
    /// Other ways to write it.
    pub fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Where it is supported.
    pub fn only(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.support.only = Some((key, words));
        self
    }

    /// Where it is not supported.
    pub fn except(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.support.except = Some((key, words));
        self
    }

    /// Why it should not be used.
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }
}

/// A key with what it takes and its line in the reference.
pub(crate) fn key(name: &'static str, ty: impl Into<Arc<Type>>, doc: &'static str) -> Key {
    Key {
        name,
        ty: ty.into(),
        aliases: &[],
        support: Support::default(),
        deprecated: None,
        edge: false,
        unique: false,
        doc,
    }
}

/// A word of an enumeration.
pub(crate) fn word(value: &'static str) -> Word {
    Word {
        value,
        ..Word::default()
    }
}

/// Any text.
pub(crate) fn text() -> Type {
    Type::of(Shape::Str(StrType::default()))
}

/// One of several words.
pub(crate) fn one_of(words: &[&'static str]) -> Type {
    one_of_words(words.iter().map(|value| word(value)).collect())
}

/// One of several words with more to say about each.
pub(crate) fn one_of_words(words: Vec<Word>) -> Type {
    text().with_str(|text| text.words = words)
}

/// A boolean.
pub(crate) fn flag() -> Type {
    Type::of(Shape::Bool { only: None })
}

/// A boolean that is only ever one value.
pub(crate) fn just(value: bool) -> Type {
    Type::of(Shape::Bool { only: Some(value) })
}

/// A number.
pub(crate) fn number() -> Type {
    Type::of(Shape::Num)
}

/// A secret: sealed, or a text with an alert.
pub(crate) fn secret() -> Type {
    Type::of(Shape::Secure {
        strict: false,
        alert: true,
    })
}

/// A value that may be sealed or open.
pub(crate) fn private() -> Type {
    Type::of(Shape::Secure {
        strict: false,
        alert: false,
    })
}

/// A secret that must be sealed.
pub(crate) fn sealed() -> Type {
    Type::of(Shape::Secure {
        strict: true,
        alert: true,
    })
}

/// One of several types.
pub(crate) fn any(of: Vec<Type>) -> Type {
    any_of(of.into_iter().map(Arc::new).collect())
}

/// One of several types that others use as well.
pub(crate) fn any_of(of: Vec<Arc<Type>>) -> Type {
    Type::of(Shape::Any { of, detect: None })
}

/// One of several maps, told apart by the only word of a key.
pub(crate) fn detect(key: &'static str, of: Vec<Arc<Type>>) -> Type {
    Type::of(Shape::Any {
        of,
        detect: Some(key),
    })
}

/// A list, the normal form of one item too.
pub(crate) fn list(of: impl Into<Arc<Type>>) -> Type {
    Type::of(Shape::Seq {
        of: of.into(),
        env: false,
    })
    .normal()
}

/// A list whose strings are assignments of variables.
pub(crate) fn env_list(of: impl Into<Arc<Type>>) -> Type {
    Type::of(Shape::Seq {
        of: of.into(),
        env: true,
    })
    .normal()
}

/// A list, or one item that becomes a list of one.
pub(crate) fn many(of: impl Into<Arc<Type>>) -> Type {
    let of = of.into();
    any_of(vec![Arc::new(list(of.clone())), of])
}

/// Texts, or one.
pub(crate) fn texts() -> Type {
    many(text())
}

/// A map that takes only these keys.
pub(crate) fn map(keys: Vec<Key>) -> Type {
    Type::of(Shape::Map(MapType {
        keys,
        strict: true,
        ..MapType::default()
    }))
}
