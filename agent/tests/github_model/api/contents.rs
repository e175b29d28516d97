//! `GET /repos/{owner}/{repo}/contents/{path}`: files as JSON or as they are, and folders.

use super::super::answer::{Answer, Answered};
use super::super::token::Level;
use super::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Larger files come without their content, unless they are asked for as they are.
const MAX_INLINE: usize = 1024 * 1024;

/// One entry of a git tree.
struct Entry {
    mode: String,
    kind: String,
    sha: String,
    path: String,
}

pub(crate) fn get(it: &Context<'_>, path: &str) -> Answered {
    it.may("contents", Level::Read)?;
    let repository = &it.world.repositories[&it.id];
    let wanted = it.asked.parameter("ref").filter(|text| !text.is_empty());
    let wanted = wanted.unwrap_or_else(|| repository.default_branch.clone());
    let commit = repository
        .git
        .resolve(&wanted)
        .ok_or_else(|| Answer::refuse(404, &format!("No commit found for the ref {wanted}")))?;
    let path = path.trim_matches('/');
    let found = entries(it, &commit, path);
    if let [entry] = found.as_slice()
        && entry.path == path
        && entry.kind != "tree"
    {
        return Ok(file(it, entry, &wanted));
    }
    let folder = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    let inside = entries(it, &commit, &folder);
    if inside.is_empty() {
        return Err(Answer::not_found());
    }
    let list: Vec<Value> = inside
        .iter()
        .map(|entry| describe(it, entry, 0, &wanted))
        .collect();
    Ok(Answer::ok(&list.into()))
}

fn entries(it: &Context<'_>, commit: &str, path: &str) -> Vec<Entry> {
    let mut args = vec!["--literal-pathspecs", "ls-tree", "-z", commit];
    if !path.is_empty() {
        args.extend(["--", path]);
    }
    let text = it.world.repositories[&it.id]
        .git
        .try_run(&args)
        .unwrap_or_default();
    text.split('\0')
        .filter_map(|line| {
            let (facts, path) = line.split_once('\t')?;
            let mut facts = facts.split(' ').map(str::to_owned);
            Some(Entry {
                mode: facts.next()?,
                kind: facts.next()?,
                sha: facts.next()?,
                path: path.to_owned(),
            })
        })
        .collect()
}

fn file(it: &Context<'_>, entry: &Entry, reference: &str) -> Answer {
    if entry.kind == "commit" {
        return Answer::ok(&describe(it, entry, 0, reference));
    }
    let git = &it.world.repositories[&it.id].git;
    let bytes = git
        .try_bytes(&["cat-file", "blob", &entry.sha])
        .unwrap_or_default();
    if it.asked.wants_raw() {
        return Answer::new(200, "application/vnd.github.raw+json; charset=utf-8", bytes);
    }
    let mut value = describe(it, entry, bytes.len(), reference);
    if entry.mode == "120000" {
        value["target"] = String::from_utf8_lossy(&bytes).into_owned().into();
    }
    let inline = bytes.len() <= MAX_INLINE;
    value["encoding"] = if inline { "base64" } else { "none" }.into();
    value["content"] = if inline {
        wrapped(&bytes)
    } else {
        String::new()
    }
    .into();
    Answer::ok(&value)
}

fn describe(it: &Context<'_>, entry: &Entry, size: usize, reference: &str) -> Value {
    let kind = match (entry.kind.as_str(), entry.mode.as_str()) {
        ("tree", _) => "dir",
        ("commit", _) => "submodule",
        (_, "120000") => "symlink",
        _ => "file",
    };
    let name = entry.path.rsplit('/').next().unwrap_or_default();
    let url = format!("{}/contents/{}?ref={reference}", it.api(), entry.path);
    json!({
        "type": kind,
        "name": name,
        "path": entry.path,
        "sha": entry.sha,
        "size": size,
        "url": url,
        "git_url": format!("{}/git/blobs/{}", it.api(), entry.sha),
        "html_url": Value::Null,
        "download_url": Value::Null,
        "_links": { "self": url, "git": Value::Null, "html": Value::Null },
    })
}

/// In lines of 60 characters, each with its end, as GitHub sends it.
fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        out.push(character);
        if at % 60 == 59 {
            out.push('\n');
        }
    }
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out
}
