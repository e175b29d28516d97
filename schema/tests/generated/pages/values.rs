//! What a key takes, in words.

use schema::reference::{Shape, StrType, Type};

use crate::describe::code;

/// What a type takes: `text, or a list`.
pub(crate) fn takes(ty: &Type) -> String {
    let mut ways: Vec<String> = Vec::new();
    collect(ty, &mut ways);
    match ways.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn collect(ty: &Type, ways: &mut Vec<String>) {
    let mut add = |way: String| {
        if !ways.contains(&way) {
            ways.push(way);
        }
    };
    match &ty.shape {
        Shape::Any { of, .. } => {
            let normal = of.iter().any(|ty| ty.normal);
            of.iter()
                .filter(|ty| ty.normal || !normal)
                .for_each(|ty| collect(ty, ways));
        }
        Shape::Seq { of, .. } => {
            collect(of, ways);
            if !ways.iter().any(|way| way == "a list") {
                ways.push("a list".to_owned());
            }
        }
        Shape::Map(_) => add("a map".to_owned()),
        Shape::Str(text) => words(text).into_iter().for_each(add),
        Shape::Num { range: None } => add("a number".to_owned()),
        Shape::Num {
            range: Some((least, most)),
        } => add(format!("a number from {least} to {most}")),
        Shape::Bool { only: None } => add("`true`, `false`".to_owned()),
        Shape::Bool { only: Some(only) } => add(code(&only.to_string())),
        Shape::Secure { strict: true, .. } => add("a sealed value".to_owned()),
        Shape::Secure { alert: true, .. } => add("a sealed value or a variable".to_owned()),
        Shape::Secure { .. } => add("a text, sealed or not".to_owned()),
    }
}

fn words(text: &StrType) -> Vec<String> {
    if text.words.is_empty() {
        return vec!["a text".to_owned()];
    }
    let words = text.words.iter().filter(|word| word.deprecated.is_none());
    words.map(|word| code(word.value)).collect()
}
