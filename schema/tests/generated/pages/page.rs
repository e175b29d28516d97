//! One page: a heading for each key and each map below it.

use schema::reference::{Detect, Extras, Key, MapType, Shape, Type, table};
use std::fmt::Write;
use std::sync::Arc;

use super::areas::Area;
use super::{examples, root, values};
use crate::describe::{code, sentences};

/// Says that a page is generated, where its readers do not see it.
pub(crate) const GENERATED: &str =
    "<!-- Generated from schema/src/reference; see CONTRIBUTING.md. -->\n";

/// The page of an area.
pub(crate) fn page(area: &Area, keys: &[&Key]) -> String {
    let mut text = format!("{GENERATED}# {}\n\n{}\n", area.title, area.about);
    for key in keys {
        section(&[], key, &mut text);
    }
    text
}

/// A key with its example, and then the maps below it.
fn section(path: &[&str], key: &Key, text: &mut String) {
    let own = below(path, key);
    let level = "#".repeat((own.len() + 1).min(4));
    let said = sentences(key).join(" ");
    let takes = values::takes(&key.ty);
    let _ = write!(
        text,
        "\n{level} {}\n\n{said}\n\nTakes {takes}.{}\n\n",
        own.join("."),
        short(&key.ty)
    );
    let _ = writeln!(
        text,
        "```yaml\n{}\n```",
        examples::nested(path, key).join("\n")
    );
    for (keys, elsewhere) in tables(&own, &key.ty) {
        rows(&own, &keys, text);
        text.push_str(elsewhere);
    }
    for key in sections(&own, &key.ty) {
        section(&own, key, text);
    }
}

/// The path of what lies below a key.
fn below<'t>(path: &[&'t str], key: &'t Key) -> Vec<&'t str> {
    path.iter().copied().chain([key.name]).collect()
}

/// How a map can be written in short.
fn short(ty: &Type) -> String {
    match maps(ty).first().and_then(|map| map.prefix) {
        Some(prefix) => format!(" What `{}` takes can stand for the whole map.", prefix.key),
        None => String::new(),
    }
}

/// The keys of the maps that a key takes, with a word on those that are told of elsewhere.
fn tables<'t>(path: &[&str], ty: &'t Type) -> Vec<(Vec<&'t Key>, &'static str)> {
    let mut maps = maps(ty);
    // What goes below the first map's key by itself is told of there.
    if maps.first().is_some_and(|map| map.prefix.is_some()) {
        maps.truncate(1);
    }
    let job = path.first() == Some(&"jobs") && path.len() > 1;
    let condition = path.last() == Some(&"on");
    let elsewhere = |key: &&Key| match () {
        () if job => root().key(key.name).is_some(),
        () if condition => key.support.only.is_some() || key.name == "android",
        () => false,
    };
    let word = match () {
        () if job => "\nThe keys of the build that make sense for one job can stand here too.\n",
        () if condition => {
            "\nA key of a language asks for its value in the job: `python: \"3.12\"`.\n"
        }
        () => "",
    };
    let table = |map: &'t MapType| {
        (
            map.keys.iter().filter(|key| !elsewhere(key)).collect(),
            word,
        )
    };
    let tables = maps.into_iter().map(table);
    tables
        .filter(|(keys, _): &(Vec<&Key>, _)| !keys.is_empty())
        .collect()
}

/// The keys below a key that have a section of their own.
fn sections<'t>(path: &[&str], ty: &'t Type) -> Vec<&'t Key> {
    let keys = tables(path, ty).into_iter().flat_map(|(keys, _)| keys);
    let mut keys: Vec<&Key> = keys.filter(|key| has_section(path, key)).collect();
    keys.dedup_by_key(|key| key.name);
    keys
}

fn has_section(path: &[&str], key: &Key) -> bool {
    let elsewhere = path == ["addons"] && key.name == "deploy";
    !elsewhere && maps(&key.ty).iter().any(|map| !map.keys.is_empty())
}

