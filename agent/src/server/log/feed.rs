//! Reading a log's files into items, from the beginning, a block at a time.

use super::items::{Item, Items};
use crate::log::segments::Read;
use crate::log::{LogError, MaskedBuf, Segments};
use std::path::{Path, PathBuf};

/// Bytes read at once.
const BLOCK: usize = 64 << 10;

/// Where a step of reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There is more before the place asked for.
    More,
    /// The place asked for, or the end of the log.
    Done,
}

/// A reader of one log. What it told of a line does not depend on where reading began: colours,
/// folds and numbers are those of the whole log.
#[derive(Debug)]
pub(super) struct Feed {
    folder: PathBuf,
    segments: Segments,
    items: Items,
    buffer: MaskedBuf,
    offset: u64,
    whole: u64,
}

impl Feed {
    /// Opens the log in a folder, which need not be there yet.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn open(folder: &Path) -> Result<Self, LogError> {
        Ok(Self {
            folder: folder.to_owned(),
            segments: Segments::look(folder)?,
            items: Items::default(),
            buffer: MaskedBuf::new(),
            offset: 0,
            whole: 0,
        })
    }

    /// Looks how far the log is by now, and gives its end.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn refresh(&mut self) -> Result<u64, LogError> {
        self.segments = Segments::look(&self.folder)?;
        Ok(self.segments.end())
    }

    /// The end of the log when it was last looked at.
    pub(super) fn end(&self) -> u64 {
        self.segments.end()
    }

    /// How far it has read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The offset after the last line that has been told whole: where another reader can go on.
    pub(super) fn whole(&self) -> u64 {
        self.whole
    }

    /// The items so far.
    pub(super) fn items(&mut self) -> &mut Items {
        &mut self.items
    }

    /// Reads one block, not beyond `until`, and tells what is in it.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn step(
        &mut self,
        until: u64,
        mut tell: impl FnMut(Item<'_>),
    ) -> Result<Step, LogError> {
        let room = until.saturating_sub(self.offset);
        let max = usize::try_from(room).unwrap_or(BLOCK).min(BLOCK);
        if max == 0 {
            return Ok(Step::Done);
        }
        self.buffer.clear();
        match self.segments.read(self.offset, max, &mut self.buffer)? {
            Read::Bytes(len) => {
                if let Some(at) = memchr::memrchr(b'\n', self.buffer.bytes()) {
                    self.whole = self.offset + at as u64 + 1;
                }
                self.offset += len as u64;
                self.items.push(self.buffer.as_masked(), tell);
            }
            Read::Missing { next } => {
                self.items.end(&mut tell);
                tell(Item::Missing(next - self.offset));
                self.offset = next;
                self.whole = next;
            }
            Read::End => return Ok(Step::Done),
        }
        Ok(Step::More)
    }

    /// Reads up to `until` without a word, so that numbers and colours go on as they must.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn pass(&mut self, until: u64) -> Result<(), LogError> {
        while self.step(until, |_| ())? == Step::More {}
        Ok(())
    }

    /// Passes over what lies before `until`, and tells how many lines that were.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn skip(
        &mut self,
        until: u64,
        mut tell: impl FnMut(Item<'_>),
    ) -> Result<(), LogError> {
        self.items.leave_folds(&mut tell);
        let before = self.items.count();
        self.pass(until)?;
        self.items.leave_folds(|_| ());
        tell(Item::Skipped(self.items.count() - before));
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::items;
    use super::*;
    use crate::log::Masker;

    /// Writes text at the end of the log in a folder.
    pub(in crate::server::log) fn append(folder: &Path, text: &str) -> u64 {
        let mut out = MaskedBuf::new();
        Masker::none().stream().push(text.as_bytes(), &mut out);
        let mut log = Segments::open(folder, 1 << 20).expect("opened");
        log.append(out.as_masked()).expect("appended");
        log.end()
    }

    fn html(feed: &mut Feed, until: u64) -> String {
        let mut html = String::new();
        while feed
            .step(until, |item| items::write(item, &mut html))
            .expect("read")
            == Step::More
        {}
        html
    }

    #[test]
    fn a_later_reader_sees_the_numbers_and_colours_of_the_first() {
        let dir = tempfile::tempdir().expect("a folder");
        append(dir.path(), "a\r\n\x1b[31mred\r\nstill red\r\nhalf");
        let mut first = Feed::open(dir.path()).expect("opened");
        let all = html(&mut first, u64::MAX);
        assert_eq!(first.whole(), 24);
        let mut second = Feed::open(dir.path()).expect("opened");
        second.pass(13).expect("passed");
        let rest = html(&mut second, u64::MAX);
        assert!(
            all.ends_with(&rest)
                && rest.contains("id=\"L3\"><a href=\"#L3\">3</a> <span class=\"f1\">still red"),
            "{rest}"
        );
    }

    #[test]
    fn what_is_passed_over_is_counted() {
        let dir = tempfile::tempdir().expect("a folder");
        let end = append(dir.path(), &"line\r\n".repeat(50_000));
        let mut feed = Feed::open(dir.path()).expect("opened");
        let mut told = String::new();
        feed.skip(end - 6, |item| items::write(item, &mut told))
            .expect("skipped");
        assert!(told.contains("49999 lines"), "{told}");
        assert!(html(&mut feed, u64::MAX).contains("id=\"L50000\""));
    }

    #[test]
    fn bytes_that_were_dropped_are_said_to_be_missing() {
        let dir = tempfile::tempdir().expect("a folder");
        append(dir.path(), "first\r\n");
        std::fs::write(dir.path().join(format!("{:020}.log", 1000)), "last\r\n").expect("written");
        let mut feed = Feed::open(dir.path()).expect("opened");
        let html = html(&mut feed, u64::MAX);
        assert!(html.contains("993 bytes"), "{html}");
        assert!(html.contains("</a> last</p>"), "{html}");
    }
}
