//! Versions of what the agent stands on with holes by which a job's code, or what is fetched for it, can
//! get at the machine (threat T11). Pure.

/// What closed a hole: its names, and from which version on each line of releases has it.
struct Hole {
    names: &'static str,
    /// First versions without it, one a line of releases, oldest first.
    closed: &'static [[u64; 3]],
}

const RUNC: [Hole; 2] = [
    Hole {
        names: "CVE-2024-21626",
        closed: &[[1, 1, 12]],
    },
    Hole {
        names: "CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881",
        closed: &[[1, 2, 8], [1, 3, 3]],
    },
];

/// Git reads the attributes of what it fetches, and refuses what it finds wrong. Holes of checkouts and
/// submodules are none here, since the agent lets git make neither.
const GIT: [Hole; 1] = [Hole {
    names: "CVE-2022-23521 and CVE-2022-41903",
    closed: &[
        [2, 30, 7],
        [2, 31, 6],
        [2, 32, 5],
        [2, 33, 6],
        [2, 34, 6],
        [2, 35, 6],
        [2, 36, 4],
        [2, 37, 5],
        [2, 38, 3],
        [2, 39, 1],
    ],
}];

/// One sentence for each hole that the version of a component has, as the engine names both; git names
/// itself. A version that cannot be read has none: nothing is known of it.
#[must_use]
pub fn warnings(component: &str, version: &str) -> Vec<String> {
    let (holes, whose): (&[Hole], _) = match component {
        "runc" => (&RUNC, "code of a job"),
        "git" => (&GIT, "a repository that is fetched"),
        _ => return Vec::new(),
    };
    let Some(number) = number(version) else {
        return Vec::new();
    };
    let open = holes.iter().filter(|hole| hole.is_open(number));
    open.map(|hole| {
        let [major, minor, patch] = hole.closed_for(number);
        format!(
            "{component} {version} is older than {major}.{minor}.{patch}, which closed {}: {whose} \
             may get at this machine. Update it, unless your distribution has put the repair into \
             its version",
            hole.names
        )
    })
    .collect()
}

impl Hole {
    fn is_open(&self, number: [u64; 3]) -> bool {
        number < self.closed_for(number)
    }

    /// The version that closed it, in the line of releases of this one or the next.
    fn closed_for(&self, number: [u64; 3]) -> [u64; 3] {
        let line = |version: &[u64; 3]| [version[0], version[1]];
        let later = self.closed.iter().find(|one| line(one) >= line(&number));
        // Later lines of releases never had it.
        later.copied().unwrap_or_default()
    }
}

/// The three numbers a version begins with, whatever a distribution has put after them.
fn number(version: &str) -> Option<[u64; 3]> {
    let text = version.trim_start_matches('v');
    let end = text.find(|c: char| c != '.' && !c.is_ascii_digit());
    let mut parts = text.get(..end.unwrap_or(text.len()))?.split('.');
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(version: &str) -> Vec<&'static str> {
        let said = warnings("runc", version);
        let holes = RUNC.iter().map(|hole| hole.names);
        let named: Vec<_> = holes
            .filter(|name| said.iter().any(|text| text.contains(name)))
            .collect();
        assert_eq!(named.len(), said.len(), "{said:?}");
        named
    }

    #[test]
    fn a_runtime_with_a_known_hole_is_named_with_it() {
        let (leaked, masked) = (RUNC[0].names, RUNC[1].names);
        for version in ["1.1.5+ds1", "1.1.11", "v1.0.3", "1.1", "0.1.1-rc9"] {
            assert_eq!(named(version), [leaked, masked], "{version}");
        }
        for version in ["1.1.12", "1.1.15", "1.2.0", "1.2.7", "1.3.2-rc.1"] {
            assert_eq!(named(version), [masked], "{version}");
        }
        for version in ["1.2.8", "1.2.9", "1.3.3", "1.3.4+dfsg", "1.4.0", "2.0.0"] {
            assert_eq!(named(version), [""; 0], "{version}");
        }
        let said = warnings("runc", "1.3.0").remove(0);
        assert!(
            said.contains("older than 1.3.3, which closed CVE-2025-31133"),
            "{said}"
        );
    }

    #[test]
    fn what_nobody_knows_is_not_warned_of() {
        for (component, version) in [
            ("runc", ""),
            ("runc", "unknown"),
            ("runc", "1"),
            ("runc", "99999999999999999999.1.1"),
            ("crun", "1.1.5"),
            ("containerd", "1.1.5"),
            ("git", "of today"),
        ] {
            assert_eq!(
                warnings(component, version),
                [""; 0],
                "{component} {version}"
            );
        }
    }

    #[test]
    fn a_git_with_a_known_hole_is_named_with_it() {
        for version in ["2.17.1", "2.34.1", "2.30.6", "2.39.0", "2.39"] {
            let said = warnings("git", version);
            assert!(said[0].contains("CVE-2022-23521"), "{version}: {said:?}");
        }
        for version in [
            "2.30.7",
            "2.34.6",
            "2.39.1",
            "2.39.5 (Apple Git-154)",
            "2.47.3",
        ] {
            assert_eq!(warnings("git", version), [""; 0], "{version}");
        }
    }
}
