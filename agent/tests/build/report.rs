//! What a build said, as people read it.

use crate::table::{Row, table};

/// A build that ended.
#[derive(Debug)]
pub(crate) struct Build {
    /// The exit code; none after a signal.
    pub(crate) code: Option<i32>,
    /// Data: the jobs' lines and the table.
    pub(crate) out: String,
    /// Talk.
    pub(crate) err: String,
}

impl Build {
    #[track_caller]
    pub(crate) fn expect_exit(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.all());
        self
    }

    /// The state of a job in the table.
    #[track_caller]
    pub(crate) fn expect_state(&self, title: &str, state: &str) -> &Self {
        assert_eq!(self.row(title).state, state, "{title}: {}", self.all());
        self
    }

    /// A job's state, and what the table says beside it: its reason or a warning.
    #[track_caller]
    pub(crate) fn expect_reason(&self, title: &str, state: &str, reason: &str) -> &Self {
        self.expect_state(title, state);
        let notes = self.row(title).notes.join("\n");
        assert!(notes.contains(reason), "no {reason:?}: {}", self.all());
        self
    }

    /// Text on standard output or standard error.
    #[track_caller]
    pub(crate) fn expect(&self, text: &str) -> &Self {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(said, "no {text:?}: {}", self.all());
        self
    }

    #[track_caller]
    pub(crate) fn expect_nothing_of(&self, text: &str) -> &Self {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(!said, "{text:?}: {}", self.all());
        self
    }

    /// Text in a job's log.
    #[track_caller]
    pub(crate) fn expect_log(&self, title: &str, text: &str) -> &Self {
        assert!(
            self.log(title).contains(text),
            "no {text:?}: {}",
            self.all()
        );
        self
    }

    #[track_caller]
    pub(crate) fn expect_not_logged(&self, title: &str, text: &str) -> &Self {
        assert!(!self.log(title).contains(text), "{text:?}: {}", self.all());
        self
    }

    /// The title of the one job that there is.
    #[track_caller]
    pub(crate) fn only_job(&self) -> String {
        match table(&self.out).as_slice() {
            [row] => row.title.to_owned(),
            rows => panic!("{} jobs: {}", rows.len(), self.all()),
        }
    }

    /// A job's lines without their prefix.
    pub(crate) fn log(&self, title: &str) -> String {
        self.log_of(self.row(title).number)
    }

    /// The same by the job's number.
    pub(crate) fn log_of(&self, number: &str) -> String {
        let lines = self.out.lines().filter_map(|line| {
            let rest = line.strip_prefix(number)?.trim_start_matches(' ');
            rest.strip_prefix('|')
        });
        lines
            .map(|line| format!("{}\n", line.trim_start()))
            .collect()
    }

    /// Where a job's line stands among all lines.
    pub(crate) fn position(&self, title: &str, text: &str) -> usize {
        let number = self.row(title).number;
        let found = self.out.lines().position(|line| {
            let rest = line.strip_prefix(number);
            rest.is_some_and(|rest| rest.trim_start().starts_with('|') && rest.contains(text))
        });
        found.unwrap_or_else(|| panic!("no {text:?} of {title}: {}", self.all()))
    }

    /// The images it says it pushed, as tag and digest.
    pub(crate) fn pushed(&self) -> Vec<(String, String)> {
        let mut lines = self.out.lines().skip_while(|line| *line != "Images pushed");
        lines.next();
        let images = lines.take_while(|line| line.starts_with("  "));
        let mut pushed: Vec<_> = images
            .filter_map(|line| {
                let (reference, digest) = line.trim().split_once('@')?;
                let (_, tag) = reference.rsplit_once(':')?;
                Some((tag.to_owned(), digest.to_owned()))
            })
            .collect();
        pushed.sort();
        pushed
    }

    /// All that it printed, for the message of a failed test.
    pub(crate) fn all(&self) -> String {
        let Self { code, out, err } = self;
        format!("exit {code:?}\n{out}\n--- stderr\n{err}")
    }

    #[track_caller]
    fn row(&self, title: &str) -> Row<'_> {
        let found = table(&self.out).into_iter().find(|row| row.title == title);
        found.unwrap_or_else(|| panic!("no job {title:?} in the table: {}", self.all()))
    }
}
