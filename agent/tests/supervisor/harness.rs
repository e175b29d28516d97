//! Runs a job under `toolbox supervise` in a folder of its own and listens to it.

use agent::protocol::{
    Cause, CommandId, Frame, JobResult, Limits, Outcome, Phase as Name, Record, RecordReader,
    Script, Warning,
};
use agent::runner::facts::{BuildFacts, Facts};
use agent::runner::script::{self, Deploys, Options, Secrets};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use schema::plan::{Command, Deploy, Job, Phase, Phases};
use schema::request::Request;
use schema::source::{Source, Span};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};
use std::time::{Duration, Instant};

/// Longer than any test may take to give a sign.
const PATIENCE: Duration = Duration::from_secs(20);

/// A job in the making.
pub(crate) struct Test {
    pub(crate) job: Job,
    pub(crate) request: Request,
    pub(crate) secrets: Secrets,
    pub(crate) options: Options,
    pub(crate) has_bash: bool,
    pub(crate) shell: Option<&'static str>,
    pub(crate) hold: bool,
}

/// A job whose `script` is these commands.
pub(crate) fn job<const N: usize>(script: [&str; N]) -> Test {
    let mut job = Job {
        number: 1,
        language: "generic".into(),
        os: "linux".into(),
        ..Job::default()
    };
    job.phases.script = commands(&script);
    Test {
        job,
        request: Request {
            slug: "owner/repo".into(),
            branch: "main".into(),
            default_branch: "main".into(),
            sha: "0123456789abcdef".into(),
            ..Request::default()
        },
        secrets: Secrets::none(),
        options: Options::default(),
        has_bash: true,
        shell: None,
        hold: false,
    }
}

pub(crate) fn commands(texts: &[&str]) -> Phase {
    Phase::Commands(texts.iter().map(|text| command(text)).collect())
}

pub(crate) fn command(text: &str) -> Command {
    Command {
        text: text.to_owned(),
        span: Span::default(),
    }
}

impl Test {
    /// Another phase of the job.
    pub(crate) fn phase<const N: usize>(
        mut self,
        choose: fn(&mut Phases) -> &mut Phase,
        texts: [&str; N],
    ) -> Self {
        *choose(&mut self.job.phases) = commands(&texts);
        self
    }

    pub(crate) fn deploy(mut self, entry: Deploy) -> Self {
        self.job.deploy.push(entry);
        self
    }

    pub(crate) fn listed(mut self, reason: &str) -> Self {
        self.options.deploys = Deploys::Listed(reason.to_owned());
        self
    }

    pub(crate) fn limits(mut self, silence: u64, hard: u64) -> Self {
        self.options.limits = Limits {
            silence: Duration::from_millis(silence),
            hard: Duration::from_millis(hard),
            grace: Duration::from_millis(300),
        };
        self
    }

    pub(crate) fn script(&self, directory: &Path) -> Script {
        let sources = [Source::new(".ci.yml", "script: true\n")];
        let facts = Facts {
            request: &self.request,
            sources: &sources,
            build: BuildFacts {
                number: 4,
                ..BuildFacts::default()
            },
            job_id: "1".into(),
            job_url: String::new(),
            restarted: None,
            directory: directory.display().to_string(),
            home: directory.display().to_string(),
            user: "tester".into(),
            dist: None,
            arch: "amd64".into(),
            has_bash: self.has_bash,
            travis: true,
        };
        let mut script = script::build(&self.job, &facts, &self.secrets, &self.options);
        script.hold = self.hold;
        script
    }

    /// Starts the supervisor with the job.
    pub(crate) fn start(&self) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        std::fs::create_dir(&tree).unwrap();
        let script = self.script(&tree);
        let mut command = toolbox(folder.path(), "supervise");
        command
            .env("CONTAINER", "yes")
            .env_remove("TERM")
            .stdin(Stdio::piped());
        if let Some(shell) = self.shell {
            command.env("CI_RUN_SHELL", shell);
        }
        let mut supervisor = command.spawn().unwrap();
        let mut stdin = supervisor.stdin.take().unwrap();
        stdin.write_all(&script.encode_framed()).unwrap();
        drop(stdin);
        Running {
            folder,
            supervisor: Supervisor(supervisor),
        }
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Ran {
        let running = self.start();
        let mut attached = running.attach(0);
        attached.read_to_end();
        running.finish(&attached)
    }
}

