//! Bytes in and out: numbers are little-endian, texts and lists carry their length in front.

use std::fmt;

/// Why bytes are not what they should be. Nothing of the bytes is told: they may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// They end too early.
    Truncated,
    /// There are bytes after the end.
    Trailing,
    /// A length is beyond what is allowed.
    TooLong,
    /// A text is not UTF-8.
    NotText,
    /// A number stands for nothing; the name tells of what.
    Unknown(&'static str),
    /// They are of another version of the protocol.
    Version,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the bytes end too early"),
            Self::Trailing => f.write_str("there are bytes after the end"),
            Self::TooLong => f.write_str("a length is beyond its limit"),
            Self::NotText => f.write_str("a text is not UTF-8"),
            Self::Unknown(what) => write!(f, "unknown {what}"),
            Self::Version => f.write_str("agent and supervisor are of different versions"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Collects bytes.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A length; what does not fit is refused by the reader's limits.
    pub(super) fn len(&mut self, value: usize) {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX));
    }

    pub(super) fn bytes(&mut self, value: &[u8]) {
        self.len(value.len());
        self.0.extend_from_slice(value);
    }

    pub(super) fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// A number that may be absent.
    pub(super) fn option(&mut self, value: Option<u32>) {
        self.bool(value.is_some());
        self.u32(value.unwrap_or_default());
    }
}

/// Takes bytes from the front.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self
            .0
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::Truncated)
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, DecodeError> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of things that follow, each of at least one byte: so it can't ask for much memory.
    pub(super) fn len(&mut self) -> Result<usize, DecodeError> {
        let len = self.u32()? as usize;
        if len > self.0.len() {
            return Err(DecodeError::Truncated);
        }
        Ok(len)
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, DecodeError> {
        let len = self.len()?;
        self.take(len).map(<[u8]>::to_vec)
    }

    pub(super) fn text(&mut self) -> Result<String, DecodeError> {
        String::from_utf8(self.bytes()?).map_err(|_| DecodeError::NotText)
    }

    pub(super) fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Unknown("truth value")),
        }
    }

    pub(super) fn option(&mut self) -> Result<Option<u32>, DecodeError> {
        let there = self.bool()?;
        let value = self.u32()?;
        Ok(there.then_some(value))
    }

    pub(super) fn end(&self) -> Result<(), DecodeError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::Trailing)
        }
    }
}
