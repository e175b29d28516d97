//! In which order a repository's deliveries are tried. Pure.
//!
//! They are handled as they came, so that builds are numbered as was pushed. Where one can't be
//! handled now, it depends on why:
//!
//! - For its own sake, since GitHub has not made its merge commit yet: it stands aside, and later
//!   ones go on at once.
//! - Because GitHub or the database did not do as asked: later ones would most likely meet the same,
//!   so they wait. After half a minute the next one is tried as well. Where that one can be handled,
//!   the trouble was the first one's own, and it stands aside; where not, both keep their places,
//!   and a long outage changes nothing in the order.

use crate::store::{DeliveryId, Waiting};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A delivery that was tried so often, for half a minute by then, may be passed by.
const HELD: u32 = 5;

/// One pass through the waiting deliveries of a repository, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// Those that hold nobody back, from earlier passes too.
    aside: BTreeSet<DeliveryId>,
    /// Whether what was put off is tried before its time.
    eager: bool,
    /// One that failed for long: by itself, unless the next fails as well.
    doubtful: Option<Doubtful>,
    /// When the first of those that were put off is due.
    wake: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Doubtful {
    id: DeliveryId,
    /// Whether it was tried in this pass.
    tried: bool,
}

/// What to do about a waiting delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Try it.
    Try,
    /// Try that older one, and look at this one again.
    First(DeliveryId),
    /// Leave it, and go on with the next.
    Leave,
    /// Leave it, and all later ones.
    Stop,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// It has ended.
    Ended,
    /// It waits until then, for its own sake.
    Aside(Timestamp),
    /// It waits until then, since GitHub or the database did not do as asked.
    Failed(Timestamp),
}

impl Pass {
    /// A pass that tries what was put off before its time: after a start, whatever was wrong may
    /// have been put right.
    pub(super) fn eager() -> Self {
        Self {
            eager: true,
            ..Self::default()
        }
    }

    /// A pass after another one.
    pub(super) fn next(self) -> Self {
        Self {
            aside: self.aside,
            ..Self::default()
        }
    }

    /// When the first of those that were put off is due, as far as the pass has seen.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// What to do about the next waiting delivery.
    pub(super) fn look(&mut self, waiting: &Waiting, now: Timestamp) -> Look {
        if waiting.due > now && !self.eager {
            self.wake_at(waiting.due);
            if self.aside.contains(&waiting.id) {
                return Look::Leave;
            }
            if self.doubtful.is_none() && waiting.tries >= HELD {
                let (id, tried) = (waiting.id, false);
                self.doubtful = Some(Doubtful { id, tried });
                return Look::Leave;
            }
            return Look::Stop;
        }
        match self.doubtful {
            Some(Doubtful { id, tried: false }) => Look::First(id),
            _ => Look::Try,
        }
    }

    /// Notes what came of a try; whether the pass goes on. `tries` were in vain before it.
    pub(super) fn tried(&mut self, id: DeliveryId, tries: u32, came: Tried) -> bool {
        let doubtful = self.doubtful.filter(|doubtful| doubtful.id != id);
        match came {
            Tried::Ended => {
                // What was wrong is over, perhaps for the next ones too.
                self.eager |= tries > 0;
                self.aside.remove(&id);
                self.aside.extend(doubtful.map(|older| older.id));
                self.doubtful = None;
                true
            }
            Tried::Aside(until) => {
                self.wake_at(until);
                self.aside.insert(id);
                self.doubtful = doubtful;
                true
            }
            Tried::Failed(until) => {
                self.wake_at(until);
                if doubtful.is_some() {
                    return false;
                }
                self.doubtful = Some(Doubtful { id, tried: true });
                tries + 1 >= HELD
            }
        }
    }

