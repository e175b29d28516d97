//! Git over smart HTTP: `git http-backend` behind the model's own permissions. What is pushed makes
//! events as on GitHub.

use super::super::Shared;
use super::super::answer::Answer;
use super::super::asked::Asked;
use super::super::git::{ZERO, neutral};
use super::super::payload::RefChange;
use super::super::state::World;
use super::super::token::Level;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The services of git's protocol, as they end a path.
const ENDS: [&str; 3] = ["/info/refs", "/git-upload-pack", "/git-receive-pack"];

pub(crate) fn is_git(path: &str) -> bool {
    !path.starts_with("/repos/") && ENDS.iter().any(|end| path.ends_with(end))
}

pub(crate) async fn answer(shared: &Arc<Shared>, asked: Asked) -> Answer {
    let end = ENDS
        .iter()
        .find(|end| asked.path.ends_with(**end))
        .unwrap_or(&"");
    let (id, folder, before) = match shared.with(|world| enter(world, &asked, end)) {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let answer = match backend(&asked, &format!("/{id}.git{end}"), &folder).await {
        Ok(answer) => answer,
        Err(error) => {
            shared.change(|world| world.complaints.push(format!("git http-backend: {error}")));
            return Answer::refuse(500, "Server Error");
        }
    };
    if *end == "/git-receive-pack" {
        let actor = asked.token.map_or_else(String::new, |token| token.login);
        let tries = shared.change(|world| {
            let changes = changes(&before, &world.repositories[&id].git.refs());
            world.pushed(id, &actor, &changes)
        });
        shared.try_merges(tries);
    }
    answer
}

type Entered = (u64, std::path::PathBuf, Vec<(String, String)>);

/// Finds the repository, and whether the caller may do that with it.
fn enter(world: &World, asked: &Asked, end: &str) -> Result<Entered, Answer> {
    let name = asked.path.trim_end_matches(end).trim_matches('/');
    let name = name.strip_suffix(".git").unwrap_or(name);
    let (owner, repo) = name.split_once('/').ok_or_else(Answer::not_found)?;
    let Some(id) = world.find(owner, repo) else {
        let id = world
            .moved
            .get(&name.to_lowercase())
            .ok_or_else(not_yours)?;
        let to = world.repositories[id].full_name();
        let query = if asked.query.is_empty() { "" } else { "?" };
        let to = format!("{}/{to}.git{end}{query}{}", world.web, asked.query);
        return Err(Answer::empty(301).header("location", to));
    };
    let writes = end == "/git-receive-pack" || asked.query.contains("git-receive-pack");
    let level = if writes { Level::Write } else { Level::Read };
    world.may(asked, id, "contents", level).map_err(|refusal| {
        if asked.token.is_none() {
            not_yours()
        } else {
            refusal
        }
    })?;
    let repository = &world.repositories[&id];
    Ok((id, world.folder.clone(), repository.git.refs()))
}

/// GitHub asks nobody in particular for a password, whether or not there is a repository.
fn not_yours() -> Answer {
    Answer::new(401, "text/plain", "Repository not found.\n")
        .header("www-authenticate", "Basic realm=\"GitHub\"")
}

async fn backend(asked: &Asked, path: &str, folder: &std::path::Path) -> Result<Answer, String> {
    let mut command = std::process::Command::new("git");
    neutral(&mut command)
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("REQUEST_METHOD", &asked.method)
        .env("QUERY_STRING", &asked.query)
        .env("CONTENT_LENGTH", asked.body.len().to_string())
        .env(
            "REMOTE_USER",
            asked
                .token
                .as_ref()
                .map_or("", |token| token.login.as_str()),
        );
    for (header, variable) in [
        ("content-type", "CONTENT_TYPE"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ] {
        if let Some(value) = asked.header(header) {
            command.env(variable, value);
        }
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = Command::from(command)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    let (stdin, body) = (child.stdin.take(), asked.body.clone());
    let writing = tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(&body).await;
        }
    });
    let output = child
        .wait_with_output()
        .await
        .map_err(|error| error.to_string())?;
    let _ = writing.await;
    parse(&output.stdout).map_err(|()| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A CGI answer: headers, an empty line, the body.
fn parse(output: &[u8]) -> Result<Answer, ()> {
    let end = output
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or(())?;
    let mut answer = Answer::empty(200);
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").ok_or(())?;
        if name.eq_ignore_ascii_case("status") {
            answer.status = value
                .get(..3)
                .and_then(|code| code.parse().ok())
                .ok_or(())?;
        } else {
            answer = answer.header(name, value);
        }
    }
    answer.body = output[end + 4..].to_vec().into();
    Ok(answer)
}

/// What differs between two lists of refs; GitHub's own are not spoken of.
fn changes(before: &[(String, String)], after: &[(String, String)]) -> Vec<RefChange> {
    let mut all: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for (name, sha) in before {
        all.entry(name).or_insert((ZERO, ZERO)).0 = sha;
    }
    for (name, sha) in after {
        all.entry(name).or_insert((ZERO, ZERO)).1 = sha;
    }
    all.into_iter()
        .filter(|(name, (old, new))| old != new && !name.starts_with("refs/pull/"))
        .map(|(name, (old, new))| RefChange {
            reference: name.to_owned(),
            before: old.to_owned(),
            after: new.to_owned(),
        })
        .collect()
}
