//! Sources of packages that `addons.apt` knows by a name: what each stands for.
//!
//! A row may have `{dist}`, the code name of a distribution, and `{n}`, a version; both stand in what
//! the row gives as they stand in the name.

use crate::plan::AptSource;

/// A name, its line of `sources.list` or its `ppa:`, and the address of its key (empty for none).
type Row = (&'static str, &'static str, &'static str);

const LLVM: &str = "https://apt.llvm.org/llvm-snapshot.gpg.key";
const MONO: &str = "https://download.mono-project.com/repo/xamarin.gpg";
const CHEF: &str = "https://packages.chef.io/chef.asc";
const CRAN: &str = "https://cloud.r-project.org/bin/linux/ubuntu/marutter_pubkey.asc";
const GOOGLE: &str = "https://dl.google.com/linux/linux_signing_key.pub";
const MONGO: &str = "https://www.mongodb.org/static/pgp/server-{n}.asc";
const POSTGRES: &str = "https://www.postgresql.org/media/keys/ACCC4CF8.asc";

const ROWS: &[Row] = &[
    ("augeas", "ppa:raphink/augeas", ""),
    ("augeas-dev", "ppa:raphink/augeas-dev", ""),
    ("augeas-{n}", "ppa:raphink/augeas-{n}", ""),
    ("avsm", "ppa:avsm/ppa", ""),
    ("boost-latest", "ppa:boost-latest/ppa", ""),
    ("cassou-emacs", "ppa:cassou/emacs", ""),
    (
        "chef-current-{dist}",
        "deb https://packages.chef.io/current-apt {dist} main",
        CHEF,
    ),
    (
        "chef-stable-{dist}",
        "deb https://packages.chef.io/stable-apt {dist} main",
        CHEF,
    ),
    ("deadsnakes", "ppa:deadsnakes/ppa", ""),
    (
        "debian-sid",
        "deb https://deb.debian.org/debian unstable main contrib non-free",
        "",
    ),
    (
        "docker-{dist}",
        "deb [arch=amd64] https://download.docker.com/linux/ubuntu {dist} stable",
        "https://download.docker.com/linux/ubuntu/gpg",
    ),
    (
        "elasticsearch-{n}.x",
        "deb https://artifacts.elastic.co/packages/{n}.x/apt stable main",
        "https://artifacts.elastic.co/GPG-KEY-elasticsearch",
    ),
    ("gammu", "ppa:nijel/ppa", ""),
    ("gearman-developers", "ppa:gearman-developers/ppa", ""),
    (
        "george-edison55-precise-backports",
        "ppa:george-edison55/precise-backports",
        "",
    ),
    ("git-core", "ppa:git-core/ppa", ""),
    (
        "google-chrome",
        "deb [arch=amd64] https://dl.google.com/linux/chrome/deb/ stable main",
        GOOGLE,
    ),
    (
        "google-cloud",
        "deb https://packages.cloud.google.com/apt cloud-sdk main",
        "https://packages.cloud.google.com/apt/doc/apt-key.gpg",
    ),
    (
        "heroku",
        "deb https://cli-assets.heroku.com/apt ./",
        "https://cli-assets.heroku.com/apt/release.key",
    ),
    ("hvr-ghc", "ppa:hvr/ghc", ""),
    ("kalakris-cmake", "ppa:kalakris/cmake", ""),
    ("kubuntu-backports", "ppa:kubuntu-ppa/backports", ""),
    (
        "llvm-toolchain-{dist}",
        "deb https://apt.llvm.org/{dist}/ llvm-toolchain-{dist} main",
        LLVM,
    ),
    (
        "llvm-toolchain-{dist}-{n}",
        "deb https://apt.llvm.org/{dist}/ llvm-toolchain-{dist}-{n} main",
        LLVM,
    ),
    (
        "mongodb-{n}-{dist}",
        "deb https://repo.mongodb.org/apt/ubuntu {dist}/mongodb-org/{n} multiverse",
        MONGO,
    ),
    (
        "mono",
        "deb https://download.mono-project.com/repo/ubuntu stable-focal main",
        MONO,
    ),
    (
        "mono-beta",
        "deb https://download.mono-project.com/repo/ubuntu preview-focal main",
        MONO,
    ),
    (
        "mono-nightly",
        "deb https://download.mono-project.com/repo/ubuntu nightly-focal main",
        MONO,
    ),
    (
        "mopidy-stable",
        "deb https://apt.mopidy.com/ stable main contrib non-free",
        "https://apt.mopidy.com/mopidy.gpg",
    ),
    (
        "mysql-{n}-{dist}",
        "deb https://repo.mysql.com/apt/ubuntu/ {dist} mysql-{n}",
        "https://repo.mysql.com/RPM-GPG-KEY-mysql-2023",
    ),
    ("pgavin-ghdl", "ppa:pgavin/ghdl", ""),
    ("pov-wkhtmltopdf", "ppa:pov/wkhtmltopdf", ""),
    ("pypy", "ppa:pypy/ppa", ""),
    ("pythonxy-devel", "ppa:pythonxy/pythonxy-devel", ""),
    (
        "r-packages-{dist}",
        "deb https://cloud.r-project.org/bin/linux/ubuntu {dist}/",
        CRAN,
    ),
    ("tmate", "ppa:nviennot/tmate", ""),
    ("travis-ci/sqlite3", "ppa:travis-ci/sqlite3", ""),
    ("trusty-media", "ppa:mc3man/trusty-media", ""),
    ("ubuntu-sdk-team", "ppa:ubuntu-sdk-team/ppa", ""),
    ("ubuntu-sdk-team/ppa", "ppa:ubuntu-sdk-team/ppa", ""),
    ("ubuntu-toolchain-r-test", "ppa:ubuntu-toolchain-r/test", ""),
    (
        "{dist}-pgdg-{n}",
        "deb https://apt.postgresql.org/pub/repos/apt/ {dist}-pgdg {n}",
        POSTGRES,
    ),
];

/// Code names of Ubuntu and Debian, as names of sources have them.
const DISTS: &[&str] = &[
    "precise", "trusty", "xenial", "bionic", "focal", "jammy", "noble", "stretch", "buster",
    "bullseye", "bookworm", "trixie", "unstable",
];

/// What a name stands for.
pub(crate) fn source(name: &str) -> Option<AptSource> {
    ROWS.iter().find_map(|(pattern, line, key)| {
        let parts = fit(pattern, name)?;
        let filled = |text: &str| {
            let text = text.replace("{dist}", parts.dist);
            text.replace("{n}", parts.number)
        };
        Some(match line.strip_prefix("ppa:") {
            Some(_) => AptSource::Ppa(filled(line)),
            None => AptSource::Line {
                line: filled(line),
                key: Some(filled(key)).filter(|key| !key.is_empty()),
            },
        })
    })
}

/// Names that may have been meant, with the places for a distribution and a version filled in by
/// those of `name`.
pub(crate) fn candidates(name: &str) -> Vec<String> {
    let dist = DISTS.iter().find(|dist| name.contains(*dist));
    let number = name.rsplit('-').find(|part| is_number(part));
    let filled = ROWS.iter().map(|(pattern, _, _)| {
        let pattern = pattern.replace("{dist}", dist.unwrap_or(&"jammy"));
        pattern.replace("{n}", number.unwrap_or("1"))
    });
    filled.collect()
}

#[derive(Default)]
struct Parts<'a> {
    dist: &'a str,
    number: &'a str,
}

