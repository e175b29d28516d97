//! The import rules of docs/architecture.md, checked on the source text.
//!
//! Test modules at the foot of a file are left out: tests may look behind the curtain.

use std::fs;
use std::path::{Path, PathBuf};

/// A rule: files below `inside`, less those below one of `except`, hold none of `words`.
struct Rule {
    why: &'static str,
    inside: &'static str,
    except: &'static [&'static str],
    words: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        why: "schema is pure: no clock, no files, no environment, no network, no runtime",
        inside: "schema/src",
        except: &[],
        words: &[
            "tokio",
            "std::fs",
            "std::env",
            "std::time",
            "std::net",
            "std::process",
            "std::thread",
        ],
    },
    Rule {
        why: "only cli and main print or exit",
        inside: "agent/src",
        except: &["agent/src/cli", "agent/src/main.rs", "agent/src/bin"],
        words: &["println!", "eprintln!", "print!(", "process::exit"],
    },
    Rule {
        why: "schema never prints",
        inside: "schema/src",
        except: &[],
        words: &["println!", "eprintln!", "print!("],
    },
    Rule {
        why: "only git spawns git",
        inside: "agent/src",
        except: &["agent/src/git"],
        words: &["Command::new(\"git\")"],
    },
    Rule {
        why: "only backend/docker names bollard",
        inside: "agent/src",
        except: &["agent/src/backend/docker"],
        words: &["bollard"],
    },
    Rule {
        why: "only policy makes grants and reads the fork flag; agent run hands it over as a fact",
        inside: "agent/src",
        except: &["agent/src/policy", "agent/src/cli/event.rs"],
        words: &["Grants {", ".fork"],
    },
    Rule {
        // Their fields are private, so that the compiler keeps the other half of the rule.
        why: "only the scheduler changes the state of builds and jobs",
        inside: "agent/src",
        except: &["agent/src/scheduler"],
        words: &["JobState {", "BuildState {"],
    },
    Rule {
        why: "only secrets sees private keys",
        inside: "agent/src",
        except: &["agent/src/secrets"],
        words: &["PrivateKey", "hpke"],
    },
    Rule {
        why: "the toolbox imports nothing of the agent but the protocol",
        inside: "agent/src/bin/toolbox",
        except: &[],
        words: &["agent::", "tokio", "bollard", "serde"],
    },
    Rule {
        why: "the protocol is shared with the toolbox: standard library only",
        inside: "agent/src/protocol",
        except: &[],
        words: &["crate::", "tokio", "serde"],
    },
    Rule {
        why: "lower rooms do not import higher ones: the backend knows no phases, no plan",
        inside: "agent/src/backend",
        except: &[],
        words: &[
            "schema::",
            "crate::runner",
            "crate::scheduler",
            "crate::cli",
            "crate::policy",
        ],
    },
    Rule {
        why: "the scheduler is pure",
        inside: "agent/src/scheduler",
        except: &[],
        words: &[
            "tokio",
            "std::fs",
            "std::time::Instant",
            "crate::runner",
            "crate::backend",
            "crate::cli",
        ],
    },
    Rule {
        why: "script text is made purely",
        inside: "agent/src/runner/script",
        except: &[],
        words: &["tokio", "std::fs", "std::env", "Instant", "SystemTime"],
    },
    Rule {
        why: "nothing below the command line knows it",
        inside: "agent/src",
        except: &["agent/src/cli", "agent/src/main.rs"],
        words: &["crate::cli"],
    },
];

#[test]
fn every_room_keeps_its_rules() {
    let root = root();
    let mut broken = Vec::new();
    for rule in RULES {
        let mut seen = 0;
        for file in rust_files(&root.join(rule.inside)) {
            let name = relative(&root, &file);
            if rule.except.iter().any(|except| name.starts_with(except)) {
                continue;
            }
            seen += 1;
            for (number, line) in code(&file).iter().enumerate() {
                for word in rule.words.iter().filter(|word| line.contains(*word)) {
                    broken.push(format!("{name}:{}: {word}: {}", number + 1, rule.why));
                }
            }
        }
        assert!(seen > 0, "no file is held to: {}", rule.why);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn rooms_stay_small() {
    let root = root();
    let large: Vec<String> = ["schema/src", "agent/src"]
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
        .filter_map(|file| {
            let lines = code(&file).len();
            (lines > 500)
                .then(|| format!("{}: {lines} lines without tests", relative(&root, &file)))
        })
        .collect();
    assert!(large.is_empty(), "one idea a file:\n{}", large.join("\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn relative(root: &Path, file: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string()
}

/// Rust files of a folder, or of the module `folder.rs`.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let single = folder.with_extension("rs");
    if single.is_file() {
        files.push(single);
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The lines of a file up to its unit tests, comments left out.
fn code(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| {
            if line.trim_start().starts_with("//") {
                String::new()
            } else {
                line.to_owned()
            }
        })
        .collect()
}
