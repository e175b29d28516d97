//! The first words on a connection to the supervisor: what is wanted, and the answer.

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

const LENGTH: usize = 9;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// Records from an offset. May bring a file to write them into instead of the connection.
    Attach(u64),
    /// What a shell needs where the job waits after a failure: [`super::held::Stop`].
    Shell,
    /// The end of everything, with so much time between TERM and KILL.
    Stop(Duration),
}

impl Greeting {
    pub(crate) fn send(self, to: &UnixStream, file: Option<BorrowedFd<'_>>) -> std::io::Result<()> {
        let (kind, value) = match self {
            Self::Attach(from) => (b'A', from),
            Self::Shell => (b'H', 0),
            Self::Stop(grace) => (b'S', u64::try_from(grace.as_millis()).unwrap_or(u64::MAX)),
        };
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&value.to_le_bytes());
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut files = SendAncillaryBuffer::new(&mut space);
        let list: Vec<BorrowedFd<'_>> = file.into_iter().collect();
        if !list.is_empty() {
            files.push(SendAncillaryMessage::ScmRights(&list));
        }
        let sent = sendmsg(to, &[IoSlice::new(&bytes)], &mut files, SendFlags::NOSIGNAL)?;
        let mut rest = to;
        rest.write_all(bytes.get(sent..).unwrap_or_default())
    }

    /// Reads a greeting; `None` where it is not one.
    pub(crate) fn receive(from: &UnixStream) -> std::io::Result<Option<(Self, Option<OwnedFd>)>> {
        let mut bytes = [0; LENGTH];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut files = RecvAncillaryBuffer::new(&mut space);
        let got = recvmsg(
            from,
            &mut [IoSliceMut::new(&mut bytes)],
            &mut files,
            RecvFlags::CMSG_CLOEXEC,
        )?
        .bytes;
        let file = files.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut list) => list.next(),
            _ => None,
        });
        let mut rest = from;
        rest.read_exact(bytes.get_mut(got..).unwrap_or_default())?;
        let [kind, value @ ..] = bytes;
        let value = u64::from_le_bytes(value);
        Ok(match kind {
            b'A' => Some((Self::Attach(value), file)),
            b'H' => Some((Self::Shell, file)),
            b'S' => Some((Self::Stop(Duration::from_millis(value)), file)),
            _ => None,
        })
    }
}

/// The answer to a greeting: one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The records follow.
    Welcome,
    /// What was asked for is not there any more, or not yet.
    Dropped,
    /// Only the agent is answered.
    Refused,
}

impl Answer {
    pub(crate) fn send(self, mut to: &UnixStream) -> std::io::Result<()> {
        to.write_all(&[match self {
            Self::Welcome => b'+',
            Self::Dropped => b'-',
            Self::Refused => b'!',
        }])
    }

    pub(crate) fn receive(from: &mut impl Read) -> std::io::Result<Self> {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        Ok(match byte {
            [b'+'] => Self::Welcome,
            [b'!'] => Self::Refused,
            _ => Self::Dropped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn a_greeting_arrives_with_its_file() {
        let (here, there) = UnixStream::pair().unwrap();
        let (mut out, lent) = std::io::pipe().unwrap();
        Greeting::Attach(7).send(&here, Some(lent.as_fd())).unwrap();
        drop(lent);
        let (greeting, file) = Greeting::receive(&there).unwrap().unwrap();
        assert_eq!(greeting, Greeting::Attach(7));
        let mut file = std::fs::File::from(file.unwrap());
        file.write_all(b"hi").unwrap();
        drop(file);
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hi");
    }

    #[test]
    fn other_bytes_are_no_greeting() {
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(b"GET / HTT").unwrap();
        assert!(Greeting::receive(&there).unwrap().is_none());
    }
}
