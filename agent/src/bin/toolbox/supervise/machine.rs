//! Walks through the script's steps, writes the log around them and decides the outcome.

use super::memory;
use super::ring::Ring;
use super::rules::{self, Meaning, ShellEnd};
use super::session::{End, Interrupt, Session};
use super::words;
use crate::protocol::{
    Cause, Command, CommandId, Failure, JobResult, Outcome, Phase, PhaseStart, Record, Step,
    Warning, When,
};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

pub(crate) struct Machine<'a> {
    session: Session<'a>,
    ring: Arc<Ring>,
    phase: PhaseStart,
    /// Whether the present phase has been told to the agent.
    phase_told: bool,
    /// Whether the steps of the present phase run.
    active: bool,
    /// The deploy entry whose phases do not run.
    skipped_entry: Option<u32>,
    /// The result so far; set by `script`.
    result: Option<JobResult>,
    cause: Cause,
    warnings: Vec<Warning>,
    running: Option<CommandId>,
}

/// Whether to go on.
enum Flow {
    Next,
    /// The job is over, without the closing line.
    Stop(JobResult, Cause),
}

impl<'a> Machine<'a> {
    pub(crate) fn new(session: Session<'a>, ring: Arc<Ring>) -> Self {
        Self {
            session,
            ring,
            phase: PhaseStart {
                phase: Phase::Setup,
                entry: None,
                when: When::Always,
            },
            phase_told: true,
            active: true,
            skipped_entry: None,
            result: None,
            cause: Cause::NoResult,
            warnings: Vec::new(),
            running: None,
        }
    }

    /// Runs all steps. The record of the end is written; what is left is to be released.
    pub(crate) fn run(&mut self, steps: &[Step]) -> Outcome {
        let kills = memory::kills();
        let (result, cause) = self
            .walk(steps)
            .unwrap_or_else(|interrupt| self.interrupted(interrupt));
        if memory::kills() > kills {
            self.warnings.push(Warning::OutOfMemory);
        }
        let outcome = Outcome {
            result,
            cause,
            warnings: std::mem::take(&mut self.warnings),
        };
        // Nothing that a job left running keeps it alive (run-time reference §1.8).
        super::processes::kill_all();
        self.ring.record(&Record::Ended(outcome.clone()));
        outcome
    }

    /// Waits until the agent has everything.
    pub(crate) fn await_release(&mut self) {
        self.session.await_release();
    }

    fn walk(&mut self, steps: &[Step]) -> Result<(JobResult, Cause), Interrupt> {
        for step in steps {
            let flow = match step {
                Step::Phase(start) => {
                    self.begin(*start)?;
                    Flow::Next
                }
                Step::Text(bytes) if self.active => {
                    self.ring.output(bytes);
                    Flow::Next
                }
                Step::Command(command) if self.wants(command) => self.command(command)?,
                Step::SkipEntry(bytes) if self.active || self.entry_is_skipped() => {
                    self.skip_entry(bytes);
                    Flow::Next
                }
                _ => Flow::Next,
            };
            if let Flow::Stop(result, cause) = flow {
                return Ok((result, cause));
            }
        }
        self.leave_phase()?;
        self.session.end_shell()?;
        let Some(result) = self.result else {
            return Ok((JobResult::Errored, Cause::NoResult));
        };
        self.line(&words::done(rules::number_of(result)));
        Ok((result, self.cause.clone()))
    }

    fn leave_phase(&mut self) -> Result<(), Interrupt> {
        if self.phase.phase != Phase::Script {
            return Ok(());
        }
        match self.result {
            // A script of nothing, or skipped, is a passed one.
            None => self.set_result(JobResult::Passed, Cause::Finished),
            Some(JobResult::Failed) => self.session.hold(&self.cause)?,
            Some(_) => {}
        }
        Ok(())
    }

    fn begin(&mut self, start: PhaseStart) -> Result<(), Interrupt> {
        self.leave_phase()?;
        self.phase = start;
        self.phase_told = false;
        self.active = match start.when {
            When::Always => true,
            When::Passed => self.result == Some(JobResult::Passed),
            When::Failed => self.result == Some(JobResult::Failed),
        } && !self.entry_is_skipped();
        Ok(())
    }

    fn entry_is_skipped(&self) -> bool {
        self.phase.entry.is_some() && self.phase.entry == self.skipped_entry
    }

