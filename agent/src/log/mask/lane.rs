//! A second look at the stream, in which interruptions of a value do not count.

use std::collections::VecDeque;

use super::engine::{Engine, Info, StateID};

/// What a lane reads over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Control sequences, inside any needle.
    Sequences,
    /// Also line ends, inside needles that tools wrap.
    LineEnds,
}

/// A reader of the stream without the gaps.
///
/// It sleeps while the plain reader sees all there is to see, which is nearly always. A gap in
/// the middle of what could become a needle wakes it; it sleeps again when what it has read of a
/// needle lies wholly behind the gap, where the plain reader sees it too.
#[derive(Clone)]
pub(super) struct Lane {
    over: Over,
    /// While awake: what it has read.
    state: Option<StateID>,
    /// While awake: place and length of the gaps inside what it has read of a needle.
    gaps: VecDeque<(u64, u64)>,
    /// End of the last gap it was told of.
    gap_end: u64,
}

impl Lane {
    pub(super) fn new(over: Over) -> Self {
        Self {
            over,
            state: None,
            gaps: VecDeque::new(),
            gap_end: 0,
        }
    }

    pub(super) fn is_awake(&self) -> bool {
        self.state.is_some()
    }

    /// The place before which nothing can become part of a match of this lane.
    pub(super) fn held_from(&self, engine: &Engine, now: u64) -> u64 {
        let held = |state| self.start_of(now, engine.info(state).depth);
        self.state.map_or(now, held)
    }

    /// Reads bytes that lie at `at`; tells the matches as ranges.
    pub(super) fn read(
        &mut self,
        engine: &Engine,
        text: &[u8],
        at: u64,
        mut found: impl FnMut(u64, u64),
    ) {
        let Some(mut state) = self.state else {
            return;
        };
        for (byte, now) in text.iter().zip(at + 1..) {
            state = engine.step(state, *byte);
            let info = engine.info(state);
            let len = self.over.longest(info);
            if len > 0 {
                found(self.start_of(now, len), now);
            }
            if info.depth as u64 <= now - self.gap_end {
                self.state = None;
                return;
            }
        }
        self.state = Some(state);
    }

    /// Reads over the gap of `len` bytes that follows `before`, which ends at `at`. `plain` is
    /// the plain reader's state there, and `before` holds at least what it has read of a needle.
    pub(super) fn gap(
        &mut self,
        engine: &Engine,
        plain: StateID,
        before: &[u8],
        at: u64,
        len: u64,
    ) {
        let behind = usize::try_from(at.saturating_sub(self.gap_end)).unwrap_or(usize::MAX);
        let state = match self.state {
            Some(state) => state,
            None if plain == engine.start() => return,
            None => {
                self.gaps.clear();
                state_since_gap(engine, plain, before, behind)
            }
        };
        self.gap_end = at + len;
        let depth = engine.info(state).depth;
        if depth == 0 {
            self.state = None;
            return;
        }
        match self.gaps.back_mut() {
            Some((last, known)) if *last + *known == at => *known += len,
            _ => self.gaps.push_back((at, len)),
        }
        let start = self.start_of(self.gap_end, depth);
        while self.gaps.front().is_some_and(|(at, len)| at + len <= start) {
            self.gaps.pop_front();
        }
        // Gaps may stretch it, but not beyond all measure.
        self.state = (self.gap_end - start <= max_stretch(engine)).then_some(state);
    }

    /// Where the last `len` bytes outside of gaps before `end` begin.
    fn start_of(&self, end: u64, len: usize) -> u64 {
        let mut end = end;
        let mut len = len as u64;
        for (at, gap) in self.gaps.iter().rev() {
            let part = end.saturating_sub(at + gap);
            if len <= part {
                break;
            }
            len -= part;
            end = *at;
        }
        end.saturating_sub(len)
    }
}

/// The plain reader's state, without what it read in or before the last gap.
fn state_since_gap(engine: &Engine, plain: StateID, before: &[u8], behind: usize) -> StateID {
    if behind >= engine.info(plain).depth {
        return plain;
    }
    let since = before.get(before.len().saturating_sub(behind)..);
    engine.scan(engine.start(), since.unwrap_or_default(), |_, _| ())
}

/// Bytes, gaps included, over which one needle may stretch.
pub(super) fn max_stretch(engine: &Engine) -> u64 {
    4 * engine.longest() as u64 + 1024
}

impl Over {
    fn longest(self, info: Info) -> usize {
        match self {
            Self::Sequences => info.longest,
            Self::LineEnds => info.longest_wrapped,
        }
    }
}
