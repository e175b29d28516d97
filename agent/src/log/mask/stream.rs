//! The masker as a stream: bytes in, masked bytes out.

use std::sync::Arc;

use super::csi::{self, Csi};
use super::engine::{Engine, StateID};
use super::lane::{Lane, Over};
use super::spans::Spans;
use crate::log::masked::MaskedBuf;

/// Bytes taken in at once, so that memory does not grow with the caller's block.
const BLOCK: usize = 64 << 10;
const ESC: u8 = 0x1b;

/// How far the output is settled, to go on from after a restart of the agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Bytes of input whose fate has been written out.
    pub raw: u64,
    /// Set when a mark has just been written: it also stands for the input up to here.
    pub masked_until: Option<u64>,
}

/// What a stream looks for.
#[derive(Clone)]
pub(super) enum Sight {
    /// There are no secrets.
    Nothing,
    /// The needles of all secrets.
    Needles(Arc<Engine>),
    /// More secrets than can be looked for: everything is hidden.
    Blind,
}

/// One stream of bytes being masked, however it is cut.
///
/// It holds back only bytes that could be the beginning of a secret, and never lets them go for
/// the sake of time: half a secret followed by a pause stays hidden.
#[derive(Clone)]
pub struct MaskStream {
    sight: Sight,
    mark: &'static [u8],
    /// Input that is not yet written out; `base` is the place of its first byte.
    held: Vec<u8>,
    base: u64,
    /// How much of `held` the readers have read.
    read: usize,
    plain: StateID,
    lanes: [Lane; 2],
    spans: Spans,
}

impl MaskStream {
    pub(super) fn new(sight: Sight, mark: &'static [u8], from: Checkpoint) -> Self {
        let plain = match &sight {
            Sight::Needles(engine) => engine.start(),
            Sight::Nothing | Sight::Blind => StateID::default(),
        };
        Self {
            sight,
            plain,
            mark,
            held: Vec::new(),
            base: from.raw,
            read: 0,
            lanes: [Lane::new(Over::Sequences), Lane::new(Over::LineEnds)],
            spans: Spans::from(from),
        }
    }

    /// Takes input and appends to `out` what is settled by now.
    pub fn push(&mut self, input: &[u8], out: &mut MaskedBuf) {
        let engine = match &self.sight {
            Sight::Needles(engine) => Arc::clone(engine),
            Sight::Nothing => {
                self.base += input.len() as u64;
                out.inner().extend_from_slice(input);
                return;
            }
            Sight::Blind => {
                let end = self.base + input.len() as u64;
                self.spans.add(self.base, end);
                self.spans.write(input, self.base, self.mark, out.inner());
                self.base = end;
                return;
            }
        };
        for block in input.chunks(BLOCK) {
            self.held.extend_from_slice(block);
            self.read_on(&engine, false);
            self.write_out(&engine, out);
        }
    }

    /// Ends the stream: the beginning of a secret that never came is written as it is.
    pub fn finish(&mut self, out: &mut MaskedBuf) {
        let Sight::Needles(engine) = &self.sight else {
            return;
        };
        let engine = Arc::clone(engine);
        self.read_on(&engine, true);
        self.plain = engine.start();
        self.lanes = [Lane::new(Over::Sequences), Lane::new(Over::LineEnds)];
        self.write_out(&engine, out);
    }

    /// Bytes held back at the moment: at most four times the longest encoding of a secret plus
    /// one KiB, and without control sequences inside, at most that encoding.
    #[must_use]
    pub fn held_back(&self) -> usize {
        self.held.len()
    }

    /// Where another stream of the same masker can go on with the same result
    /// ([`Masker::resume`](super::Masker::resume)).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            raw: self.base,
            masked_until: self.spans.known_from(self.base),
        }
    }

    fn read_on(&mut self, engine: &Engine, last: bool) {
        while let Some(rest) = self.held.get(self.read..).filter(|rest| !rest.is_empty()) {
            let text = memchr::memchr3(b'\n', b'\r', ESC, rest).unwrap_or(rest.len());
            match rest.get(text) {
                _ if text > 0 => self.read_text(engine, text),
                Some(&ESC) if self.is_idle(engine) => self.read_text(engine, 1),
                Some(&ESC) => match csi::parse(rest) {
                    Csi::Whole(len) => self.read_sequence(engine, len),
                    Csi::Unknown if !last => return,
                    Csi::Unknown | Csi::Other => self.read_text(engine, 1),
                },
                _ => {
                    let ends = rest.iter().take_while(|b| matches!(b, b'\n' | b'\r'));
                    let len = ends.count();
                    self.read_line_ends(engine, len);
                }
            }
        }
    }

    /// Nothing read so far could become part of a secret.
    fn is_idle(&self, engine: &Engine) -> bool {
        self.plain == engine.start() && !self.lanes.iter().any(Lane::is_awake)
    }

    fn read_text(&mut self, engine: &Engine, len: usize) {
        for lane in 0..self.lanes.len() {
            self.lane_text(engine, lane, len);
        }
        self.plain_text(engine, len);
    }

    fn read_sequence(&mut self, engine: &Engine, len: usize) {
        for lane in 0..self.lanes.len() {
            self.lane_gap(engine, lane, len);
        }
        self.plain_text(engine, len);
    }

    fn read_line_ends(&mut self, engine: &Engine, len: usize) {
        let [sequences, line_ends] = [0, 1];
        self.lane_text(engine, sequences, len);
        self.lane_gap(engine, line_ends, len);
        self.plain_text(engine, len);
    }

    /// The plain reader goes last: lanes look at its state before the text.
    fn plain_text(&mut self, engine: &Engine, len: usize) {
        let at = self.now();
        let text = self.held.get(self.read..self.read + len);
        let spans = &mut self.spans;
        self.plain = engine.scan(self.plain, text.unwrap_or_default(), |end, len| {
            let end = at + end as u64;
            spans.add(end - len as u64, end);
        });
        self.read += len;
    }

    fn lane_text(&mut self, engine: &Engine, lane: usize, len: usize) {
        let at = self.now();
        let text = self.held.get(self.read..self.read + len);
        let spans = &mut self.spans;
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.read(engine, text.unwrap_or_default(), at, |start, end| {
                spans.add(start, end);
            });
        }
    }

    fn lane_gap(&mut self, engine: &Engine, lane: usize, len: usize) {
        let at = self.now();
        let before = self.held.get(..self.read).unwrap_or_default();
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.gap(engine, self.plain, before, at, len as u64);
        }
    }

    fn now(&self) -> u64 {
        self.base + self.read as u64
    }

    fn write_out(&mut self, engine: &Engine, out: &mut MaskedBuf) {
        let now = self.now();
        let plain = now - engine.info(self.plain).depth as u64;
        let lanes = self.lanes.iter().map(|lane| lane.held_from(engine, now));
        let settled = lanes.fold(plain, u64::min).max(self.base);
        let len = usize::try_from(settled - self.base).unwrap_or(self.held.len());
        let text = self.held.get(..len).unwrap_or_default();
        self.spans.write(text, self.base, self.mark, out.inner());
        self.held.drain(..len.min(self.held.len()));
        self.read -= len.min(self.read);
        self.base = settled;
    }
}
