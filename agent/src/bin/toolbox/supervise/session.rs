//! The job's shell as one thing that runs commands, whatever happens to single shells.
//!
//! All waiting is done here, so limits and cancels are heard at every moment.

use super::event::{CommandReport, Event, Report};
use super::glue;
use super::held::{Held, Stop};
use super::report::Reports;
use super::ring::Ring;
use super::rules::ShellEnd;
use super::shell::{Beginning, Shell, Shells};
use super::terminal::Terminal;
use crate::protocol::{Cause, Limits, Record, Script};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long to wait for output that should be there already.
const DRAIN: Duration = Duration::from_secs(1);

/// How long a shell may take to end after `travis_terminate`.
const TERMINATE: Duration = Duration::from_millis(500);

/// How long listeners may take to get the rest when everything is to end.
const LAST_MOMENT: Duration = Duration::from_millis(300);

/// Why the job can't go on.
#[derive(Debug)]
pub(crate) enum Interrupt {
    Silence,
    TooLong,
    Cancel(Duration),
    Stop(Duration),
    Broken(String),
}

impl From<std::io::Error> for Interrupt {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself.
    Status(i32),
    /// With its shell.
    Shell(ShellEnd),
}

pub(crate) struct Session<'a> {
    script: &'a Script,
    ring: Arc<Ring>,
    events: Receiver<Event>,
    held: Held,
    /// Whether the job may still wait once where it stopped.
    may_hold: bool,
    terminal: Terminal,
    reports: Reports,
    shells: Shells,
    shell: Option<Shell>,
    /// What the last whole command left.
    last: Option<CommandReport>,
    /// `$-` as a dying shell told it.
    last_words: Option<Vec<u8>>,
    terminated: Option<i32>,
    /// Children that were started here and have not ended.
    own: Vec<i32>,
    exited: HashMap<i32, i32>,
    drained: u64,
    synced: u64,
    /// Numbers commands, marks and synchronisations.
    counter: u64,
    /// The result so far, not yet told to the present shell.
    untold_result: Option<bool>,
    /// Whether the order to stop has come.
    stopping: bool,
    result: Option<bool>,
    started: Instant,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        script: &'a Script,
        ring: Arc<Ring>,
        (events, held): (Receiver<Event>, Held),
        terminal: Terminal,
        reports: Reports,
        shells: Shells,
    ) -> Self {
        Self {
            script,
            ring,
            events,
            held,
            may_hold: script.hold,
            terminal,
            reports,
            shells,
            shell: None,
            last: None,
            last_words: None,
            terminated: None,
            own: Vec::new(),
            exited: HashMap::new(),
            drained: 0,
            synced: 0,
            counter: 0,
            untold_result: None,
            stopping: false,
            result: None,
            started: Instant::now(),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.script.limits
    }

    /// Lets later commands read the result so far.
    pub(crate) fn tell_result(&mut self, failed: bool) {
        if self.result != Some(failed) {
            self.result = Some(failed);
            self.untold_result = Some(failed);
        }
    }

    /// Runs one command of the user. `name` is what the shell's own messages call it.
    pub(crate) fn run(&mut self, name: &str, text: &str) -> Result<End, Interrupt> {
        self.counter += 1;
        let number = self.counter;
        self.need_shell()?;
        let file = self.shells.write_command(name, text)?;
        let before = self.last.as_ref().map_or(0, |last| last.status);
        let mut lines = Vec::new();
        if let Some(failed) = self.untold_result.take() {
            lines.extend(glue::test_result(failed));
        }
        if self.shells.program.is_bash || self.reads_well(&file)? {
            lines.extend(glue::command(&file, number, before));
        } else {
            // A POSIX shell dies of bad syntax in a sourced file; the user shall get status 2.
            lines.extend(glue::status(number, 2));
        }
        if let Some(shell) = &self.shell {
            shell.feed(lines);
        }
        let end = self.await_end(number)?;
        self.drain()?;
        Ok(end)
    }

    fn need_shell(&mut self) -> Result<(), Interrupt> {
        if self.shell.is_some() {
            return Ok(());
        }
        let beginning = match &self.last {
            None => Beginning::First(self.script),
            Some(last) => Beginning::Again {
                directory: &last.directory,
                exports: &last.exports,
                script: self.script,
            },
        };
        let shell = self
            .shells
            .start(&self.terminal, &beginning)
            .map_err(|error| Interrupt::Broken(format!("the shell cannot be started: {error}")))?;
        self.own.push(shell.pid);
        self.shell = Some(shell);
        self.last_words = None;
        self.untold_result = self.result;
        Ok(())
    }

    fn reads_well(&mut self, file: &std::path::Path) -> Result<bool, Interrupt> {
        let pid = self.shells.start_check(&self.terminal, file)?;
        self.own.push(pid);
        let status = self.wait(None, |session| session.exited.remove(&pid))?;
        Ok(status.unwrap_or(0) == 0)
    }

    fn await_end(&mut self, number: u64) -> Result<End, Interrupt> {
        let pid = self.shell.as_ref().map_or(0, |shell| shell.pid);
        enum Seen {
            Report(i32),
            Exit(i32),
            Terminate(i32),
        }
        let seen = self.wait(None, |session| {
            if let Some(status) = session.terminated.take() {
                return Some(Seen::Terminate(status));
            }
            if let Some(last) = session.last.as_ref().filter(|last| last.number == number) {
                return Some(Seen::Report(last.status));
            }
            session.exited.remove(&pid).map(Seen::Exit)
        })?;
        match seen {
            Some(Seen::Report(status)) => Ok(End::Status(status)),
            Some(Seen::Terminate(status)) => {
                let gone = |session: &mut Self| session.exited.remove(&pid);
                if self.wait(Some(TERMINATE), gone)?.is_none() {
                    super::processes::kill_all();
                    self.wait(Some(TERMINATE), gone)?;
                }
                Ok(self.shell_ended(status, true))
            }
            Some(Seen::Exit(status)) => {
                // All that the shell wrote into the pipe before it died.
                self.counter += 1;
                let token = self.counter;
                self.reports.sync(token);
                self.wait(Some(DRAIN), |session| {
                    (session.synced >= token).then_some(())
                })?;
                let terminated = self.terminated.take();
                Ok(self.shell_ended(terminated.unwrap_or(status), terminated.is_some()))
            }
            None => Err(Interrupt::Broken("the shell does not answer".into())),
        }
    }

    fn shell_ended(&mut self, status: i32, terminated: bool) -> End {
        self.shell = None;
        let flags = self
            .last_words
            .take()
            .or_else(|| self.last.as_ref().map(|last| last.flags.clone()));
        End::Shell(ShellEnd {
            status,
            errexit: flags.is_some_and(|flags| flags.contains(&b'e')),
            terminated,
        })
    }

    /// Waits until all output that was written so far is in the ring.
    fn drain(&mut self) -> Result<(), Interrupt> {
        self.counter += 1;
        let mark = self.counter;
        let start = Instant::now();
        self.terminal.mark(mark);
        let drained = |session: &mut Self| (session.drained >= mark).then_some(());
        while self.wait(Some(DRAIN), drained)?.is_none() {
            // Only a full ring is a reason to wait longer.
            if self.ring.quiet_since().is_some() && start.elapsed() >= DRAIN {
                break;
            }
        }
        Ok(())
    }

    /// Lets the shell end in peace, with its traps.
    pub(crate) fn end_shell(&mut self) -> Result<(), Interrupt> {
        let Some(mut shell) = self.shell.take() else {
            return Ok(());
        };
        shell.end();
        self.wait(None, |session| session.exited.remove(&shell.pid))?;
        self.drain()
    }

    /// Ends all processes: TERM, grace, KILL; then takes in what they said at last.
    pub(crate) fn end_all(&mut self, grace: Duration) {
        use rustix::process::Signal;
        super::processes::signal_all(Signal::TERM);
        super::processes::wait_gone(grace);
        super::processes::kill_all();
        self.drain_after_kill();
    }

    /// Waits, where the script wants it and for the first time only, until the agent lets the job go
    /// on; no limit counts meanwhile.
    pub(crate) fn hold(&mut self, cause: &Cause) -> Result<(), Interrupt> {
        if !std::mem::take(&mut self.may_hold) {
            return Ok(());
        }
        let began = Instant::now();
        self.held.set(Some(self.stop()));
        self.ring.record(&Record::Held(cause.clone()));
        let waited = self.await_go();
        self.held.set(None);
        let took = began.elapsed();
        self.started = self.started.checked_add(took).unwrap_or(self.started);
        self.ring.quiet_from_now();
        waited
    }

    fn await_go(&mut self) -> Result<(), Interrupt> {
        loop {
            match self.events.recv() {
                Ok(Event::Go) => return Ok(()),
                Ok(event) => self.take_in(event)?,
                Err(_) => {
                    return Err(Interrupt::Broken(
                        "the supervisor's threads are gone".into(),
                    ));
                }
            }
        }
    }

    /// What a shell needs to stand where the job stands.
    fn stop(&self) -> Stop {
        let mut stop = self.shells.stop(self.script, self.last.as_ref());
        if let Some(failed) = self.result {
            stop.variables.extend(glue::test_result(failed));
        }
        stop
    }

    fn drain_after_kill(&mut self) {
        self.counter += 1;
        let mark = self.counter;
        self.terminal.mark(mark);
        let end = Instant::now() + DRAIN / 2;
        while self.drained < mark {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) => {
                    let _ = self.take_in(event);
                }
                Err(_) => return,
            }
        }
    }

    /// Waits until `ready` gives something, at most `patience`, and never beyond a limit.
    fn wait<T>(
        &mut self,
        patience: Option<Duration>,
        mut ready: impl FnMut(&mut Self) -> Option<T>,
    ) -> Result<Option<T>, Interrupt> {
        let give_up = patience.map(|patience| Instant::now() + patience);
        loop {
            if let Some(found) = ready(self) {
                return Ok(Some(found));
            }
            let now = Instant::now();
            if give_up.is_some_and(|end| end <= now) {
                return Ok(None);
            }
            // A limit beyond what a clock can tell is none.
            let hard = self.started.checked_add(self.script.limits.hard);
            if hard.is_some_and(|end| end <= now) {
                return Err(Interrupt::TooLong);
            }
            let silent = match self.ring.quiet_since() {
                Some(since) => since.checked_add(self.script.limits.silence),
                // While the job waits for room in the ring it can't speak: look again later.
                None => Some(now + Duration::from_millis(100)),
            };
            if silent.is_some_and(|end| end <= now) {
                return Err(Interrupt::Silence);
            }
            let ends = [give_up, hard, silent].into_iter().flatten();
            let next = ends.min().unwrap_or(now + Duration::from_secs(3600));
            match self
                .events
                .recv_timeout(next.saturating_duration_since(now))
            {
                Ok(event) => self.take_in(event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Interrupt::Broken(
                        "the supervisor's threads are gone".into(),
                    ));
                }
            }
        }
    }

    fn take_in(&mut self, event: Event) -> Result<(), Interrupt> {
        match event {
            Event::Report(Report::Command(report)) => self.last = Some(report),
            Event::Report(Report::LastWords { flags }) => self.last_words = Some(flags),
            Event::Report(Report::Terminate(status)) => self.terminated = Some(status),
            Event::Report(Report::Sync(token)) => self.synced = self.synced.max(token),
            Event::Drained(mark) => self.drained = self.drained.max(mark),
            Event::Exited { pid, status } => {
                // Orphans end too; nobody asks for them.
                if self.own.contains(&pid) {
                    self.own.retain(|own| *own != pid);
                    self.exited.insert(pid, status);
                }
            }
            // Nobody waits.
            Event::Go => {}
            Event::Cancel(grace) => return Err(Interrupt::Cancel(grace)),
            Event::Stop(grace) => {
                self.stopping = true;
                return Err(Interrupt::Stop(grace));
            }
        }
        Ok(())
    }

    /// Waits for all to be acknowledged, or for the order to stop.
    pub(crate) fn await_release(&mut self) {
        while !self.stopping && !self.ring.wait_drained(Duration::from_millis(50)) {
            while let Ok(event) = self.events.try_recv() {
                let _ = self.take_in(event);
            }
        }
        if self.stopping {
            // A last moment for those who are still reading.
            self.ring.wait_drained(LAST_MOMENT);
        }
    }
}
