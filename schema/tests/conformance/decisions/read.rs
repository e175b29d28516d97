//! One row read by one dialect: what it comes to, and what is said of it.

use crate::harness::Row;
use crate::json;
use crate::reading::{facts, loaded, texts};
use schema::diagnostic::Diagnostic;
use schema::dialect::Dialect;
use schema::import::Import;
use schema::matrix::{self, Conditions};
use schema::normalise::{Reading, normalise};
use schema::request::{Event, PullRequest, Request};
use schema::source::Source;
use schema::{Outcome, Sources, compile};
use serde_json::{Value as Json, json};

/// What a row comes to.
pub(super) struct Read {
    /// The normalised config, and the jobs of the build.
    pub(super) result: Json,
    /// All that is said, without its places.
    pub(super) messages: Vec<Json>,
    /// What stops the build.
    pub(super) fatal: Vec<Json>,
}

impl Read {
    /// Whether there is nothing that could be built.
    pub(super) fn stops(&self) -> bool {
        self.result.is_null()
    }
}

/// Reads a `.travis.yml` of one text by a dialect; none where a row has several texts.
pub(super) fn read(row: &Row, dialect: Dialect) -> Option<Read> {
    let texts = texts(row);
    let [(source, _)] = texts.as_slice() else {
        return None;
    };
    let (result, mut said) = normalised(row, dialect);
    if dialect == Dialect::Ours {
        // Secrets, the plan and the budgets are ours alone.
        said = compiled(source, &request(row.field("data")));
    }
    let plain = |found: &Diagnostic| {
        let mut message = json::message(found, 0);
        if let Some(args) = message.get_mut(3).and_then(Json::as_object_mut) {
            args.retain(|name, _| name != "line" && name != "src");
        }
        message
    };
    Some(Read {
        result,
        messages: said.iter().map(plain).collect(),
        fatal: said.iter().filter(|found| found.fatal).map(plain).collect(),
    })
}

/// What is said on the way to a plan. The files that a row imports are empty.
fn compiled(source: &Source, request: &Request) -> Vec<Diagnostic> {
    let mut sources = Sources::new(source.clone());
    loop {
        let compiled = compile(&sources, request);
        let Outcome::Need(need) = compiled.outcome else {
            return compiled.diagnostics;
        };
        let empty = |reference| Import {
            reference,
            found: Ok(String::new()),
        };
        sources.imports.extend(need.imports.into_iter().map(empty));
    }
}

/// The config and the jobs of the build, and what is said on the way there.
fn normalised(row: &Row, dialect: Dialect) -> (Json, Vec<Diagnostic>) {
    let texts = texts(row);
    let loaded = loaded(&texts, dialect);
    let mut said = loaded.diagnostics;
    let Some(root) = loaded.root else {
        return (Json::Null, said);
    };
    let reading = Reading {
        dialect,
        compat: true,
    };
    let sources: Vec<_> = texts.iter().map(|(source, _)| source).collect();
    let (config, found) = normalise(root, &sources, reading);
    said.extend(found);
    let facts = facts(row.field("data"));
    let conditions = facts.as_ref().map(|facts| facts as &dyn Conditions);
    let build = config.as_map().and_then(|map| {
        let expanded = matrix::expand(map, conditions).ok()?;
        Some(json::jobs(&matrix::finish(map, expanded, conditions).jobs))
    });
    let result = json!({"config": json::node(&config), "build": build});
    (result, said)
}

/// The event of a row, as a daemon would hand it over.
fn request(data: &Json) -> Request {
    let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    let event = match data["type"].as_str() {
        Some("pull_request") => Event::PullRequest,
        Some("cron") => Event::Cron,
        Some("api") => Event::Api,
        _ => Event::Push,
    };
    let pull = (event == Event::PullRequest).then(|| PullRequest {
        number: 1,
        head_branch: text("head_branch"),
        head_slug: text("head_repo"),
        ..PullRequest::default()
    });
    let variables = data["env"].as_array().into_iter().flatten();
    let variables = variables.filter_map(Json::as_object).flatten();
    let variable = |(name, value): (&String, &Json)| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), text)
    };
    Request {
        event,
        slug: text("repo"),
        default_branch: "master".to_owned(),
        branch: text("branch"),
        tag: data["tag"].as_str().map(str::to_owned),
        commit_message: text("commit_message"),
        sender: text("sender"),
        fork: data["fork"].as_bool().unwrap_or_default(),
        pull_request: pull,
        variables: variables.map(variable).collect(),
        ..Request::default()
    }
}