    /// All conditions of an entry are tested, so that each violated one is told (decision 24).
    fn wants(&self, command: &Command) -> bool {
        self.active
            || (self.phase.phase == Phase::BeforeDeploy
                && self.entry_is_skipped()
                && matches!(command.failure, Failure::SkipEntry(_)))
    }

    fn skip_entry(&mut self, bytes: &[u8]) {
        self.ring.output(bytes);
        self.active = false;
        if let Some(entry) = self.phase.entry {
            if self.skipped_entry != Some(entry) {
                self.ring.record(&Record::EntrySkipped { entry });
            }
            self.skipped_entry = Some(entry);
        }
    }

    fn command(&mut self, command: &Command) -> Result<Flow, Interrupt> {
        let id = self.id(command);
        let own = command.number == 0;
        if !own {
            self.tell_phase();
            self.ring.record(&Record::CommandStarted(id));
            self.running = Some(id);
        }
        if let Some(fold) = &command.fold {
            self.marker(&words::fold_start(fold));
        }
        let timer = super::random_hex::<4>();
        if !own {
            self.marker(&words::time_start(&timer));
        }
        self.ring.output(&command.echo);
        let wall = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let clock = Instant::now();
        let end = self.session.run(&self.file_name(command), &command.text)?;
        let took = clock.elapsed();
        if !own {
            let event = self.phase.phase.name();
            self.marker(&words::time_end(
                &timer,
                wall.as_nanos(),
                took.as_nanos(),
                event,
            ));
            self.ring.record(&Record::CommandFinished {
                command: id,
                status: match end {
                    End::Status(status) => status,
                    End::Shell(end) => end.status,
                },
                duration: u64::try_from(took.as_nanos()).unwrap_or(u64::MAX),
            });
            self.running = None;
        }
        match end {
            End::Status(status) => self.command_ended(command, id, status),
            End::Shell(end) => self.shell_ended(command, id, end),
        }
    }

    fn command_ended(
        &mut self,
        command: &Command,
        id: CommandId,
        status: i32,
    ) -> Result<Flow, Interrupt> {
        if command.failure == Failure::Record {
            self.line(&words::verdict(command, status));
            self.record(id, status);
        }
        if status != 0 {
            match &command.failure {
                Failure::Assert => {
                    // The fold stays open, so that the reason is in sight.
                    self.line(&words::failed(command, status));
                    self.line(words::stopped());
                    let cause = Cause::CommandFailed {
                        command: id,
                        status,
                    };
                    self.session.hold(&cause)?;
                    return Ok(Flow::Stop(JobResult::Errored, cause));
                }
                Failure::Warn => {
                    self.close_fold(command);
                    self.line(&words::warning(command, status));
                    self.warnings.push(Warning::CommandFailed {
                        command: id,
                        status,
                    });
                    return Ok(Flow::Next);
                }
                Failure::Deploy { tolerated } => {
                    self.close_fold(command);
                    if self.phase.phase == Phase::BeforeDeploy {
                        self.line(&words::failed(command, status));
                    }
                    self.deploy_failed(id, status, *tolerated)?;
                    return Ok(Flow::Next);
                }
                Failure::SkipEntry(bytes) => self.skip_entry(bytes),
                Failure::Ignore | Failure::Record => {}
            }
        }
        self.close_fold(command);
        Ok(Flow::Next)
    }

    fn shell_ended(
        &mut self,
        command: &Command,
        id: CommandId,
        end: ShellEnd,
    ) -> Result<Flow, Interrupt> {
        let status = end.status;
        let phase = self.phase.phase;
        let cause = Cause::ShellEnded {
            command: id,
            status,
            errexit: end.errexit,
        };
        let meaning = rules::meaning(phase, &command.failure, end);
        if !matches!(meaning, Meaning::JobEnds(_)) {
            self.close_fold(command);
        }
        match meaning {
            Meaning::JobEnds(result) => {
                self.line(&words::job_ended_itself(command, status));
                if result == JobResult::Passed && phase != Phase::Script {
                    self.warnings.push(Warning::PassedUntested { command: id });
                }
                if result != JobResult::Passed {
                    self.session.hold(&cause)?;
                }
                return Ok(Flow::Stop(result, cause));
            }
            Meaning::ScriptFailed => {
                self.line(&words::script_cut_short(command, status));
                if self.result != Some(JobResult::Failed) {
                    self.set_result(JobResult::Failed, cause);
                }
                self.active = false;
            }
            Meaning::PhaseEnds => {
                self.line(&words::phase_cut_short(command, status, phase.name()));
                self.warnings.push(Warning::ShellEnded {
                    command: id,
                    status,
                });
                self.active = false;
            }
            Meaning::EntryEnds => {
                self.warnings.push(Warning::ShellEnded {
                    command: id,
                    status,
                });
                self.skip_entry(words::entry_cut_short(command).as_bytes());
            }
            Meaning::DeployFailed => self.deploy_failed(id, status, false)?,
            Meaning::DeployTolerated => self.deploy_failed(id, status, true)?,
            Meaning::Fine => {}
        }
        Ok(Flow::Next)
    }

