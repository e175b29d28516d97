//! What README and docs say is so: their configs compile, their commands parse, their links lead
//! somewhere, and the settings they list are those that exist.

mod examples;
mod real_configs;
mod runtime;
mod threats;

use agent::settings::{SecretName, Settings, listed};
use clap::error::ErrorKind::{
    DisplayHelpOnMissingArgumentOrSubcommand as HelpOnMissing, MissingRequiredArgument,
};
use schema::dialect::Dialect;
use schema::normalise::NOT_YET;
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The first line of a block that is a settings file rather than a config.
const SETTINGS: &str = "# agent.yml";
/// And of a `.travis.yml` before and after `agent migrate`.
const TRAVIS: &str = "# .travis.yml";

/// A fenced block of a document.
struct Block {
    /// `README.md:12`
    place: String,
    language: String,
    text: String,
}

#[test]
fn configs_compile_and_settings_parse() {
    let blocks: Vec<Block> = blocks()
        .into_iter()
        .filter(|b| b.language == "yaml" && !b.text.starts_with(TRAVIS))
        .collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        if block.text.starts_with(SETTINGS) {
            let settings = Settings::parse(&block.text, &block.place);
            assert!(settings.is_ok(), "{}", settings.unwrap_err());
        } else {
            // A block shows one thing; what every config needs is added.
            let rest = if block.text.contains("script:") {
                ""
            } else {
                "script: make\n"
            };
            compiles(&block.place, &(block.text + rest));
        }
    }
}

#[test]
fn configs_are_migrated_as_it_is_shown() {
    let mut blocks = blocks().into_iter().filter(|b| b.text.starts_with(TRAVIS));
    let mut shown = 0;
    while let (Some(before), Some(after)) = (blocks.next(), blocks.next()) {
        let migrated = schema::migrate(&Source::new(".travis.yml", before.text)).unwrap();
        assert_eq!(migrated.text, after.text, "{}", after.place);
        compiles(&after.place, &after.text);
        shown += 1;
    }
    assert!(shown > 0);
}

#[test]
fn the_example_and_the_fixtures_compile() {
    for name in [
        ".ci.yml.example",
        "fixtures/plain/.ci.yml",
        "fixtures/thoughts/.ci.yml",
    ] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        // Sealed values of the fixture are placeholders until a key is made.
        let lines = text
            .lines()
            .filter(|line| !line.contains("\"sec1.0000000000000000."));
        compiles(
            name,
            &lines.map(|line| format!("{line}\n")).collect::<String>(),
        );
    }
}

#[test]
fn commands_in_documents_are_commands_of_the_agent() {
    let mut seen = 0;
    for (place, line) in commands() {
        let words = words(&line);
        for command in words
            .split(|word| word == "|")
            .filter(|c| c.first().is_some_and(|w| w == "agent"))
        {
            seen += 1;
            let parsed = agent::cli::command().try_get_matches_from(command);
            if let Err(error) = parsed {
                // A command may be named without its subcommands or arguments.
                let named = matches!(error.kind(), HelpOnMissing | MissingRequiredArgument);
                assert!(
                    named,
                    "{place}: {line}
{error}"
                );
            }
        }
    }
    assert!(seen > 10, "only {seen} commands were found");
}

#[test]
fn scripts_that_documents_name_are_there() {
    for (place, line) in commands() {
        for word in words(&line)
            .iter()
            .filter(|word| word.starts_with("script/"))
        {
            assert!(root().join(word).is_file(), "{place}: {word}");
        }
    }
}

#[test]
fn links_lead_to_files() {
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let link = link.split('#').next().unwrap_or_default();
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let target = path.parent().unwrap().join(link);
            assert!(target.exists(), "{}: {link}", path.display());
        }
    }
}

#[test]
fn every_document_is_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for path in documents() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The reference has an index of its own.
        let listed = path
            .parent()
            .is_some_and(|folder| folder.ends_with("reference"));
        assert!(
            listed || name == "README.md" || readme.contains(&name),
            "{name}"
        );
    }
}

#[test]
fn the_settings_that_are_listed_are_those_that_exist() {
    let settings = all_settings();
    let shown: serde_yaml::Value = serde_yaml::from_str(&settings.text).unwrap();
    let mut names = BTreeSet::new();
    collect(&shown, "", &mut names);
    let mut real = BTreeSet::new();
    for (setting, _) in listed(&Settings::default()) {
        // Its section is a name, too.
        let dots = setting.match_indices('.').map(|(at, _)| at);
        real.extend(dots.map(|at| setting[..at].to_owned()));
        real.insert(setting);
    }
    // The refusal of an unknown key names all known ones.
    let refusal = Settings::parse("images: [{zz: 1}]", "probe").unwrap_err();
    let known = refusal.message.split("expected").nth(1).unwrap().to_owned();
    let known = known.split('`').skip(1).step_by(2);
    real.extend(known.map(|name| format!("images.{name}")));
    assert_eq!(names, real);
}

