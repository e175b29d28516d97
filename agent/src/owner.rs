//! Which process made a thing, so that a later one can tell leftovers from work in hand.

use std::fmt;
use std::str::FromStr;

/// A process of this machine: its number and when it started, in clock ticks since boot.
///
/// The start time tells a process from a later one that was given the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    pid: u32,
    start: u64,
}

impl Owner {
    /// This process.
    #[must_use]
    pub fn me() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            start: start_of(pid).unwrap_or(0),
        }
    }

    /// Whether that very process still runs here.
    #[must_use]
    pub fn is_alive(self) -> bool {
        start_of(self.pid) == Some(self.start)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.pid, self.start)
    }
}

impl FromStr for Owner {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (pid, start) = text.split_once(':').ok_or(())?;
        Ok(Self {
            pid: pid.parse().map_err(|_| ())?,
            start: start.parse().map_err(|_| ())?,
        })
    }
}

/// When a process started; `None` where it is gone or a zombie.
fn start_of(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name may hold blanks and parentheses; the fields count from its last `)`.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    match fields.next()? {
        "Z" | "X" => None,
        // `starttime` is field 22 of the file, the state is field 3.
        _ => fields.nth(18)?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_reads_back() {
        let me = Owner::me();
        assert!(me.is_alive());
        assert_eq!(me.to_string().parse(), Ok(me));
    }

    #[test]
    fn another_process_of_the_same_number_is_not_the_owner() {
        let mut other = Owner::me();
        other.start += 1;
        assert!(!other.is_alive());
    }

    #[test]
    fn a_process_that_ended_is_dead() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let owner = Owner {
            pid: child.id(),
            start: start_of(child.id()).unwrap(),
        };
        assert!(owner.is_alive());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!owner.is_alive());
    }

    #[test]
    fn nonsense_is_no_owner() {
        for text in ["", "1", "a:b", "1:", ":1", "-1:2"] {
            assert_eq!(text.parse::<Owner>(), Err(()), "{text:?}");
        }
    }
}
