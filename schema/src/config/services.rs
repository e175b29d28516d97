//! `services:`

use crate::diagnostic::{Diagnostic, Level};
use crate::normalise::is_given;
use crate::plan::{Ready, Service};
use crate::reference::{self, Extras};
use crate::source::Span;
use crate::yaml::{Entry, Map, Node};

use super::value::{flag, number, text, texts};

/// The services of a job in order, each once.
#[must_use]
pub fn from_node(node: &Node, extras: Extras) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let items = items(node).filter(|item| extras == Extras::With || item.as_text().is_some());
    for service in items.filter_map(Service::from_node) {
        if !services.iter().any(|known| known.name == service.name) {
            services.push(service);
        }
    }
    services
}

/// The versions that `addons` asks for, each of which takes the place of the plain service; MariaDB
/// also that of MySQL, whose port it takes.
pub fn with_addons(services: &mut Vec<Service>, addons: &Node) {
    for name in ["postgresql", "mariadb"] {
        let Some(asked) = addons.get(name) else {
            continue;
        };
        let Some(version) = text(asked).filter(|version| !version.is_empty()) else {
            continue;
        };
        let is_plain = |service: &Service| service.image.is_none();
        if name == "mariadb" {
            services.retain(|service| service.name != "mysql" || !is_plain(service));
        }
        match services.iter_mut().find(|service| service.name == name) {
            Some(service) if is_plain(service) => service.version = Some(version),
            Some(_) => {}
            None => services.push(Service {
                name: name.to_owned(),
                version: Some(version),
                span: asked.span,
                ..Service::default()
            }),
        }
    }
}

fn items(node: &Node) -> impl Iterator<Item = &Node> {
    node.as_seq().unwrap_or(std::slice::from_ref(node)).iter()
}

/// The canonical name of a service.
fn canonical(name: &str) -> String {
    reference::service(name).unwrap_or(name).to_owned()
}

impl Service {
    /// One entry in normal form; `None` where it has no name.
    #[must_use]
    pub fn from_node(node: &Node) -> Option<Self> {
        if let Some(name) = node.as_text() {
            return Some(Self {
                name: name.to_owned(),
                span: node.span,
                ..Self::default()
            });
        }
        let variables = node.get("env").and_then(Node::as_map);
        let variables = variables.into_iter().flat_map(|map| &map.entries);
        let variable = |entry: &Entry| {
            let value = entry.value.as_scalar()?;
            let empty = entry.value.is_null();
            let value = if empty {
                String::new()
            } else {
                value.text.clone()
            };
            Some((entry.key.text.clone(), value))
        };
        Some(Self {
            name: canonical(&node.get("name").and_then(text)?),
            version: None,
            image: node.get("image").and_then(text),
            env: variables.filter_map(variable).collect(),
            command: node.get("command").map(texts).unwrap_or_default(),
            cache: node.get("cache").and_then(flag),
            ready: node.get("ready").and_then(Ready::from_node),
            span: node.span,
        })
    }
}

impl Ready {
    fn from_node(node: &Node) -> Option<Self> {
        node.as_map()?;
        let port = node.get("port").and_then(number);
        Some(Self {
            command: node.get("command").and_then(text),
            port: port.and_then(|port| u16::try_from(port).ok()),
            timeout: node.get("timeout").and_then(number),
        })
    }
}

/// What is wrong with services that no single key tells of, in the whole config.
#[must_use]
pub fn check(config: &Map) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let jobs = config.get("jobs").and_then(|jobs| jobs.get("include"));
    let jobs = jobs.and_then(Node::as_seq).unwrap_or_default();
    let maps = jobs.iter().filter_map(Node::as_map);
    let maps = maps.map(|map| (map, "jobs.include.services"));
    for (map, key) in std::iter::once((config, "services")).chain(maps) {
        if let Some(services) = map.get("services") {
            check_list(services, key, &mut found);
        }
    }
    found
}

fn check_list(node: &Node, key: &str, found: &mut Vec<Diagnostic>) {
    let mut names: Vec<String> = Vec::new();
    for item in items(node) {
        let written = item.as_text().or_else(|| item.get("name")?.as_text());
        let Some(written) = written.filter(|name| !name.is_empty()) else {
            continue;
        };
        let name = canonical(written);
        let place = item.get("name").map_or(item.span, |name| name.span);
        let mut tell = |code, message: String, span: Span, help: String| {
            let wrong = Diagnostic::new(Level::Error, code, key, message, span);
            found.push(wrong.with_help(help));
        };
        if let Some(map) = item.as_map() {
            own(map, &name, place, &mut tell);
            if names.contains(&name) {
                let message = format!("There are two services of the name `{name}`");
                tell(
                    "duplicate",
                    message,
                    place,
                    "give each a name of its own".to_owned(),
                );
            }
        }
        names.push(name);
    }
}

/// A service with settings of its own.
fn own(
    map: &Map,
    name: &str,
    place: Span,
    tell: &mut impl FnMut(&'static str, String, Span, String),
) {
    let known = reference::service(name).is_some();
    let given = |key: &str| map.get(key).is_some_and(is_given);
    if !known && !given("image") {
        let names: Vec<_> = reference::service_names()
            .map(|name| format!("`{name}`"))
            .collect();
        tell(
            "required",
            format!("`{name}` is no known service, and has no image"),
            place,
            format!("add `image:`, or write one of {}", names.join(", ")),
        );
    }
    let others = map.entries.iter().any(|entry| {
        let key = entry.key.text.as_str();
        key != "name" && (name, key) != ("docker", "cache")
    });
    if matches!(name, "docker" | "cri-dockerd" | "xvfb") && others {
        tell(
            "no_settings",
            format!("`{name}` runs no image of yours, and has no settings of one"),
            place,
            format!("write `- {name}`"),
        );
    } else if let Some(cache) = map.get("cache").filter(|_| name != "docker") {
        tell(
            "no_settings",
            format!("`{name}` keeps nothing from one job to the next"),
            cache.span,
            "take `cache` away; it is for `docker`".to_owned(),
        );
    }
    let variables = map.get("env").and_then(Node::as_map);
    for variable in variables.into_iter().flat_map(|map| &map.entries) {
        if !is_variable(&variable.key.text) {
            tell(
                "invalid_env_var",
                format!("`{}` is no name of a variable", variable.key.text),
                variable.key.span,
                "names of variables are made of letters, digits and `_`".to_owned(),
            );
        }
    }
}

fn is_variable(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(letter)
        && name
            .bytes()
            .all(|byte| letter(byte) || byte.is_ascii_digit())
}