#[test]
fn the_defaults_that_are_listed_are_those_of_the_code() {
    let text = fs::read_to_string(root().join("docs/settings.md")).unwrap();
    let block = all_settings();
    let parsed = Settings::parse(&block.text, &block.place).unwrap();
    let shown = listed(&parsed);
    for (setting, default) in listed(&Settings::default()) {
        // Where the default is "nothing", the document shows an example.
        let open = default.is_null() || default.as_sequence().is_some();
        let value = &shown.iter().find(|(other, _)| *other == setting).unwrap().1;
        assert!(
            open || *value == default,
            "{setting}: {value:?} is not {default:?}"
        );
    }
    for secret in SecretName::ALL {
        let row = format!(
            "| `{}` | `{}` | `{}` |",
            secret.credential(),
            secret.variable(),
            secret.setting()
        );
        assert!(text.contains(&row), "{row}");
    }
}

#[test]
fn every_fixture_is_explained() {
    let readme = fs::read_to_string(root().join("fixtures/README.md")).unwrap();
    let sources = test_sources();
    for entry in fs::read_dir(root().join("fixtures")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name != "README.md" {
            assert!(
                readme.contains(&format!("`{name}/`")),
                "fixtures/README.md: {name}"
            );
            assert!(
                sources.contains(&name),
                "no test or script reads fixtures/{name}"
            );
        }
    }
}

/// The block of docs/settings.md that lists all settings.
fn all_settings() -> Block {
    let listed =
        |block: &Block| block.place.starts_with("settings.md") && block.text.starts_with(SETTINGS);
    blocks().into_iter().find(listed).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// README, CONTRIBUTING and all of docs.
fn documents() -> Vec<PathBuf> {
    let root = root();
    let folders = ["docs", "docs/reference"].map(|name| root.join(name));
    let docs = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut found: Vec<PathBuf> = docs
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    found.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root.join(name)));
    found
}

/// All fenced blocks of all documents but the reference, whose examples are checked where they are
/// made: in `schema/tests/generated`.
fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let made = |path: &PathBuf| {
        path.parent()
            .is_some_and(|folder| folder.ends_with("reference"))
    };
    for path in documents().into_iter().filter(|path| !made(path)) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut open: Option<Block> = None;
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            match (line.strip_prefix("```"), open.take()) {
                (Some(_), Some(block)) => blocks.push(block),
                (Some(language), None) => {
                    open = Some(Block {
                        place: format!("{name}:{}", number + 1),
                        language: language.to_owned(),
                        text: String::new(),
                    });
                }
                (None, Some(mut block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                    open = Some(block);
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{name}: a block is not closed");
    }
    blocks
}

/// Command lines of console blocks, and `agent …` within the text.
fn commands() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for block in blocks()
        .into_iter()
        .filter(|block| block.language == "console")
    {
        for line in block
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
        {
            found.push((block.place.clone(), line.to_owned()));
        }
    }
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            for code in line.split('`').skip(1).step_by(2) {
                let whole = code.starts_with("agent ") && !code.contains(['|', '/', '…']);
                if whole && code != "agent run" {
                    found.push((path.display().to_string(), code.to_owned()));
                }
            }
        }
    }
    found
}

/// The words of a simple command line, up to a comment or the file that its output goes to.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or_default();
    let line = line.split(" > ").next().unwrap_or_default();
    line.split_whitespace()
        .map(|word| word.trim_matches('\'').to_owned())
        .collect()
}

fn compiles(place: &str, text: &str) {
    let sources = Sources {
        config: Source::new(".ci.yml".to_owned(), text.to_owned()),
        imports: Vec::new(),
        compat: false,
        dialect: Dialect::Ours,
    };
    let compiled = schema::compile(&sources, &Request::default());
    let messages: Vec<&String> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.code != "default" && d.code != NOT_YET)
        .map(|d| &d.message)
        .collect();
    assert!(messages.is_empty(), "{place}: {messages:#?}");
    assert!(!matches!(compiled.outcome, Outcome::Refused), "{place}");
}

fn collect(value: &serde_yaml::Value, path: &str, names: &mut BTreeSet<String>) {
    match value {
        serde_yaml::Value::Mapping(map) => {
            for (key, value) in map {
                let name = format!("{path}{}", key.as_str().unwrap());
                names.insert(name.clone());
                collect(value, &format!("{name}."), names);
            }
        }
        serde_yaml::Value::Sequence(list) => {
            list.iter().for_each(|item| collect(item, path, names));
        }
        _ => {}
    }
}

/// Everything that may read a fixture, in one text.
fn test_sources() -> String {
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "snapshots") {
                read(&path, text);
            } else if !path.ends_with("docs/main.rs") {
                text.push_str(&fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    let mut text = String::new();
    for folder in ["agent/tests", "schema/tests", "script", "agent/benches"] {
        read(&root().join(folder), &mut text);
    }
    text
}
