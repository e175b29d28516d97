//! The `.git` of a work tree, made without cloning: one pack, one file of refs, a config.

use super::archive::Writer;
use super::command::Git;
use super::files::AutoCrlf;
use super::history::{History, walk};
use super::index::{Entry, encode};
use super::materialise::{Ref, Want};
use super::sparse::{self, Sparse};
use super::{GitError, Mirror};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

const PACKING: &str = "packing the history";

/// Writes `.git` with the wanted history, a detached HEAD and this index.
///
/// `mtime` in seconds is that of the index: not before any file that the index knows.
pub(super) fn write(
    mirror: &Mirror,
    want: &Want,
    sparse: Option<&Sparse>,
    index: Vec<Entry>,
    mtime: u64,
    tar: &mut Writer,
) -> Result<(), GitError> {
    let shallow_source = mirror.dir().join("shallow").exists();
    let history = match want.depth {
        None if !shallow_source => None,
        depth => Some(walk(mirror.dir(), &want.sha, depth)?),
    };
    let tags = tags(mirror, want, history.as_ref())?;
    let shallow = history.map(|history| history.shallow).unwrap_or_default();

    let scratch = tar.scratch()?;
    pack(mirror, want, &shallow, &tags, scratch.path())?;

    let git = Path::new(".git");
    for directory in [
        "branches",
        "info",
        "objects/info",
        "objects/pack",
        "refs/heads",
        "refs/tags",
    ] {
        tar.directory(&git.join(directory))?;
    }
    for (name, path) in files_in(scratch.path())? {
        let file = File::open(&path).map_err(GitError::io("reading", &path))?;
        let size = file
            .metadata()
            .map_err(GitError::io("reading", &path))?
            .len();
        tar.file(
            &git.join("objects/pack").join(name),
            (0o444, size, mtime),
            file,
        )?;
    }
    let mut small = vec![
        ("HEAD", format!("{}\n", want.sha)),
        ("config", config(want, sparse.is_some())),
        ("description", "Unnamed repository.\n".to_owned()),
        ("info/exclude", String::new()),
        ("packed-refs", packed_refs(want, &tags)),
    ];
    if !shallow.is_empty() {
        let lines = shallow.iter().map(|commit| format!("{commit}\n")).collect();
        small.push(("shallow", lines));
    }
    if let Ref::Pull(number) = want.reference {
        let line = format!(
            "{}\t\t'refs/pull/{number}/merge' of {}\n",
            want.sha, want.origin
        );
        small.push(("FETCH_HEAD", line));
    }
    for (name, text) in small {
        let facts = (0o644, text.len() as u64, mtime);
        tar.file(&git.join(name), facts, text.as_bytes())?;
    }
    if let Some(Sparse { patterns, .. }) = sparse {
        let facts = (0o644, patterns.len() as u64, mtime);
        tar.file(&git.join(sparse::FILE), facts, patterns.as_slice())?;
    }
    let index = encode(index);
    tar.file(
        &git.join("index"),
        (0o644, index.len() as u64, mtime),
        index.as_slice(),
    )
}

/// Tags whose commit is part of the history, as a clone of one branch brings them.
fn tags(
    mirror: &Mirror,
    want: &Want,
    history: Option<&History>,
) -> Result<BTreeMap<String, String>, GitError> {
    let mut git = Git::new("listing tags").bare(mirror.dir()).args([
        "for-each-ref",
        "--format=%(refname)%00%(objectname)%00%(*objectname)",
    ]);
    if history.is_none() {
        git = git.arg(format!("--merged={}", want.sha));
    }
    let listing = git.arg("refs/tags/").text()?;
    let mut tags = BTreeMap::new();
    for line in listing.lines() {
        let mut parts = line.split('\0');
        let (Some(name), Some(object)) = (parts.next(), parts.next()) else {
            continue;
        };
        let commit = parts
            .next()
            .filter(|peeled| !peeled.is_empty())
            .unwrap_or(object);
        if history.is_none_or(|history| history.commits.contains(commit)) {
            tags.insert(name.to_owned(), object.to_owned());
        }
    }
    Ok(tags)
}

/// Packs what `want` reaches into `dir`. Existing deltas are kept and no new ones are sought:
/// the pack travels only over a local socket, and time counts more than its size.
fn pack(
    mirror: &Mirror,
    want: &Want,
    shallow: &[String],
    tags: &BTreeMap<String, String>,
    dir: &Path,
) -> Result<(), GitError> {
    let mut revisions = String::new();
    for commit in shallow {
        let _ = writeln!(revisions, "--shallow {commit}");
    }
    for object in tags.values().chain([&want.sha]) {
        let _ = writeln!(revisions, "{object}");
    }
    Git::new(PACKING)
        .bare(mirror.dir())
        .args([
            "pack-objects",
            "--revs",
            "--quiet",
            "--window=0",
            "--delta-base-offset",
        ])
        .arg(dir.join("pack"))
        .input(revisions.into_bytes())
        .output()
        .map(drop)
}

fn files_in(dir: &Path) -> Result<Vec<(String, PathBuf)>, GitError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(GitError::io("reading", dir))? {
        let entry = entry.map_err(GitError::io("reading", dir))?;
        files.push((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ));
    }
    files.sort();
    Ok(files)
}

/// The refs that `git clone --branch` would leave, sorted as git wants them.
fn packed_refs(want: &Want, tags: &BTreeMap<String, String>) -> String {
    let mut refs = tags.clone();
    match &want.reference {
        Ref::Branch(name) => {
            refs.insert(format!("refs/heads/{name}"), want.sha.clone());
            refs.insert(format!("refs/remotes/origin/{name}"), want.sha.clone());
        }
        Ref::Tag(name) => {
            // An annotated tag keeps its own object.
            refs.entry(format!("refs/tags/{name}"))
                .or_insert_with(|| want.sha.clone());
        }
        Ref::Pull(_) | Ref::None => {}
    }
    let mut text = "# pack-refs with: sorted \n".to_owned();
    for (name, object) in refs {
        let _ = writeln!(text, "{object} {name}");
    }
    text
}

fn config(want: &Want, is_sparse: bool) -> String {
    let fetch = match &want.reference {
        Ref::Branch(name) => format!("+refs/heads/{name}:refs/remotes/origin/{name}"),
        Ref::Tag(name) => format!("+refs/tags/{name}:refs/tags/{name}"),
        Ref::Pull(_) | Ref::None => "+refs/heads/*:refs/remotes/origin/*".to_owned(),
    };
    let mut core = String::new();
    if let Some(setting) = want.files.autocrlf.map(AutoCrlf::as_str) {
        let _ = writeln!(core, "\tautocrlf = {setting}");
    }
    if let Some(symlinks) = want.files.symlinks {
        let _ = writeln!(core, "\tsymlinks = {symlinks}");
    }
    if is_sparse {
        core.push_str(sparse::SETTINGS);
    }
    let mut text = format!(
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\
         \tlogallrefupdates = true\n\tcheckStat = minimal\n{core}\
         [remote \"origin\"]\n\turl = {}\n\tfetch = {}\n",
        quoted(&want.origin),
        quoted(&fetch),
    );
    if let Ref::Branch(name) = &want.reference {
        let _ = write!(
            text,
            "[branch {}]\n\tremote = origin\n\tmerge = {}\n",
            quoted(name),
            quoted(&format!("refs/heads/{name}")),
        );
    }
    text
}

/// A value in quotes, as git's config files take it whatever it holds.
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_can_not_leave_its_quotes() {
        assert_eq!(quoted("a\"b\\c\n[x]\0"), r#""a\"b\\c\n[x]""#);
    }
}
