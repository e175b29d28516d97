//! `addons:`
//!
//! Names, lines and addresses stand in commands later: what has not the form of one is told of, and left
//! out.

mod forms;

use crate::apt_sources;
use crate::diagnostic::{Diagnostic, Level};
use crate::normalise::{is_given, nearest};
use crate::plan::{Addons, Apt, AptSource, CHROMES};
use crate::source::Span;
use crate::yaml::{Map, Node};

use super::value::{flag, text};

/// Something that has not the form it needs.
struct Wrong {
    /// The path below `addons`.
    key: &'static str,
    message: String,
    help: String,
    span: Span,
}

impl Addons {
    /// From `addons:` in normal form.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        read(node).0
    }
}

fn read(node: &Node) -> (Addons, Vec<Wrong>) {
    let mut wrong = Vec::new();
    let mut apt = node
        .get("apt")
        .map(|apt| read_apt(apt, &mut wrong))
        .unwrap_or_default();
    if let Some(more) = node.get("apt_packages") {
        packages(more, "apt_packages", &mut apt.packages, &mut wrong);
        if apt.span == Span::default() {
            apt.span = more.span;
        }
    }
    let chrome = node.get("chrome").and_then(text);
    let addons = Addons {
        apt,
        hosts: words(node.get("hosts"), "hosts", &mut wrong, forms::host),
        hostname: words(
            node.get("hostname"),
            "hostname",
            &mut wrong,
            forms::hostname,
        )
        .pop(),
        ssh_known_hosts: words(
            node.get("ssh_known_hosts"),
            "ssh_known_hosts",
            &mut wrong,
            forms::known_host,
        ),
        chrome: chrome.filter(|chrome| CHROMES.contains(&chrome.as_str())),
        firefox: words(node.get("firefox"), "firefox", &mut wrong, forms::firefox).pop(),
        ignored: ignored(node),
        span: node.span,
    };
    (addons, wrong)
}

/// Keys that are switched on and that nothing comes of.
fn ignored(node: &Node) -> Vec<String> {
    const KEYS: [&str; 8] = [
        "artifacts",
        "browserstack",
        "code_climate",
        "coverity_scan",
        "rethinkdb",
        "sauce_connect",
        "snaps",
        "sonarcloud",
    ];
    let is_on = |key: &&str| {
        let value = node.get(key).filter(|value| is_given(value));
        let switch = value.and_then(|value| value.get("enabled")).or(value);
        switch.is_some_and(|switch| flag(switch) != Some(false))
    };
    KEYS.iter()
        .filter(|key| is_on(key))
        .map(|key| (*key).to_owned())
        .collect()
}

fn read_apt(node: &Node, wrong: &mut Vec<Wrong>) -> Apt {
    let mut apt = Apt {
        span: node.span,
        ..Apt::default()
    };
    if node.as_map().is_none() {
        // `apt: [curl]` keeps its short form where the reference is followed to the letter.
        packages(node, "apt", &mut apt.packages, wrong);
        return apt;
    }
    let switch = |node: Option<&Node>| node.and_then(flag).unwrap_or_default();
    apt.update = switch(node.get("update"));
    apt.retries = switch(node.get("config").and_then(|config| config.get("retries")));
    if let Some(node) = node.get("packages") {
        packages(node, "apt.packages", &mut apt.packages, wrong);
    }
    for item in items(node.get("sources")) {
        apt.sources.extend(source(item, wrong));
    }
    apt
}

fn packages(node: &Node, key: &'static str, into: &mut Vec<String>, wrong: &mut Vec<Wrong>) {
    // Several in one text are several, as in a shell.
    for package in words(Some(node), key, wrong, forms::package) {
        if !into.contains(&package) {
            into.push(package);
        }
    }
}

/// What the texts of a list, or one, come to, each split at blanks.
fn words<T>(
    node: Option<&Node>,
    key: &'static str,
    wrong: &mut Vec<Wrong>,
    form: impl Fn(&str) -> Result<T, (String, String)>,
) -> Vec<T> {
    let mut found = Vec::new();
    for item in items(node) {
        if item.get("secure").is_some() {
            wrong.push(Wrong {
                key,
                message: "A sealed value is not opened here".to_owned(),
                help:
                    "write it as it is, or do its work in `before_install` with a sealed variable"
                        .to_owned(),
                span: item.span,
            });
        }
        let Some(text) = item.as_text().filter(|_| flag(item).is_none()) else {
            continue;
        };
        for word in text.split_whitespace() {
            match form(word) {
                Ok(value) => found.push(value),
                Err((message, help)) => wrong.push(Wrong {
                    key,
                    message,
                    help,
                    span: item.span,
                }),
            }
        }
    }
    found
}

fn source(node: &Node, wrong: &mut Vec<Wrong>) -> Option<AptSource> {
    let mut refuse = |message: String, help: String, span: Span| {
        wrong.push(Wrong {
            key: "apt.sources",
            message,
            help,
            span,
        });
    };
    let (written, key) = match node.as_map() {
        Some(_) => {
            let line = node.get("sourceline").or_else(|| node.get("name"))?;
            (line, node.get("key_url"))
        }
        None => (node, None),
    };
    let name = written.as_text()?.trim();
    if let Some(key) = key
        && let Err((message, help)) = forms::address(key.as_text().unwrap_or_default().trim())
    {
        refuse(message, help, key.span);
        return None;
    }
    let key = key.and_then(Node::as_text).map(|key| key.trim().to_owned());
    if name.starts_with("ppa:") || name.contains(' ') {
        return match forms::source(name, key) {
            Ok(source) => Some(source),
            Err((message, help)) => {
                refuse(message, help, written.span);
                None
            }
        };
    }
    if let Some(known) = apt_sources::source(name) {
        return Some(known);
    }
    let names = apt_sources::candidates(name);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let help = match nearest(&names, name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "write `ppa:owner/name`, or its line: `sourceline: deb https://… … main` with `key_url`"
                .to_owned()
        }
    };
    refuse(
        format!("No source is known as `{name}`"),
        help,
        written.span,
    );
    Some(AptSource::Unknown(name.to_owned()))
}

fn items(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    let items = node.map(|node| node.as_seq().unwrap_or(std::slice::from_ref(node)));
    items.unwrap_or_default().iter()
}

/// What is wrong with addons in the whole config.
#[must_use]
pub fn check(config: &Map) -> Vec<Diagnostic> {
    let jobs = config.get("jobs").and_then(|jobs| jobs.get("include"));
    let jobs = jobs.and_then(Node::as_seq).unwrap_or_default();
    let maps = jobs.iter().filter_map(Node::as_map);
    let maps = maps.map(|map| (map, "jobs.include.addons"));
    let mut found = Vec::new();
    for (map, place) in std::iter::once((config, "addons")).chain(maps) {
        let Some(addons) = map.get("addons") else {
            continue;
        };
        found.extend(read(addons).1.into_iter().map(|wrong| {
            let key = format!("{place}.{}", wrong.key);
            let code = "invalid_addon";
            Diagnostic::new(Level::Error, code, key, wrong.message, wrong.span)
                .with_help(wrong.help)
        }));
    }
    found
}

#[cfg(test)]
mod tests;
