//! From lines and markers to what a page shows: numbered lines, and folds that can be opened.

use super::sgr;
use crate::log::{Event, Lines, Marker, Masked};
use crate::report::duration;
use std::time::Duration;

/// Folds within folds that are shown as such; deeper ones are shown as plain lines.
const MAX_DEPTH: usize = 8;

/// One thing to show. Texts may hold colours, and nothing of them is HTML yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A line, by its number from 1.
    Line(u64, &'a str),
    /// A fold begins; this line stands for it when it is closed. A fold that begins with another
    /// fold has no line, but its name.
    Open(Option<u64>, &'a str),
    /// The innermost fold ends.
    Close,
    /// The command that ended here took so long.
    Took(Duration),
    /// So many lines were passed over here; the raw log has them.
    Skipped(u64),
    /// So many bytes were not kept.
    Missing(u64),
}

/// Makes items of a log; holds one line at most.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    lines: Lines,
    folds: Folds,
}

#[derive(Clone, Debug, Default)]
struct Folds {
    /// Lines so far.
    number: u64,
    /// The names of the folds that are shown and open.
    open: Vec<String>,
    /// A fold has begun, and its first line has not come yet.
    pending: Option<String>,
}

impl Items {
    /// Takes bytes and tells what is whole.
    pub(super) fn push(&mut self, bytes: Masked<'_>, mut tell: impl FnMut(Item<'_>)) {
        let folds = &mut self.folds;
        self.lines
            .push(bytes, |event| folds.event(event, &mut tell));
    }

    /// Ends a line that has no end, and every open fold: the log ends here, or some of it is
    /// missing or passed over.
    pub(super) fn end(&mut self, mut tell: impl FnMut(Item<'_>)) {
        let folds = &mut self.folds;
        self.lines.finish(|event| folds.event(event, &mut tell));
        self.leave_folds(tell);
    }

    /// Ends every open fold, but not the line.
    pub(super) fn leave_folds(&mut self, mut tell: impl FnMut(Item<'_>)) {
        self.folds.pending = None;
        while self.folds.open.pop().is_some() {
            tell(Item::Close);
        }
    }

    /// The line whose end has not come yet, as it stands.
    pub(super) fn unfinished(&self) -> Option<String> {
        let mut text = None;
        self.lines.clone().finish(|event| {
            if let Event::Line(line) = event {
                text = Some(line.to_owned());
            }
        });
        text.filter(|text| !text.is_empty())
    }

    /// Lines so far.
    pub(super) fn count(&self) -> u64 {
        self.folds.number
    }

    /// Folds that are open.
    pub(super) fn depth(&self) -> usize {
        self.folds.open.len()
    }
}

impl Folds {
    fn event(&mut self, event: Event<'_>, tell: &mut impl FnMut(Item<'_>)) {
        match event {
            Event::Line(text) => {
                self.number += 1;
                match self.pending.take() {
                    Some(name) => {
                        tell(Item::Open(Some(self.number), text));
                        self.open.push(name);
                    }
                    None => tell(Item::Line(self.number, text)),
                }
            }
            Event::Marker(Marker::FoldStart(name)) => self.start(name, tell),
            Event::Marker(Marker::FoldEnd(name)) => self.finish(name, tell),
            Event::Marker(Marker::TimeStart(_)) => (),
            Event::Marker(Marker::TimeEnd(timing)) => {
                let took = timing.duration.map(Duration::from_nanos);
                if let Some(took) = took.filter(|_| self.pending.is_none()) {
                    tell(Item::Took(took));
                }
            }
        }
    }

    fn start(&mut self, name: &str, tell: &mut impl FnMut(Item<'_>)) {
        if self.open.len() + usize::from(self.pending.is_some()) >= MAX_DEPTH {
            return;
        }
        if let Some(outer) = self.pending.take() {
            tell(Item::Open(None, &outer));
            self.open.push(outer);
        }
        self.pending = Some(name.to_owned());
    }

    /// Ends the fold of this name and what is open within; an end without beginning is nothing.
    fn finish(&mut self, name: &str, tell: &mut impl FnMut(Item<'_>)) {
        if self.pending.as_deref() == Some(name) {
            self.pending = None;
        } else if let Some(at) = self.open.iter().rposition(|open| open == name) {
            self.pending = None;
            while self.open.len() > at {
                self.open.pop();
                tell(Item::Close);
            }
        }
    }
}

/// Appends an item as it stands in the page.
pub(super) fn write(item: Item<'_>, out: &mut String) {
    match item {
        Item::Line(number, text) => {
            anchor("<p", number, out);
            sgr::write(text, out);
            out.push_str("</p>\n");
        }
        Item::Open(number, text) => {
            out.push_str("<details>");
            match number {
                Some(number) => anchor("<summary", number, out),
                None => out.push_str("<summary>"),
            }
            sgr::write(text, out);
            out.push_str("</summary>\n");
        }
        Item::Close => out.push_str("</details>\n"),
        Item::Took(took) => {
            out.push_str("<p class=\"took\">");
            out.push_str(&took_text(took));
            out.push_str("</p>\n");
        }
        Item::Skipped(_) | Item::Missing(_) => {
            out.push_str("<p class=\"gap\">");
            out.push_str(&gap_text(item));
            out.push_str("</p>\n");
        }
    }
}

/// How a command's time reads in the log.
pub(super) fn took_text(took: Duration) -> String {
    format!("took {}", duration::short(took))
}

/// What stands where something is not shown; empty for all other items.
pub(super) fn gap_text(item: Item<'_>) -> String {
    match item {
        Item::Skipped(1) => "1 line is not shown here; the raw log has it".to_owned(),
        Item::Skipped(lines) => format!("{lines} lines are not shown here; the raw log has them"),
        Item::Missing(bytes) => {
            format!("{bytes} bytes of this log were not kept: it was longer than the limit")
        }
        _ => String::new(),
    }
}

fn anchor(tag: &str, number: u64, out: &mut String) {
    out.push_str(&format!(
        "{tag} id=\"L{number}\"><a href=\"#L{number}\">{number}</a> "
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{MaskedBuf, Masker};

    fn masked(text: &str) -> MaskedBuf {
        let mut out = MaskedBuf::new();
        Masker::none().stream().push(text.as_bytes(), &mut out);
        out
    }

    fn html(text: &str) -> String {
        let mut items = Items::default();
        let mut out = String::new();
        items.push(masked(text).as_masked(), |item| write(item, &mut out));
        items.end(|item| write(item, &mut out));
        out
    }

    #[test]
    fn a_fold_stands_behind_its_first_line() {
        let log = "travis_fold:start:install\r\x1b[0Ktravis_time:start:0a\r\x1b[0K$ npm ci\r\n\
                   ok\r\ntravis_time:end:0a:start=1,finish=2,duration=1200000000,event=install\r\x1b[0K\
                   travis_fold:end:install\r\x1b[0K$ npm test\r\n\x1b[32;1m1 passed\x1b[0m\r\n";
        insta::assert_snapshot!(html(log), @r##"
        <details><summary id="L1"><a href="#L1">1</a> $ npm ci</summary>
        <p id="L2"><a href="#L2">2</a> ok</p>
        <p class="took">took 1.2s</p>
        </details>
        <p id="L3"><a href="#L3">3</a> $ npm test</p>
        <p id="L4"><a href="#L4">4</a> <span class="f2 b">1 passed</span></p>
        "##);
    }

    #[test]
    fn folds_that_are_empty_unended_or_unbegun_do_no_harm() {
        insta::assert_snapshot!(html("travis_fold:start:a\r\ntravis_fold:end:a\r\nx\n"), @r##"<p id="L1"><a href="#L1">1</a> x</p>"##);
        insta::assert_snapshot!(html("travis_fold:end:b\r\nx\n"), @r##"<p id="L1"><a href="#L1">1</a> x</p>"##);
        insta::assert_snapshot!(html("travis_fold:start:a\r\ntravis_fold:start:b\r\nx\ny"), @r##"
        <details><summary>a</summary>
        <details><summary id="L1"><a href="#L1">1</a> x</summary>
        <p id="L2"><a href="#L2">2</a> y</p>
        </details>
        </details>
        "##);
    }

    #[test]
    fn folds_without_end_nest_no_deeper_than_a_page_bears() {
        let html = html(&"travis_fold:start:a\r\nx\n".repeat(100));
        assert_eq!(html.matches("<details>").count(), MAX_DEPTH);
        assert_eq!(html.matches("</details>").count(), MAX_DEPTH);
        assert!(html.contains("id=\"L100\""));
    }

    #[test]
    fn a_progress_bar_is_one_line_and_half_a_line_can_be_seen() {
        assert_eq!(html("1%\r2%\r100%\r\n").matches("<p").count(), 1);
        let mut items = Items::default();
        items.push(masked("done\r\nDownloading… 40%").as_masked(), |_| ());
        assert_eq!(items.unfinished().as_deref(), Some("Downloading… 40%"));
        assert_eq!(items.count(), 1);
    }
}
