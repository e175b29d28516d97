//! The forms of what stands in commands: each either holds nothing that a shell, apt or Docker could
//! read as something else, or is refused with what is wrong and how to mend it.

use crate::plan::{AptSource, KnownHost};

/// What is wrong, and what to do.
type Refused = (String, String);

fn refused<T>(message: String, help: &str) -> Result<T, Refused> {
    Err((message, help.to_owned()))
}

/// A package as `apt-get install` takes it: `name`, `name:arch`, `name=version`, `name/release`, with
/// `*` for any text.
pub(super) fn package(word: &str) -> Result<String, Refused> {
    // In a shell the star is often written with a backslash.
    let word = word.replace("\\*", "*");
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.:=/~*^_".contains(&byte);
    let begins = word
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    if begins && word.len() <= 200 && word.bytes().all(known) {
        return Ok(word);
    }
    let help = if word.starts_with('-') {
        "options of apt-get are not taken here; an item of a list is written `- name`, with one blank"
    } else {
        "write the name as `apt-get install` takes it, e.g. `libxml2-dev` or `cmake=3.*`"
    };
    refused(format!("`{word}` is no name of a package"), help)
}

/// A `ppa:` or a line of `sources.list`.
pub(super) fn source(text: &str, key: Option<String>) -> Result<AptSource, Refused> {
    if let Some(name) = text.strip_prefix("ppa:") {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
        let (owner, name) = name.split_once('/').unwrap_or((name, "ppa"));
        let is_name = |part: &str| {
            part.bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_alphanumeric())
                && part.len() <= 100
                && part.bytes().all(known)
        };
        if is_name(owner) && is_name(name) {
            return Ok(AptSource::Ppa(format!("ppa:{owner}/{name}")));
        }
        return refused(
            format!("`{text}` names no archive of Launchpad"),
            "write `ppa:owner/name`",
        );
    }
    let known = |letter: char| letter.is_ascii_graphic() || letter == ' ';
    let kind = text.split(' ').next();
    if matches!(kind, Some("deb" | "deb-src")) && text.len() <= 1000 && text.chars().all(known) {
        let line = text.to_owned();
        return Ok(AptSource::Line { line, key });
    }
    refused(
        format!("`{text}` is no line of sources.list"),
        "write one line, e.g. `deb https://example.com/apt stable main`",
    )
}

/// The address of a key.
pub(super) fn address(text: &str) -> Result<(), Refused> {
    let web = text.starts_with("https://") || text.starts_with("http://");
    if web && text.len() <= 1000 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    refused(
        format!("`{text}` is no address of a key"),
        "write an address that begins with `https://`",
    )
}

/// A name for the line of 127.0.0.1 in /etc/hosts.
pub(super) fn host(word: &str) -> Result<String, Refused> {
    if is_host(word, 253) {
        return Ok(word.to_owned());
    }
    refused(
        format!("`{word}` is no name of a host"),
        "names are made of letters, digits, `-` and `_`, with dots between",
    )
}

/// The name of the job's machine.
pub(super) fn hostname(word: &str) -> Result<String, Refused> {
    if is_host(word, 63) {
        return Ok(word.to_owned());
    }
    refused(
        format!("`{word}` is no name of a machine"),
        "it is made of at most 63 letters, digits and `-`, with dots between",
    )
}

fn is_host(word: &str, longest: usize) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(known)
    };
    word.len() <= longest && word.split('.').all(is_label)
}

/// `host` or `host:port`.
pub(super) fn known_host(word: &str) -> Result<KnownHost, Refused> {
    let (name, port) = match word.split_once(':') {
        Some((name, port)) => (name, port.parse().ok().filter(|port| *port > 0).map(Some)),
        None => (word, Some(None)),
    };
    match port {
        Some(port) if is_host(name, 253) => Ok(KnownHost {
            name: name.to_owned(),
            port,
        }),
        _ => refused(
            format!("`{word}` is no host"),
            "write its name or address, and `:port` where it is not 22",
        ),
    }
}

/// A version of Firefox, as Mozilla names it.
pub(super) fn firefox(word: &str) -> Result<String, Refused> {
    const CHANNELS: [&str; 5] = [
        "latest",
        "latest-beta",
        "latest-dev",
        "latest-esr",
        "latest-nightly",
    ];
    if CHANNELS.contains(&word) {
        return Ok(word.to_owned());
    }
    if word == "stable" {
        return Ok("latest".to_owned());
    }
    let is_version = word
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit())
        && word.len() <= 20
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".abesr".contains(&byte));
    if is_version {
        // There is no 115, only a 115.0.
        let is_bare = word.bytes().all(|byte| byte.is_ascii_digit());
        return Ok(if is_bare {
            format!("{word}.0")
        } else {
            word.to_owned()
        });
    }
    refused(
        format!("`{word}` is no version of Firefox"),
        "write e.g. `latest`, `latest-esr` or `\"128.0\"`",
    )
}