/// The parts of a name that a pattern leaves open.
fn fit<'a>(pattern: &str, name: &'a str) -> Option<Parts<'a>> {
    let mut parts = Parts::default();
    let (mut pattern, mut rest) = (pattern, name);
    while let Some(at) = pattern.find('{') {
        let (before, from) = pattern.split_at(at);
        rest = rest.strip_prefix(before)?;
        let (hole, after) = from.split_once('}')?;
        if hole == "{dist" {
            let dist = DISTS.iter().find(|dist| rest.starts_with(*dist))?;
            (parts.dist, rest) = rest.split_at(dist.len());
        } else {
            // As far as what follows allows: `5` of `5.x`.
            let next = after.split('{').next().unwrap_or_default();
            let end = match next {
                "" => rest.len(),
                next => rest.find(next)?,
            };
            (parts.number, rest) = rest.split_at(end);
            if !is_number(parts.number) {
                return None;
            }
        }
        pattern = after;
    }
    (rest == pattern).then_some(parts)
}

fn is_number(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_digit())
        && bytes.all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> String {
        match source(name) {
            Some(AptSource::Ppa(name)) => name,
            Some(AptSource::Line { line, key }) => format!("{line} | {}", key.unwrap_or_default()),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn names_stand_for_what_they_did() {
        for (name, expected) in [
            ("ubuntu-toolchain-r-test", "ppa:ubuntu-toolchain-r/test"),
            ("augeas-1.2.0", "ppa:raphink/augeas-1.2.0"),
            (
                "llvm-toolchain-xenial-7",
                "deb https://apt.llvm.org/xenial/ llvm-toolchain-xenial-7 main | https://apt.llvm.org/llvm-snapshot.gpg.key",
            ),
            (
                "llvm-toolchain-trusty",
                "deb https://apt.llvm.org/trusty/ llvm-toolchain-trusty main | https://apt.llvm.org/llvm-snapshot.gpg.key",
            ),
            (
                "mongodb-3.4-precise",
                "deb https://repo.mongodb.org/apt/ubuntu precise/mongodb-org/3.4 multiverse | https://www.mongodb.org/static/pgp/server-3.4.asc",
            ),
            (
                "elasticsearch-5.x",
                "deb https://artifacts.elastic.co/packages/5.x/apt stable main | https://artifacts.elastic.co/GPG-KEY-elasticsearch",
            ),
            (
                "precise-pgdg-9.5",
                "deb https://apt.postgresql.org/pub/repos/apt/ precise-pgdg 9.5 | https://www.postgresql.org/media/keys/ACCC4CF8.asc",
            ),
        ] {
            assert_eq!(line(name), expected);
        }
    }

    #[test]
    fn other_names_stand_for_nothing() {
        for name in [
            "",
            "llvm-toolchain-",
            "llvm-toolchain-nowhere-7",
            "llvm-toolchain-xenial-7; rm",
            "mongodb-x-trusty",
            "elasticsearch-.x",
            "ubuntu-toolchain-r-tests",
        ] {
            assert_eq!(source(name), None, "{name}");
        }
    }

    #[test]
    fn every_row_is_found_by_its_name() {
        for (pattern, line, _) in ROWS {
            let name = pattern.replace("{dist}", "focal").replace("{n}", "1.2");
            assert!(source(&name).is_some(), "{pattern}");
            assert!(
                line.starts_with("ppa:") || line.starts_with("deb "),
                "{line}"
            );
        }
    }
}
