//! What `agent run` prints at the end.

use crate::backend::PushedImage;
use crate::log::clean;
use crate::report::duration;
use crate::report::status::CommitStatus;
use crate::scheduler::State;
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;
use std::time::Duration;

/// One line of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// `1.2`
    pub number: String,
    /// The job's name.
    pub title: String,
    /// The stage's name.
    pub stage: Option<String>,
    /// How it ended.
    pub state: State,
    /// Why, where that is not plain.
    pub reason: Option<String>,
    /// How often it has run again by `retry:`, of how many times.
    pub retried: Option<(u8, u8)>,
    /// Whether its failure does not count.
    pub allow_failure: bool,
    /// From the container's start to the end; none when it never ran.
    pub took: Option<Duration>,
    /// Its slowest commands, longest first.
    pub slowest: Vec<(String, Duration)>,
    /// Things worth a look although the job passed.
    pub warnings: Vec<String>,
    /// Images it pushed.
    pub pushed: Vec<PushedImage>,
}

/// The table of jobs, the images pushed, and the statuses that a daemon would post.
#[must_use]
pub(super) fn render(
    rows: &[Row],
    statuses: &[CommitStatus],
    state: State,
    took: Duration,
) -> String {
    let mut out = String::from("\n");
    let width = rows
        .iter()
        .map(|row| row.title.chars().count())
        .max()
        .unwrap_or(0);
    let numbers = rows.iter().map(|row| row.number.len()).max().unwrap_or(0);
    let mut stage = None;
    for row in rows {
        if row.stage.is_some() && row.stage != stage {
            stage.clone_from(&row.stage);
            let name = row.stage.as_deref().unwrap_or_default();
            let _ = writeln!(out, "Stage {}", clean(name));
        }
        let style = style(row.state);
        let took = row.took.map(duration::short).unwrap_or_default();
        let mark = if row.allow_failure { " (may fail)" } else { "" };
        let line = format!(
            "  {:<numbers$}  {:<width$}  {style}{:<8}{style:#}  {took:>8}{mark}",
            row.number,
            row.title,
            row.state.as_str(),
        );
        let _ = writeln!(out, "{}", line.trim_end());
        let indent = numbers + 4;
        if let Some(reason) = &row.reason {
            let _ = writeln!(out, "{:indent$}{}", "", clean(reason));
        }
        if let Some((retried, count)) = row.retried {
            let _ = writeln!(out, "{:indent$}retried {retried} of {count} by retry:", "");
        }
        for warning in &row.warnings {
            let yellow = Style::new().fg_color(Some(AnsiColor::Yellow.into()));
            let warning = clean(warning);
            let _ = writeln!(out, "{:indent$}{yellow}warning{yellow:#}: {warning}", "");
        }
        for (command, took) in &row.slowest {
            let _ = writeln!(
                out,
                "{:indent$}{:>8}  {}",
                "",
                duration::short(*took),
                clean(&first_line(command))
            );
        }
    }
    let pushed: Vec<&PushedImage> = rows.iter().flat_map(|row| &row.pushed).collect();
    if !pushed.is_empty() {
        out.push_str("\nImages pushed\n");
        for image in pushed {
            let _ = writeln!(
                out,
                "  {}@{}",
                clean(&image.reference),
                clean(&image.digest)
            );
        }
    }
    if !statuses.is_empty() {
        out.push_str("\nStatuses a daemon would post\n");
        for status in statuses {
            let _ = writeln!(
                out,
                "  {}  {}  {}",
                status.context,
                status.state.as_str(),
                clean(&status.description)
            );
        }
    }
    let style = style(state);
    let _ = writeln!(
        out,
        "\nBuild {style}{}{style:#} in {}",
        state.as_str(),
        duration::short(took)
    );
    out
}

/// The colour of a state.
fn style(state: State) -> Style {
    let color = match state {
        State::Passed => AnsiColor::Green,
        State::Failed | State::Errored => AnsiColor::Red,
        State::Canceled | State::Skipped => AnsiColor::Yellow,
        State::Created | State::Queued | State::Started => return Style::new(),
    };
    Style::new().bold().fg_color(Some(color.into()))
}

/// The beginning of a command.
pub(super) fn first_line(command: &str) -> String {
    let mut lines = command.lines();
    let first: String = lines.next().unwrap_or_default().chars().take(72).collect();
    if lines.next().is_some() || first.len() < command.trim_end().len() {
        format!("{first} …")
    } else {
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::status::{ContextKind, DEFAULT_PREFIX, StatusState, plain};

    fn row(number: &str, title: &str, stage: &str, state: State) -> Row {
        Row {
            number: number.to_owned(),
            title: title.to_owned(),
            stage: Some(stage.to_owned()),
            state,
            reason: None,
            retried: None,
            allow_failure: false,
            took: None,
            slowest: Vec::new(),
            warnings: Vec::new(),
            pushed: Vec::new(),
        }
    }

    #[test]
    fn no_text_of_a_job_does_anything_to_the_terminal() {
        let evil = || "\u{1b}]0;owned\u{7}\u{1b}[2Jx".to_owned();
        let row = Row {
            stage: Some(evil()),
            reason: Some(evil()),
            slowest: vec![(evil(), Duration::from_secs(1))],
            warnings: vec![evil()],
            pushed: vec![PushedImage {
                reference: evil(),
                digest: evil(),
            }],
            ..row("4.1", "Unit", "", State::Failed)
        };
        let status = plain("context".to_owned(), StatusState::Failure, &evil());
        let text = render(&[row], &[status], State::Failed, Duration::ZERO);
        assert!(
            !text.contains("\u{1b}]") && !text.contains("\u{1b}[2J"),
            "{text:?}"
        );
    }

    #[test]
    fn the_end_of_a_run_tells_states_times_images_and_statuses() {
        let rows = [
            Row {
                took: Some(Duration::from_secs(72)),
                slowest: vec![(
                    "docker-compose build\necho".to_owned(),
                    Duration::from_secs(61),
                )],
                warnings: vec!["after_success: `upload` ended with 1".to_owned()],
                ..row("4.1", "Unit Tests", "tests", State::Passed)
            },
            Row {
                took: Some(Duration::from_millis(2500)),
                reason: Some("`flake8` exited with 1 in script".to_owned()),
                retried: Some((2, 2)),
                allow_failure: true,
                ..row("4.2", "Static Analysis", "tests", State::Failed)
            },
            Row {
                pushed: vec![PushedImage {
                    reference: "registry.example/thoughts:master".to_owned(),
                    digest: "sha256:0123".to_owned(),
                }],
                took: Some(Duration::from_secs(9)),
                ..row("4.3", "Push", "push", State::Passed)
            },
        ];
        let status = plain(
            ContextKind::Push.context(DEFAULT_PREFIX),
            StatusState::Success,
            "Passed: 2 of 3 jobs",
        );
        let text = render(&rows, &[status], State::Passed, Duration::from_secs(90));
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(text);
    }
}