    fn wake_at(&mut self, then: Timestamp) {
        self.wake = Some(self.wake.map_or(then, |wake| wake.min(then)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// What becomes of a delivery that is tried at a second.
    type Trial = fn(i64) -> Tried;

    /// Deliveries that wait, with what each says when it is tried; time is told by the tests.
    struct Queue {
        waiting: Vec<(Waiting, Trial)>,
        aside: Pass,
    }

    fn ends(_: i64) -> Tried {
        Tried::Ended
    }

    /// GitHub is out of order for an hour.
    fn outage(second: i64) -> Tried {
        if second < 3600 {
            Tried::Failed(at(second))
        } else {
            Tried::Ended
        }
    }

    fn never(second: i64) -> Tried {
        Tried::Failed(at(second))
    }

    fn no_merge_yet(second: i64) -> Tried {
        if second < 100 {
            Tried::Aside(at(second))
        } else {
            Tried::Ended
        }
    }

    impl Queue {
        fn new() -> Self {
            Self {
                waiting: Vec::new(),
                aside: Pass::default(),
            }
        }

        fn came(&mut self, number: u64, second: i64, says: fn(i64) -> Tried) {
            let waiting = Waiting {
                id: DeliveryId(number),
                due: at(second),
                tries: 0,
            };
            self.waiting.push((waiting, says));
        }

        /// One pass; the numbers of those that were tried, and of those that ended.
        fn pass(&mut self, second: i64) -> (Vec<u64>, Vec<u64>) {
            let mut pass = std::mem::take(&mut self.aside).next();
            let (mut tried, mut ended) = (Vec::new(), Vec::new());
            let ids: Vec<DeliveryId> = self.waiting.iter().map(|(one, _)| one.id).collect();
            'all: for id in ids {
                loop {
                    let one = self.waiting.iter().find(|(one, _)| one.id == id).unwrap().0;
                    let (id, again) = match pass.look(&one, at(second)) {
                        Look::Try => (id, false),
                        Look::First(older) => (older, true),
                        Look::Leave => break,
                        Look::Stop => break 'all,
                    };
                    tried.push(id.0);
                    let goes_on = self.try_one(&mut pass, id, second, &mut ended);
                    if !goes_on {
                        break 'all;
                    }
                    if !again {
                        break;
                    }
                }
            }
            self.aside = pass;
            (tried, ended)
        }

        fn try_one(
            &mut self,
            pass: &mut Pass,
            id: DeliveryId,
            second: i64,
            ended: &mut Vec<u64>,
        ) -> bool {
            let at_place = self.waiting.iter().position(|(one, _)| one.id == id);
            let place = at_place.unwrap();
            let (one, says) = &mut self.waiting[place];
            let before = one.tries;
            let pause = (1 << before.min(9)).min(300);
            let came = match says(second) {
                Tried::Ended => Tried::Ended,
                Tried::Aside(now) => Tried::Aside(at(now.as_second() + pause)),
                Tried::Failed(now) => Tried::Failed(at(now.as_second() + pause)),
            };
            one.tries += 1;
            match came {
                Tried::Ended => {
                    self.waiting.remove(place);
                    ended.push(id.0);
                }
                Tried::Aside(until) | Tried::Failed(until) => one.due = until,
            }
            pass.tried(id, before, came)
        }

        /// Passes at every second; in which order they ended, and how often any was tried.
        fn run(&mut self, seconds: std::ops::Range<i64>) -> (Vec<u64>, usize) {
            let (mut order, mut tries) = (Vec::new(), 0);
            for second in seconds {
                let (tried, ended) = self.pass(second);
                tries += tried.len();
                order.extend(ended);
            }
            (order, tries)
        }
    }

    #[test]
    fn they_end_in_the_order_in_which_they_came() {
        let mut queue = Queue::new();
        (1..=50).for_each(|number| queue.came(number, 0, ends));
        assert_eq!(queue.run(0..1).0, (1..=50).collect::<Vec<_>>());
    }

    #[test]
    fn an_outage_of_an_hour_keeps_their_order_and_asks_seldom() {
        let mut queue = Queue::new();
        (1..=20).for_each(|number| queue.came(number, 0, outage));
        let (order, tries) = queue.run(0..3590);
        assert_eq!(order, [0; 0]);
        assert!(tries < 100, "{tries} tries in an hour");
        assert_eq!(queue.run(3590..4200).0, (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn pushes_that_come_in_an_outage_keep_their_place_too() {
        let mut queue = Queue::new();
        let mut order = Vec::new();
        for minute in 0..75 {
            let number = u64::try_from(minute).unwrap() + 1;
            queue.came(number, minute * 60, outage);
            order.extend(queue.run(minute * 60..(minute + 1) * 60).0);
        }
        assert_eq!(order, (1..=75).collect::<Vec<_>>());
    }

    #[test]
    fn one_that_never_succeeds_holds_the_next_back_for_half_a_minute_and_later_ones_not_at_all() {
        let mut queue = Queue::new();
        queue.came(1, 0, never);
        queue.came(2, 0, ends);
        assert_eq!(queue.run(0..15).0, [0; 0]);
        assert_eq!(queue.run(15..35).0, [2]);
        for number in 3..100 {
            let second = i64::try_from(number).unwrap() * 20;
            queue.came(number, second, ends);
            assert_eq!(queue.pass(second).1, [number]);
        }
    }

    #[test]
    fn one_that_waits_for_its_merge_holds_nobody_back() {
        let mut queue = Queue::new();
        queue.came(1, 0, no_merge_yet);
        queue.came(2, 0, ends);
        assert_eq!(queue.pass(0), (vec![1, 2], vec![2]));
        queue.came(3, 1, ends);
        assert_eq!(queue.run(1..200).0, [3, 1]);
    }
}
