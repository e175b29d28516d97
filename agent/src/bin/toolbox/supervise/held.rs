//! Where a job waits after a failure, for a shell of the user's own that comes into the container.
//!
//! Its variables may hold secrets. They go over the supervisor's socket, to the agent's own process
//! only: neither words of a command nor its environment, which the engine would tell.

use super::glue;
use super::greeting::Answer;
use crate::Failed;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The most that a part of a [`Stop`] may be, in bytes.
const MOST: usize = 64 * 1024 * 1024;

/// The place where the job waits, while it does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<Mutex<Option<Stop>>>);

/// What a shell needs to stand where the job stopped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// The job's shell.
    pub(crate) program: PathBuf,
    pub(crate) is_bash: bool,
    /// Whether `variables` are all that there are; otherwise those of the container are beside them.
    pub(crate) whole: bool,
    pub(crate) directory: PathBuf,
    /// Shell text that exports the variables.
    pub(crate) variables: Vec<u8>,
    /// Shell text with the helper functions.
    pub(crate) preamble: Vec<u8>,
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stop")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl Held {
    pub(crate) fn set(&self, stop: Option<Stop>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stop;
    }

    /// Answers one who wants to stand there.
    pub(crate) fn tell(&self, connection: &UnixStream) -> std::io::Result<()> {
        let stop = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match stop {
            Some(stop) => {
                Answer::Welcome.send(connection)?;
                stop.send(connection)
            }
            None => Answer::Dropped.send(connection),
        }
    }
}

impl Stop {
    /// What the shell reads first.
    pub(crate) fn text(&self) -> Vec<u8> {
        glue::of_the_user(&self.variables, &self.preamble, self.is_bash)
    }

    fn send(&self, mut to: &UnixStream) -> std::io::Result<()> {
        let flags = [u8::from(self.is_bash), u8::from(self.whole)];
        for part in [
            &flags[..],
            self.program.as_os_str().as_bytes(),
            self.directory.as_os_str().as_bytes(),
            &self.variables,
            &self.preamble,
        ] {
            let length = u32::try_from(part.len()).map_err(std::io::Error::other)?;
            to.write_all(&length.to_le_bytes())?;
            to.write_all(part)?;
        }
        Ok(())
    }

    /// Reads what [`Held::tell`] sent after its welcome.
    pub(crate) fn receive(from: &mut impl Read) -> Result<Self, Failed> {
        let mut part = || -> Result<Vec<u8>, Failed> {
            let mut length = [0; 4];
            from.read_exact(&mut length)?;
            let length = u32::from_le_bytes(length) as usize;
            if length > MOST {
                return Err("the job's environment is too long".into());
            }
            let mut bytes = vec![0; length];
            from.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let flags = part()?;
        let mut path = || Ok::<_, Failed>(PathBuf::from(OsString::from_vec(part()?)));
        let (program, directory) = (path()?, path()?);
        Ok(Self {
            is_bash: flags.first() == Some(&1),
            whole: flags.get(1) == Some(&1),
            program,
            directory,
            variables: part()?,
            preamble: part()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_while_the_job_waits_is_there_a_place_to_stand() {
        let held = Held::default();
        let (mut here, there) = UnixStream::pair().unwrap();
        held.tell(&there).unwrap();
        assert_eq!(Answer::receive(&mut here).unwrap(), Answer::Dropped);
        let stop = Stop {
            program: "/bin/bash".into(),
            is_bash: true,
            whole: true,
            directory: "/a b".into(),
            variables: b"export A='1'\n".to_vec(),
            preamble: b"f() { :; }\n".to_vec(),
        };
        held.set(Some(stop.clone()));
        held.tell(&there).unwrap();
        assert_eq!(Answer::receive(&mut here).unwrap(), Answer::Welcome);
        assert_eq!(Stop::receive(&mut here).unwrap(), stop);
    }
}
