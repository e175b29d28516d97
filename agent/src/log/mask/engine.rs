//! The automaton over all needles, with what it does not tell by itself: how much of a needle a
//! state has read, and how long the longest needle is that ends there.

use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;

use super::encode::Shape;
use super::skip::Skip;

pub(super) use aho_corasick::automaton::StateID;

/// What is known of a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Info {
    /// Bytes of a needle that end at this place: the longest such beginning.
    pub(super) depth: usize,
    /// Length of the longest needle that ends here; 0 where none does.
    pub(super) longest: usize,
    /// The same among needles that a line end may interrupt.
    pub(super) longest_wrapped: usize,
}

/// Finds needles; its memory grows with the bytes of all needles.
pub(super) struct Engine {
    nfa: NFA,
    start: StateID,
    /// Per number of a state: the place of its info, 0 for "nothing known".
    places: Vec<u32>,
    infos: Vec<Info>,
    skip: Skip,
    longest: usize,
}

impl Engine {
    /// `None` when there are too many bytes of needles for one automaton, some hundred megabytes.
    pub(super) fn new(needles: &[Shape]) -> Option<Self> {
        let longest = needles.iter().map(|needle| needle.bytes.len()).max();
        let nfa = NFA::builder()
            .prefilter(false)
            .build(needles.iter().map(|needle| &needle.bytes));
        let nfa = nfa.ok()?;
        let start = nfa.start_state(Anchored::No).ok()?;
        let mut engine = Self {
            nfa,
            start,
            places: Vec::new(),
            infos: vec![Info::default()],
            skip: Skip::new(needles.iter().map(|needle| needle.bytes.as_slice())),
            longest: longest.unwrap_or_default(),
        };
        for needle in needles {
            engine.learn(needle, needles);
        }
        Some(engine)
    }

    /// Reading a needle from the start visits the states of its beginnings, one after the other.
    fn learn(&mut self, needle: &Shape, needles: &[Shape]) {
        let mut state = self.start;
        for (n, byte) in needle.bytes.iter().enumerate() {
            state = self.step(state, *byte);
            let place = state.as_usize();
            if self.places.get(place).is_some_and(|place| *place > 0) {
                continue;
            }
            let mut info = Info {
                depth: n + 1,
                ..Info::default()
            };
            if self.nfa.is_match(state) {
                for index in 0..self.nfa.match_len(state) {
                    let found = self.nfa.match_pattern(state, index).as_usize();
                    let Some(found) = needles.get(found) else {
                        continue;
                    };
                    let len = found.bytes.len();
                    info.longest = info.longest.max(len);
                    if found.wraps {
                        info.longest_wrapped = info.longest_wrapped.max(len);
                    }
                }
            }
            if self.places.len() <= place {
                self.places.resize(place + 1, 0);
            }
            if let Some(known) = self.places.get_mut(place) {
                *known = u32::try_from(self.infos.len()).unwrap_or_default();
                self.infos.push(info);
            }
        }
    }

    /// The state in which nothing of a needle has been read.
    pub(super) fn start(&self) -> StateID {
        self.start
    }

    /// Length of the longest needle.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The state after one more byte.
    #[inline]
    pub(super) fn step(&self, state: StateID, byte: u8) -> StateID {
        self.nfa.next_state(Anchored::No, state, byte)
    }

    /// What is known of `state`.
    #[inline]
    pub(super) fn info(&self, state: StateID) -> Info {
        let place = self.places.get(state.as_usize());
        let place = place.and_then(|place| usize::try_from(*place).ok());
        let info = place.and_then(|place| self.infos.get(place));
        info.copied().unwrap_or_default()
    }

    /// Reads `text` and tells of each place where needles end: the bytes read so far, and the
    /// length of the longest of them.
    #[inline]
    pub(super) fn scan(
        &self,
        mut state: StateID,
        text: &[u8],
        mut found: impl FnMut(usize, usize),
    ) -> StateID {
        let mut at = 0;
        loop {
            if state == self.start {
                at = self.skip.leap(text, at);
            }
            let Some(byte) = text.get(at) else {
                return state;
            };
            state = self.step(state, *byte);
            at += 1;
            if self.nfa.is_match(state) {
                found(at, self.info(state).longest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(needles: &[&str]) -> Engine {
        let shape = |needle: &&str| Shape {
            bytes: needle.as_bytes().to_vec(),
            wraps: false,
        };
        Engine::new(&needles.iter().map(shape).collect::<Vec<_>>()).expect("there are needles")
    }

    fn found(needles: &[&str], text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let engine = engine(needles);
        engine.scan(engine.start(), text.as_bytes(), |end, len| {
            found.push((end, len));
        });
        found
    }

    #[test]
    fn the_longest_needle_that_ends_at_a_place_is_told() {
        assert_eq!(found(&["def", "abcdef"], "xabcdef"), [(7, 6)]);
        assert_eq!(found(&["abcdef", "bcd"], "abcdef"), [(4, 3), (6, 6)]);
        assert_eq!(found(&["aab"], "aaab"), [(4, 3)]);
    }

    #[test]
    fn depth_is_what_must_be_held_back() {
        let engine = engine(&["hunter2"]);
        let depth = |text: &str| {
            let state = engine.scan(engine.start(), text.as_bytes(), |_, _| ());
            engine.info(state).depth
        };
        assert_eq!(depth("a long line of text"), 0);
        assert_eq!(depth("a long line of text, hun"), 3);
        assert_eq!(depth("hunhunter"), 6);
    }
}
