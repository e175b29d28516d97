//! The words with which rows of the table are written.

use std::sync::Arc;

use super::{
    Change, Custom, Detect, Format, Key, MapType, Prefix, Shape, StrType, Support, Type, Word,
};

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
}

/// A key with what it takes and its line in the reference.
pub(in crate::reference) fn key(
    name: &'static str,
    ty: impl Into<Arc<Type>>,
    doc: &'static str,
) -> Key {
    Key {
        name,
        ty: ty.into(),
        aliases: &[],
        support: Support::default(),
        deprecated: None,
        edge: false,
        unique: false,
        idle: None,
        doc,
    }
}

/// A word of an enumeration.
pub(in crate::reference) fn word(value: &'static str) -> Word {
    Word {
        value,
        ..Word::default()
    }
}

/// Any text.
pub(in crate::reference) fn text() -> Type {
    Type::of(Shape::Str(StrType::default()))
}

/// One of several words.
pub(in crate::reference) fn one_of(words: &[&'static str]) -> Type {
    one_of_words(words.iter().map(|value| word(value)).collect())
}

/// One of several words with more to say about each.
pub(in crate::reference) fn one_of_words(words: Vec<Word>) -> Type {
    text().with_str(|text| text.words = words)
}

/// A boolean.
pub(in crate::reference) fn flag() -> Type {
    Type::of(Shape::Bool { only: None })
}

/// A boolean that is only ever one value.
pub(in crate::reference) fn just(value: bool) -> Type {
    Type::of(Shape::Bool { only: Some(value) })
}

/// A number.
pub(in crate::reference) fn number() -> Type {
    Type::of(Shape::Num { range: None })
}

/// A number from one to another.
pub(in crate::reference) fn between(least: i64, most: i64) -> Type {
    Type::of(Shape::Num {
        range: Some((least, most)),
    })
}

/// A secret: sealed, or a text with an alert.
pub(in crate::reference) fn secret() -> Type {
    Type::of(Shape::Secure {
        strict: false,
        alert: true,
    })
}

/// A value that may be sealed or open.
pub(in crate::reference) fn private() -> Type {
    Type::of(Shape::Secure {
        strict: false,
        alert: false,
    })
}

/// A secret that must be sealed.
pub(in crate::reference) fn sealed() -> Type {
    Type::of(Shape::Secure {
        strict: true,
        alert: true,
    })
}

/// One of several types.
pub(in crate::reference) fn any(of: Vec<Type>) -> Type {
    any_of(of.into_iter().map(Arc::new).collect())
}

/// One of several types that others use as well.
pub(in crate::reference) fn any_of(of: Vec<Arc<Type>>) -> Type {
    Type::of(Shape::Any { of, detect: None })
}

/// One of several maps, told apart by the only word of a key.
pub(in crate::reference) fn detect(key: &'static str, of: Vec<Arc<Type>>) -> Type {
    let words = of.iter().map(|ty| only_word(ty, key)).collect();
    Type::of(Shape::Any {
        of,
        detect: Some(Detect { key, words }),
    })
}

/// The only word that a key of a map may be.
fn only_word(ty: &Type, key: &str) -> Option<&'static str> {
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().find_map(|ty| only_word(ty, key)),
        Shape::Map(map) => match &map.key(key)?.ty.shape {
            Shape::Str(text) if text.words.len() == 1 => text.words.first().map(|word| word.value),
            _ => None,
        },
        _ => None,
    }
}

/// A list, the normal form of one item too.
pub(in crate::reference) fn list(of: impl Into<Arc<Type>>) -> Type {
    Type::of(Shape::Seq {
        of: of.into(),
        env: false,
    })
    .normal()
}

/// A list whose strings are assignments of variables.
pub(in crate::reference) fn env_list(of: impl Into<Arc<Type>>) -> Type {
    Type::of(Shape::Seq {
        of: of.into(),
        env: true,
    })
    .normal()
}

/// A list, or one item that becomes a list of one.
pub(in crate::reference) fn many(of: impl Into<Arc<Type>>) -> Type {
    let of = of.into();
    any_of(vec![Arc::new(list(of.clone())), of])
}

/// Texts, or one.
pub(in crate::reference) fn texts() -> Type {
    many(text())
}

/// Paths of the repository, or one.
pub(in crate::reference) fn globs() -> Type {
    many(text().format(Format::Glob))
}

/// A map that takes only these keys.
pub(in crate::reference) fn map(keys: Vec<Key>) -> Type {
    Type::of(Shape::Map(MapType::of(keys)))
}