/// A table of keys.
fn rows(path: &[&str], keys: &[&Key], text: &mut String) {
    text.push_str("\n| key | takes | | example |\n|---|---|---|---|\n");
    for key in keys {
        // As GitHub makes anchors: dots go.
        let example = match has_section(path, key) {
            true => format!("[below](#{})", below(path, key).concat()),
            false => code(&examples::line(path, key)),
        };
        let said = sentences(key).join(" ");
        let takes = values::takes(&key.ty);
        let _ = writeln!(text, "| `{}` | {takes} | {said} | {example} |", key.name);
    }
}

/// Every key below a key, and the key itself, with the keys that lead there.
pub(crate) fn all<'t>(path: &[&'t str], key: &'t Key) -> Vec<(Vec<&'t str>, &'t Key)> {
    let own = below(path, key);
    let mut all = vec![(path.to_vec(), key)];
    for (keys, _) in tables(&own, &key.ty) {
        for key in keys {
            if has_section(&own, key) {
                all.extend(self::all(&own, key));
            } else {
                all.push((own.clone(), key));
            }
        }
    }
    all
}

/// The maps that a value may be, as they are written in full.
pub(crate) fn maps(ty: &Type) -> Vec<&MapType> {
    let mut maps = Vec::new();
    collect(ty, &mut maps);
    maps
}

fn collect<'t>(ty: &'t Type, maps: &mut Vec<&'t MapType>) {
    match &ty.shape {
        Shape::Any {
            detect: Some(_),
            of,
        } => maps.extend(common(of)),
        Shape::Any { of, .. } => of.iter().for_each(|ty| collect(ty, maps)),
        Shape::Seq { of, .. } => collect(of, maps),
        Shape::Map(map) if !maps.iter().any(|known| same(known, map)) => maps.push(map),
        _ => {}
    }
}

fn same(a: &MapType, b: &MapType) -> bool {
    a.keys
        .iter()
        .map(|key| key.name)
        .eq(b.keys.iter().map(|key| key.name))
}

/// Of providers, the one without much of its own stands for what all have.
fn common(of: &[Arc<Type>]) -> Option<&MapType> {
    let maps = of.iter().flat_map(|ty| maps(ty));
    let script = |map: &&MapType| map.keys.first().is_some_and(|key| key.name == "script");
    maps.into_iter().find(script)
}

/// The providers by name.
pub(crate) fn provider_maps() -> Vec<(&'static str, &'static MapType)> {
    let root = table(Extras::With).as_map().expect("a map");
    let deploy = root.key("deploy").expect("a key");
    let (Detect { words, .. }, of) = detected(&deploy.ty).expect("providers");
    let pairs = words.iter().zip(of);
    pairs
        .filter_map(|(word, ty)| Some(((*word)?, *maps(ty).first()?)))
        .collect()
}

fn detected(ty: &'static Type) -> Option<(&'static Detect, &'static [Arc<Type>])> {
    match &ty.shape {
        Shape::Any {
            detect: Some(detect),
            of,
        } => Some((detect, of)),
        Shape::Any { of, .. } => of.iter().find_map(|ty| detected(ty)),
        Shape::Seq { of, .. } => detected(of),
        _ => None,
    }
}

/// The page of providers.
pub(crate) fn providers() -> String {
    let mut text = format!(
        "{GENERATED}# Deploy providers\n\n\
         The options of each; what all have in common is in [deploy.md](deploy.md). A secret is sealed \
         with `agent encrypt`, or is a variable of the job.\n"
    );
    for (name, map) in provider_maps() {
        let path = ["deploy", name];
        let own = own_options(map);
        let needed = |key: &&&Key| map.required.contains(&key.name);
        let shown = own
            .iter()
            .filter(needed)
            .chain(own.iter().filter(|key| !needed(key)));
        let lines = shown.take(4).flat_map(|key| examples::lines(&path, key));
        let lines: String = lines.map(|line| format!("  {line}\n")).collect();
        let _ = write!(
            text,
            "\n## {name}\n\n```yaml\ndeploy:\n  provider: {name}\n{lines}```\n"
        );
        rows(&path, &own, &mut text);
    }
    text
}

/// The options that other providers have not.
pub(crate) fn own_options(map: &MapType) -> Vec<&Key> {
    map.keys
        .iter()
        .take_while(|key| key.name != "provider")
        .collect()
}
