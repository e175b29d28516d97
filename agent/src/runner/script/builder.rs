//! Collects a script's steps.

use super::style;
use crate::protocol::{Command, Failure, Limits, Phase, PhaseStart, Script, Step, When};
use crate::runner::facts::Facts;
use schema::source::Span;

/// A command of ours that is shown as what it stands for.
pub(super) struct OwnCommand {
    /// Its number in its phase, from 1.
    pub(super) number: u32,
    /// What is shown.
    pub(super) label: String,
    /// What runs.
    pub(super) text: String,
    /// Whether it shows by itself what it runs, because it may run nothing.
    pub(super) tells: bool,
    /// What asked for it.
    pub(super) span: Span,
    pub(super) fold: Option<&'static str>,
    pub(super) failure: Failure,
}

impl Default for OwnCommand {
    fn default() -> Self {
        Self {
            number: 1,
            label: String::new(),
            text: String::new(),
            tells: false,
            span: Span::default(),
            fold: None,
            failure: Failure::Ignore,
        }
    }
}

pub(super) struct Builder<'a> {
    pub(super) facts: &'a Facts<'a>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
    steps: Vec<Step>,
    secrets: u32,
    phase: Phase,
}

impl<'a> Builder<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        Self {
            facts,
            env: Vec::new(),
            steps: Vec::new(),
            secrets: 0,
            phase: Phase::Setup,
        }
    }

    /// A variable of the shell's process.
    pub(super) fn variable(&mut self, name: &str, value: &[u8]) {
        self.env.push((name.as_bytes().to_vec(), value.to_vec()));
    }

    /// A secret as a variable of the shell's process under a name of ours: never in a file, never
    /// in an argument (security T8). Gives the name.
    pub(super) fn secret(&mut self, value: &[u8]) -> String {
        let name = format!("CI__SECRET_{}", self.secrets);
        self.secrets += 1;
        self.variable(&name, value);
        name
    }

    pub(super) fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(super) fn text(&mut self, bytes: Vec<u8>) {
        self.steps.push(Step::Text(bytes));
    }

    pub(super) fn phase(&mut self, phase: Phase, entry: Option<u32>, when: When) {
        self.phase = phase;
        self.steps
            .push(Step::Phase(PhaseStart { phase, entry, when }));
    }

    /// A command of ours: not counted, not timed. Shown only with an `echo`.
    pub(super) fn own(&mut self, text: String, echo: Vec<u8>) {
        self.steps.push(Step::Command(Command {
            label: Some(style::label(&text)),
            text,
            number: 0,
            place: self.phase.name().to_owned(),
            fold: None,
            echo,
            failure: Failure::Ignore,
        }));
    }

    /// A command of ours that is not shown, and without which the job can't go on.
    pub(super) fn needed(&mut self, label: &str, text: String) {
        self.steps.push(Step::Command(Command {
            label: Some(label.to_owned()),
            text,
            number: 0,
            place: self.phase.name().to_owned(),
            fold: None,
            echo: Vec::new(),
            failure: Failure::Assert,
        }));
    }

    /// A command of the user.
    pub(super) fn command(
        &mut self,
        number: u32,
        text: &str,
        span: Span,
        fold: Option<String>,
        failure: Failure,
    ) {
        self.steps.push(Step::Command(Command {
            text: text.to_owned(),
            number,
            label: Some(style::label(text)),
            place: self.place(number, span),
            echo: self.echo(number, text, fold.is_some()),
            fold,
            failure,
        }));
    }

    /// A command of ours that people see: shown, timed and told like one of theirs.
    pub(super) fn own_command(&mut self, command: OwnCommand) {
        self.steps.push(Step::Command(Command {
            echo: if command.tells {
                Vec::new()
            } else {
                style::echo(&command.label)
            },
            text: command.text,
            number: command.number,
            place: self.place(command.number, command.span),
            label: Some(command.label),
            fold: command.fold.map(str::to_owned),
            failure: command.failure,
        }));
    }

    /// What must hold for what follows; it is not shown, and says by itself where it does not hold.
    pub(super) fn requirement(&mut self, text: String) {
        self.steps.push(Step::Command(Command {
            text,
            number: 0,
            label: None,
            place: self.phase.name().to_owned(),
            fold: None,
            echo: Vec::new(),
            failure: Failure::Assert,
        }));
    }

    /// A command that tells by itself what it runs: it is not shown, and has no name.
    pub(super) fn choice(&mut self, text: &str, fold: Option<String>, failure: Failure) {
        self.steps.push(Step::Command(Command {
            text: text.to_owned(),
            number: 1,
            label: None,
            place: self.place(1, Span::default()),
            echo: Vec::new(),
            fold,
            failure,
        }));
    }

    /// A command that can't be done, with the reason; it fails as the command would.
    pub(super) fn refusal(&mut self, reason: &str, span: Span, failure: Failure) {
        let line = format!("\x1b[31;1m{reason}\x1b[0m");
        self.steps.push(Step::Command(Command {
            text: "false".to_owned(),
            number: 1,
            label: Some(self.phase.name().to_owned()),
            place: self.place(1, span),
            fold: None,
            echo: style::lines(&line),
            failure,
        }));
    }

    /// A long command is shown folded with its first line (decision 18). Where its output is
    /// folded anyway its text is in that fold.
    fn echo(&self, number: u32, text: &str, folded: bool) -> Vec<u8> {
        let echo = style::echo(text);
        if folded || !style::is_long(text) {
            return echo;
        }
        style::folded(&format!("{}.{number}.text", self.phase.name()), &echo)
    }

    /// `install (command 1, .ci.yml line 7)`
    pub(super) fn place(&self, number: u32, span: Span) -> String {
        let phase = self.phase.name();
        match self.facts.line(span) {
            Some(line) => format!("{phase} (command {number}, {line})"),
            None => format!("{phase} (command {number})"),
        }
    }

    pub(super) fn script(self, preamble: String, limits: Limits) -> Script {
        Script {
            env: self.env,
            directory: self.facts.directory.clone(),
            preamble,
            limits,
            hold: false,
            steps: self.steps,
        }
    }
}
