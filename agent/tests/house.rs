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
        why: "the daemon's time is its clock's, so that a simulation can turn it",
        inside: "agent/src",
        except: &["agent/src/clock.rs", "agent/src/cli", "agent/src/setup"],
        words: &["Timestamp::now"],
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
        why: "only github and the settings say where GitHub is",
        inside: "agent/src",
        except: &["agent/src/github", "agent/src/settings"],
        words: &["api.github.com", "api/v3"],
    },
    Rule {
        // The daemon's own pages have paths like GitHub's, so that paths can't be told apart here.
        why: "only github knows GitHub's headers and JSON",
        inside: "agent/src",
        except: &["agent/src/github"],
        words: &[
            "application/vnd.github",
            "X-GitHub-",
            "x-github-",
            "X-Hub-Signature",
            "x-hub-signature",
            "\"full_name\"",
            "\"head_commit\"",
            "clone_url:",
            "statuses_url",
        ],
    },
    Rule {
        why: "a URL that stands in a payload is never used",
        inside: "agent/src/github/event",
        except: &[],
        words: &["url"],
    },
    Rule {
        why: "github is told what to do, and decides nothing",
        inside: "agent/src/github",
        except: &[],
        words: &[
            "crate::policy",
            "crate::scheduler",
            "crate::runner",
            "crate::settings",
            "crate::cli",
            "Store,",
            "schema::",
        ],
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
        why: "only store and queue hold SQL, and only store names its driver",
        inside: "agent/src",
        except: &["agent/src/store", "agent/src/queue"],
        words: &["sqlx", "SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"],
    },
    Rule {
        why: "the queue speaks to the database through the store",
        inside: "agent/src/queue",
        except: &[],
        words: &["sqlx", "crate::runner", "crate::backend"],
    },
    Rule {
        why: "the store knows no room above it",
        inside: "agent/src/store",
        except: &[],
        words: &[
            "crate::runner",
            "crate::backend",
            "crate::intake",
            "crate::github",
        ],
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
        why: "whose turn it is in a group is decided purely",
        inside: "agent/src/groups",
        except: &[],
        words: &["tokio", "std::fs", "Instant", "Timestamp", "crate::"],
    },
    Rule {
        why: "policy is pure and knows no job",
        inside: "agent/src/policy",
        except: &[],
        words: &[
            "tokio",
            "std::fs",
            "std::env",
            "Instant",
            "Timestamp::now",
            "crate::runner",
            "crate::backend",
            "crate::settings",
        ],
    },
    Rule {
        why: "script text is made purely",
        inside: "agent/src/runner/script",
        except: &[],
        words: &["tokio", "std::fs", "std::env", "Instant", "SystemTime"],
    },
    Rule {
        why: "the server reads by its Reader and acts by its Actions: no rows changed, no job run",
        inside: "agent/src/server",
        except: &[],
        words: &[
            "sqlx",
            "crate::queue",
            "crate::runner",
            "crate::backend",
            "crate::git",
            "crate::local",
            "crate::jobs",
            "crate::work",
            "crate::settings",
            ".transition(",
            "scheduler::step",
        ],
    },
    Rule {
        why: "what a job needs is the same for agent run and the daemon: it knows no driver",
        inside: "agent/src/jobs",
        except: &[],
        words: &[
            "crate::local",
            "crate::work",
            "crate::store",
            "crate::queue",
        ],
    },
    Rule {
        why: "the runner runs one job: it knows no database and no daemon",
        inside: "agent/src/runner",
        except: &[],
        words: &["crate::store", "crate::queue", "crate::work", "crate::jobs"],
    },
    Rule {
        why: "work decides no state and serves no page",
        inside: "agent/src/work",
        except: &[],
        words: &[
            "sqlx",
            "scheduler::step",
            ".transition(",
            "crate::intake",
            "crate::local",
        ],
    },
    Rule {
        why: "text becomes HTML in one writer and in the templates, which escape it",
        inside: "agent/src/server",
        except: &["agent/src/server/log"],
        words: &["<p", "<a ", "<span", "<div", "PreEscaped", "MarkupDisplay"],
    },
    Rule {
        why: "nothing but the daemon knows the server; it is told what to show",
        inside: "agent/src",
        except: &["agent/src/server", "agent/src/daemon", "agent/src/bin"],
        words: &["crate::server"],
    },
    Rule {
        why: "setting up speaks to GitHub, the store and the keyring, and runs nothing",
        inside: "agent/src/setup",
        except: &[],
        words: &[
            "crate::cli",
            "crate::server",
            "crate::daemon",
            "crate::runner",
            "crate::scheduler",
            "crate::queue",
            "crate::intake",
        ],
    },
    Rule {
        // How far along the daemon's life is decides which jobs may begin.
        why: "the daemon puts rooms together: no room but work knows of its life",
        inside: "agent/src",
        except: &["agent/src/daemon", "agent/src/cli", "agent/src/work"],
        words: &["crate::daemon"],
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

/// The one place that may skip a template's escaping holds what the one writer of HTML wrote.
#[test]
fn templates_escape_all_but_what_the_writer_of_html_wrote() {
    let folder = root().join("agent/templates");
    let mut unescaped = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        seen += 1;
        let safe = text
            .lines()
            .filter(|line| line.contains("|safe") || line.contains("escape"));
        let name = entry.file_name().to_string_lossy().into_owned();
        unescaped.extend(safe.map(|line| format!("{name}: {}", line.trim())));
    }
    assert!(seen > 5);
    let writer = "build.html: <pre class=\"log\">{{ messages.html|safe }}</pre>";
    unescaped.retain(|line| !line.starts_with("script.js: //"));
    assert_eq!(unescaped, [writer]);
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