fn toolbox(folder: &Path, subcommand: &str) -> Process {
    let mut command = Process::new(env!("CARGO_BIN_EXE_toolbox"));
    command
        .arg(subcommand)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CI_RUN_DIR", folder.join("run"));
    command
}

/// The exit code of a supervisor whose standard input ends after these bytes.
pub(crate) fn exit_code_after(bytes: &[u8]) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap();
    let supervisor = toolbox(folder.path(), "supervise")
        .stdin(Stdio::piped())
        .spawn();
    let mut supervisor = Supervisor(supervisor.unwrap());
    let mut stdin = supervisor.0.stdin.take().unwrap();
    stdin.write_all(bytes).unwrap();
    drop(stdin);
    supervisor.0.wait().unwrap().code()
}

/// A job under its supervisor.
pub(crate) struct Running {
    folder: tempfile::TempDir,
    supervisor: Supervisor,
}

struct Supervisor(Child);

/// Nothing of a job survives its test.
impl Drop for Supervisor {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    pub(crate) fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    pub(crate) fn run_folder(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    pub(crate) fn attach(&self, from: u64) -> Attached {
        let mut process = toolbox(self.folder.path(), "attach")
            .args(["--from", &from.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Attached {
            stdin: process.stdin.take().unwrap(),
            stdout: process.stdout.take().unwrap(),
            process,
            reader: RecordReader::new(from),
            records: Vec::new(),
            acknowledge: true,
        }
    }

    /// `toolbox shell` on a terminal of so many rows and columns, with what is typed there; what it
    /// shows.
    pub(crate) fn shell(&self, (rows, columns): (u16, u16), typed: &str) -> String {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = ioctl_tiocgptpeer(&master, OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        let stdio = || Stdio::from(slave.try_clone().unwrap());
        let mut child = Process::new(env!("CARGO_BIN_EXE_toolbox"))
            .args(["tty-exec", env!("CARGO_BIN_EXE_toolbox"), "shell"])
            .args([rows.to_string(), columns.to_string()])
            .env_clear()
            .env("CI_RUN_DIR", self.run_folder())
            .env("OF_THE_ENGINE", "yes")
            .stdin(stdio())
            .stdout(stdio())
            .stderr(stdio())
            .spawn()
            .unwrap();
        drop(slave);
        let mut master = std::fs::File::from(master);
        master.write_all(typed.as_bytes()).unwrap();
        let mut shown = Vec::new();
        // With the last one who has the terminal open its other end fails.
        let _ = master.read_to_end(&mut shown);
        child.wait().unwrap();
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// `toolbox stop`, until it is done.
    pub(crate) fn stop(&self, grace: u64) {
        let status = toolbox(self.folder.path(), "stop")
            .args(["--grace-ms", &grace.to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.supervisor.0.try_wait().unwrap().is_none()
    }

    /// The supervisor's exit code, when it comes.
    pub(crate) fn wait(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.supervisor.0.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < PATIENCE, "the supervisor does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The end of a job that was listened to until its last record.
    pub(crate) fn finish(mut self, attached: &Attached) -> Ran {
        let code = self.wait();
        let Some(Record::Ended(outcome)) = attached.records.last().cloned() else {
            panic!("no end in {:?}", attached.records);
        };
        let expected = match outcome.result {
            JobResult::Passed => 0,
            JobResult::Failed => 1,
            JobResult::Errored => 2,
            JobResult::Canceled => 3,
        };
        assert_eq!(code, expected);
        let raw: Vec<u8> = attached.output();
        Ran {
            log: plain(&raw),
            raw: String::from_utf8_lossy(&raw).into_owned(),
            records: attached.records.clone(),
            outcome,
            folder: self.folder,
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) struct Attached {
    pub(crate) process: Child,
    pub(crate) stdin: ChildStdin,
    stdout: ChildStdout,
    pub(crate) reader: RecordReader,
    pub(crate) records: Vec<Record>,
    pub(crate) acknowledge: bool,
}

impl Attached {
    pub(crate) fn send(&mut self, frame: Frame) {
        self.stdin.write_all(&frame.encode()).unwrap();
    }

    /// Reads one piece; `false` at the end of the stream.
    pub(crate) fn read(&mut self) -> bool {
        self.read_at_most(64 * 1024)
    }

    pub(crate) fn read_at_most(&mut self, limit: usize) -> bool {
        let mut buffer = vec![0; limit];
        let count = self.stdout.read(&mut buffer).unwrap();
        self.reader.feed(&buffer[..count]);
        while let Some((offset, record)) = self.reader.next().unwrap() {
            self.records.push(record);
            if self.acknowledge {
                let _ = self.stdin.write_all(&Frame::Ack(offset).encode());
            }
        }
        count > 0
    }

    pub(crate) fn ended(&self) -> bool {
        matches!(self.records.last(), Some(Record::Ended(_)))
    }

    pub(crate) fn read_to_end(&mut self) {
        while !self.ended() {
            assert!(self.read(), "the stream ended before the job");
        }
    }

    pub(crate) fn read_until(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.output()).contains(text) {
            assert!(self.read(), "the stream ended before {text:?}");
        }
    }

    /// Reads until the job waits where it stopped; why it did.
    pub(crate) fn read_until_held(&mut self) -> Cause {
        loop {
            let held = self.records.iter().find_map(|record| match record {
                Record::Held(cause) => Some(cause.clone()),
                _ => None,
            });
            if let Some(cause) = held {
                return cause;
            }
            assert!(self.read(), "the stream ended before the job waited");
        }
    }

    pub(crate) fn output(&self) -> Vec<u8> {
        output(&self.records)
    }
}

/// All bytes of the log in some records.
pub(crate) fn output(records: &[Record]) -> Vec<u8> {
    let pieces = records.iter().filter_map(|record| match record {
        Record::Output(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    pieces.flatten().copied().collect()
}

/// A job that ran.
pub(crate) struct Ran {
    /// The log as a person reads it: no folds, timers, colours, carriage returns.
    pub(crate) log: String,
    /// The log as it is.
    pub(crate) raw: String,
    pub(crate) records: Vec<Record>,
    pub(crate) outcome: Outcome,
    folder: tempfile::TempDir,
}

impl Ran {
    pub(crate) fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    #[track_caller]
    pub(crate) fn result(&self, expected: JobResult) -> &Self {
        assert_eq!(self.outcome.result, expected, "{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.log.contains(text), "{text:?} is not in:\n{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn says_not(&self, text: &str) -> &Self {
        assert!(!self.log.contains(text), "{text:?} is in:\n{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn warns(&self, expected: &[Warning]) -> &Self {
        assert_eq!(self.outcome.warnings, expected, "{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn because(&self, expected: &Cause) -> &Self {
        assert_eq!(self.outcome.cause, *expected, "{}", self.log);
        self
    }

    /// The statuses of the commands of a phase.
    pub(crate) fn statuses(&self, of: Name) -> Vec<i32> {
        let finished = self.records.iter().filter_map(|record| match record {
            Record::CommandFinished {
                command, status, ..
            } if command.phase == of => Some(*status),
            _ => None,
        });
        finished.collect()
    }
}

pub(crate) fn id(phase: Name, number: u32) -> CommandId {
    CommandId {
        phase,
        entry: None,
        number,
    }
}

/// Takes out what a renderer takes out.
pub(crate) fn plain(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw).into_owned();
    let mut plain = String::new();
    for part in text.split_inclusive("\r\x1b[0K") {
        match part
            .find("travis_fold:")
            .or_else(|| part.find("travis_time:"))
        {
            Some(at) if part.ends_with("\r\x1b[0K") => plain.push_str(&part[..at]),
            _ => plain.push_str(part),
        }
    }
    for code in ["\x1b[31;1m", "\x1b[32;1m", "\x1b[33;1m", "\x1b[0m", "\r"] {
        plain = plain.replace(code, "");
    }
    plain
}
