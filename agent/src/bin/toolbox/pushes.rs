//! Tells which images an engine pushed, the moment it did: one line a push, the reference, a
//! tabulator, and the engine's digests of the image with blanks between them.
//!
//! Asking from inside is fast enough for an image that is deleted right after its push.

use crate::Failed;
use crate::json::Json;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// `{"type":["image"],"event":["push"]}`
const FILTER: &str = "%7B%22type%22%3A%5B%22image%22%5D%2C%22event%22%3A%5B%22push%22%5D%7D";

/// `docker-pushes SOCKET` follows for ever; `docker-pushes SOCKET past` tells what was.
pub(crate) fn run(args: &[OsString]) -> Result<ExitCode, Failed> {
    let (socket, until) = match args {
        [socket] => (Path::new(socket), String::new()),
        [socket, past] if past == "past" => {
            (Path::new(socket), format!("&until={}", next_second()))
        }
        _ => return Err("usage: toolbox docker-pushes SOCKET [past]".into()),
    };
    // Anything the engine remembers, and what comes.
    let events = get(
        socket,
        &format!("/events?since=1{until}&filters={FILTER}"),
        None,
    )?;
    for line in events.lines() {
        let line = line?;
        let event = Json::read(&line);
        let Some(reference) = event
            .as_ref()
            .and_then(|event| event.get("Actor")?.get("ID")?.text())
        else {
            continue;
        };
        let mut out = std::io::stdout().lock();
        for (reference, digests) in look_up(socket, &reference) {
            writeln!(out, "{reference}\t{}", digests.join(" "))?;
        }
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The image with its digests; of a name without a tag (`push --all-tags`) all of its tags.
fn look_up(socket: &Path, reference: &str) -> Vec<(String, Vec<String>)> {
    let tagged = reference
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains(':'));
    let references = if tagged {
        vec![reference.to_owned()]
    } else {
        tags(socket, reference).unwrap_or_default()
    };
    let found = references.into_iter().filter_map(|reference| {
        let text = whole(socket, &format!("/images/{reference}/json"))?;
        let image = Json::read(&text)?;
        Some((reference, image.get("RepoDigests")?.texts()))
    });
    found.collect()
}

fn tags(socket: &Path, name: &str) -> Option<Vec<String>> {
    let text = whole(socket, "/images/json")?;
    let Json::List(images) = Json::read(&text)? else {
        return None;
    };
    let start = format!("{name}:");
    let tags = images
        .iter()
        .filter_map(|image| image.get("RepoTags"))
        .flat_map(Json::texts);
    Some(tags.filter(|tag| tag.starts_with(&start)).collect())
}

fn whole(socket: &Path, path: &str) -> Option<String> {
    let mut text = String::new();
    let limit = Duration::from_secs(10);
    get(socket, path, Some(limit))
        .ok()?
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

/// Asks the engine and returns what follows the headers. Version 1.0, so that it comes plain.
fn get(
    socket: &Path,
    path: &str,
    limit: Option<Duration>,
) -> Result<BufReader<UnixStream>, Failed> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(limit)?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n").as_bytes())?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    if line.split(' ').nth(1) != Some("200") {
        return Err(format!("the engine answered {}", line.trim()).into());
    }
    while !line.trim().is_empty() {
        line.clear();
        answer.read_line(&mut line)?;
    }
    Ok(answer)
}

/// Events of this second are asked for, too.
fn next_second() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| age.as_secs()) + 1
}