    /// Only phases that run in any case follow a failed deployment (decision 24).
    fn deploy_failed(
        &mut self,
        command: CommandId,
        status: i32,
        tolerated: bool,
    ) -> Result<(), Interrupt> {
        self.line(&words::deploy_failed(tolerated));
        self.active = false;
        if tolerated {
            self.warnings
                .push(Warning::CommandFailed { command, status });
        } else {
            self.result = Some(JobResult::Errored);
            self.cause = Cause::DeployFailed { command, status };
            self.session.hold(&self.cause)?;
        }
        Ok(())
    }

    /// A status of `script` counts for the result, which no later phase can change (decision 21).
    fn record(&mut self, command: CommandId, status: i32) {
        if status != 0 && self.result != Some(JobResult::Failed) {
            let cause = Cause::CommandFailed { command, status };
            self.set_result(JobResult::Failed, cause);
        } else if self.result.is_none() {
            self.set_result(JobResult::Passed, Cause::Finished);
        }
    }

    fn set_result(&mut self, result: JobResult, cause: Cause) {
        self.result = Some(result);
        self.cause = cause;
        self.session.tell_result(result != JobResult::Passed);
    }

    fn interrupted(&mut self, interrupt: Interrupt) -> (JobResult, Cause) {
        let command = self.running.take();
        let limits = self.session.limits();
        let (grace, text, result, cause) = match interrupt {
            Interrupt::Silence => (
                limits.grace,
                words::silence(limits.silence),
                JobResult::Errored,
                Cause::SilenceLimit { command },
            ),
            Interrupt::TooLong => (
                limits.grace,
                words::too_long(limits.hard),
                JobResult::Errored,
                Cause::HardLimit { command },
            ),
            Interrupt::Cancel(grace) | Interrupt::Stop(grace) => (
                grace,
                words::canceled().to_owned(),
                JobResult::Canceled,
                Cause::Canceled,
            ),
            Interrupt::Broken(reason) => (
                limits.grace,
                words::broken(&reason),
                JobResult::Errored,
                Cause::Supervisor(reason),
            ),
        };
        self.session.end_all(grace);
        self.ring.output(text.as_bytes());
        if matches!(cause, Cause::SilenceLimit { .. } | Cause::HardLimit { .. }) {
            // Whoever cancels now wants no more than the end, which is here.
            let _ = self.session.hold(&cause);
        }
        (result, cause)
    }

    fn id(&self, command: &Command) -> CommandId {
        CommandId {
            phase: self.phase.phase,
            entry: self.phase.entry,
            number: command.number,
        }
    }

    /// What a shell's own messages call a command: they show where it stands.
    fn file_name(&self, command: &Command) -> String {
        let phase = self.phase.phase.name();
        match self.phase.entry {
            Some(entry) => format!("{phase}.{}.{}", entry + 1, command.number),
            None => format!("{phase}.{}", command.number),
        }
    }

    fn tell_phase(&mut self) {
        if !self.phase_told {
            self.phase_told = true;
            self.ring.record(&Record::PhaseStarted {
                phase: self.phase.phase,
                entry: self.phase.entry,
            });
        }
    }

    fn marker(&self, text: &str) {
        self.ring.marker(text.as_bytes());
    }

    fn close_fold(&self, command: &Command) {
        if let Some(fold) = &command.fold {
            self.marker(&words::fold_end(fold));
        }
    }

    /// A line of ours: begins a line of its own even after output without a line's end.
    fn line(&self, text: &str) {
        if !self.ring.at_line_start() {
            self.ring.output(b"\r\n");
        }
        self.ring.output(text.as_bytes());
    }
}
