//! Stands before the real `runc` of a job's own Docker daemon, and gives every container that the
//! daemon starts, those of image builds too, the host's authorities and proxies. They come as
//! variables and a mount below `/dev`, so that nothing of them gets into an image.
//!
//! What to give is in this process's variables: `CI_INNER_ENV_NAME=value` becomes `NAME=value`
//! where the container has no `NAME`, and the file that `CI_INNER_MOUNT` names is mounted
//! read-only at the same path.

use crate::Failed;
use crate::json::Json;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const VARIABLE: &str = "CI_INNER_ENV_";
const MOUNT: &str = "CI_INNER_MOUNT";

/// Options before the verb that take no value.
const FLAGS: [&str; 6] = [
    "--debug",
    "--systemd-cgroup",
    "--version",
    "-v",
    "--help",
    "-h",
];

/// Prepares the container and becomes the real `runc`.
pub(crate) fn run(args: &[OsString]) -> Result<ExitCode, Failed> {
    let words: Vec<&str> = args.iter().map(|arg| arg.to_str().unwrap_or("")).collect();
    if let Err(error) = prepare(&words) {
        // The container runs all the same; at worst it lacks the authorities.
        eprintln_quietly(&format!("runc of the toolbox: {error}"));
    }
    let real = real_runc().ok_or("there is no runc behind the toolbox's in PATH")?;
    Err(Command::new(real).args(args).exec().into())
}

fn prepare(words: &[&str]) -> Result<(), Failed> {
    let given = Given::of_this_process();
    let (verb, rest) = verb(words);
    match verb {
        "create" | "run" | "restore" => {
            let bundle = option(rest, &["--bundle", "-b"]).unwrap_or(".");
            change(&Path::new(bundle).join("config.json"), |config| {
                given.add_to_container(config)
            })
        }
        "exec" => match option(rest, &["--process", "-p"]) {
            Some(file) => change(Path::new(file), |process| given.add_to_process(process)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The verb and what follows it.
fn verb<'a, 'w>(words: &'w [&'a str]) -> (&'a str, &'w [&'a str]) {
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        if !word.starts_with('-') {
            return (word, after);
        }
        let alone = word.contains('=') || FLAGS.contains(word);
        rest = after.get(usize::from(!alone)..).unwrap_or_default();
    }
    ("", &[])
}

/// The value of an option, as the next word or after `=`.
fn option<'a>(words: &[&'a str], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(index, word)| {
        names
            .iter()
            .find_map(|name| match word.strip_prefix(name)? {
                "" => words.get(index + 1).copied(),
                value => value.strip_prefix('='),
            })
    })
}

/// What containers are given.
#[derive(Debug, Default)]
struct Given {
    variables: Vec<(String, String)>,
    mount: Option<String>,
}

impl Given {
    fn of_this_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.to_str()?.strip_prefix(VARIABLE)?.to_owned();
            Some((name, value.to_str()?.to_owned()))
        });
        Self {
            variables: variables.collect(),
            mount: std::env::var(MOUNT).ok().filter(|path| !path.is_empty()),
        }
    }

    fn add_to_container(&self, config: &mut Json<'_>) -> Option<()> {
        self.add_to_process(config.entry("process", Json::Map(Vec::new()))?)?;
        let Json::List(mounts) = config.entry("mounts", Json::List(Vec::new()))? else {
            return None;
        };
        if let Some(path) = &self.mount {
            let options = ["bind", "ro", "nosuid", "nodev", "noexec"];
            let entry = |key: &str, value| (format!("\"{key}\"").into(), value);
            mounts.push(Json::Map(vec![
                entry("destination", Json::string(path)),
                entry("type", Json::string("bind")),
                entry("source", Json::string(path)),
                entry("options", Json::List(options.map(Json::string).to_vec())),
            ]));
        }
        Some(())
    }

    fn add_to_process(&self, process: &mut Json<'_>) -> Option<()> {
        let Json::List(env) = process.entry("env", Json::List(Vec::new()))? else {
            return None;
        };
        for (name, value) in &self.variables {
            let start = format!("\"{name}=");
            let known = env
                .iter()
                .any(|known| matches!(known, Json::Raw(text) if text.starts_with(&start)));
            if !known {
                env.push(Json::string(&format!("{name}={value}")));
            }
        }
        Some(())
    }
}

/// Rewrites a JSON file in one step and with its mode.
fn change(path: &Path, with: impl FnOnce(&mut Json<'_>) -> Option<()>) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let mut json = Json::read(&text).ok_or("its config is no JSON")?;
    with(&mut json).ok_or("its config has another shape than expected")?;
    let mut out = String::with_capacity(text.len() + 2048);
    json.write(&mut out);
    let beside = path.with_extension("ci");
    std::fs::write(&beside, out)?;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    std::fs::set_permissions(&beside, PermissionsExt::from_mode(mode))?;
    std::fs::rename(&beside, path)?;
    Ok(())
}

/// The first `runc` in PATH that is not this program.
fn real_runc() -> Option<PathBuf> {
    let own = std::fs::canonicalize("/proc/self/exe").ok();
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("runc"))
        .find(|path| path.is_file() && std::fs::canonicalize(path).ok() != own)
}

fn eprintln_quietly(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_is_found_behind_options() {
        let line = "--root /r --log /l --log-format json create --bundle /b --pid-file /p id";
        let words: Vec<&str> = line.split(' ').collect();
        let (verb, rest) = verb(&words);
        assert_eq!(
            (verb, option(rest, &["--bundle", "-b"])),
            ("create", Some("/b"))
        );
        assert_eq!(super::verb(&["--debug", "--root=/r", "run", "x"]).0, "run");
        assert_eq!(super::verb(&["--version"]).0, "");
        assert_eq!(super::verb(&["--root"]).0, "");
        assert_eq!(option(&["--bundle=/b"], &["--bundle"]), Some("/b"));
        assert_eq!(option(&["--bundle"], &["--bundle"]), None);
    }

    fn given() -> Given {
        Given {
            variables: vec![("A".into(), "new".into()), ("B".into(), "new".into())],
            mount: Some("/dev/ca".into()),
        }
    }

    #[test]
    fn a_container_gets_what_it_has_not_set_itself() {
        let dir = std::env::temp_dir().join(format!("runc-test-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("config.json");
        std::fs::write(
            &file,
            r#"{"process":{"env":["A=own"],"x":1e9},"mounts":null}"#,
        )
        .unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
        change(&file, |config| given().add_to_container(config)).unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(mode, 0o640);
        assert_eq!(
            text,
            r#"{"process":{"env":["A=own","B=new"],"x":1e9},"mounts":[{"destination":"/dev/ca","type":"bind","source":"/dev/ca","options":["bind","ro","nosuid","nodev","noexec"]}]}"#
        );
    }

    #[test]
    fn a_process_without_variables_gets_them_too() {
        let mut process = Json::read("{}").unwrap();
        given().add_to_process(&mut process).unwrap();
        let mut text = String::new();
        process.write(&mut text);
        assert_eq!(text, r#"{"env":["A=new","B=new"]}"#);
    }
}
