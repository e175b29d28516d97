//! GitHub's limits, kept on our side: breaking them "may result in the banning of your integration"
//! (reliability B2).

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// How much may be asked. The defaults are GitHub.com's; GitHub Enterprise often has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Points in a minute; reading costs one, everything else five.
    pub points_per_minute: u32,
    /// New things (statuses, webhooks) in a minute.
    pub created_per_minute: u32,
    /// New things in an hour.
    pub created_per_hour: u32,
    /// Calls at once.
    pub at_once: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            points_per_minute: 900,
            created_per_minute: 80,
            created_per_hour: 500,
            // Half of GitHub's hundred, which other programs of the same account share.
            at_once: 50,
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// What was spent of a [`Budget`], and the pause that GitHub asked for.
#[derive(Debug)]
pub(super) struct Spent {
    points: Window,
    created_minute: Window,
    created_hour: Window,
    pause: Option<Instant>,
    strikes: u32,
}

impl Spent {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            points: Window::new(MINUTE, budget.points_per_minute),
            created_minute: Window::new(MINUTE, budget.created_per_minute),
            created_hour: Window::new(60 * MINUTE, budget.created_per_hour),
            pause: None,
            strikes: 0,
        }
    }

    /// Spends what a call costs, or says when it can be made.
    pub(super) fn spend(
        &mut self,
        now: Instant,
        reads: bool,
        creates: bool,
    ) -> Result<(), Instant> {
        let points = if reads { 1 } else { 5 };
        let created = u32::from(creates);
        let ready = [
            self.pause.unwrap_or(now),
            self.points.ready(now, points),
            self.created_minute.ready(now, created),
            self.created_hour.ready(now, created),
        ];
        let ready = ready.into_iter().max().unwrap_or(now);
        if ready > now {
            return Err(ready);
        }
        self.points.take(now, points);
        self.created_minute.take(now, created);
        self.created_hour.take(now, created);
        Ok(())
    }

    /// No call for so long.
    pub(super) fn pause_for(&mut self, now: Instant, time: Duration) -> Instant {
        let until = now + time;
        self.pause = Some(self.pause.map_or(until, |pause| pause.max(until)));
        until
    }

    /// No call for a time that GitHub did not name: a minute, and twice as long each time that it
    /// did not help, up to an hour.
    pub(super) fn strike(&mut self, now: Instant) -> Instant {
        let time = MINUTE * (1 << self.strikes.min(6));
        self.strikes += 1;
        self.pause_for(now, time.min(60 * MINUTE))
    }

    /// A call was answered as it should be.
    pub(super) fn all_is_well(&mut self) {
        self.strikes = 0;
    }
}

/// At most so much in every stretch of so long.
#[derive(Debug)]
struct Window {
    span: Duration,
    limit: u32,
    spent: u32,
    entries: VecDeque<(Instant, u32)>,
}

impl Window {
    fn new(span: Duration, limit: u32) -> Self {
        Self {
            span,
            limit,
            spent: 0,
            entries: VecDeque::new(),
        }
    }

    /// When that much can be spent; more than the whole limit, once nothing is spent.
    fn ready(&mut self, now: Instant, amount: u32) -> Instant {
        while let Some((at, spent)) = self.entries.front().copied()
            && at + self.span <= now
        {
            self.entries.pop_front();
            self.spent -= spent;
        }
        if amount == 0 {
            return now;
        }
        let mut over = (self.spent + amount).saturating_sub(self.limit);
        let mut ready = now;
        for (at, spent) in &self.entries {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(*spent);
            ready = *at + self.span;
        }
        ready
    }

    fn take(&mut self, now: Instant, amount: u32) {
        if amount > 0 {
            self.spent += amount;
            self.entries.push_back((now, amount));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn writes_cost_five_points_and_come_back_after_a_minute() {
        let mut spent = Spent::new(Budget {
            points_per_minute: 12,
            ..Budget::default()
        });
        let start = Instant::now();
        assert_eq!(spent.spend(start, false, false), Ok(()));
        assert_eq!(spent.spend(start + SECOND, false, false), Ok(()));
        assert_eq!(spent.spend(start + SECOND, true, false), Ok(()));
        assert_eq!(spent.spend(start + SECOND, true, false), Ok(()));
        assert_eq!(
            spent.spend(start + SECOND, true, false),
            Err(start + MINUTE)
        );
        assert_eq!(
            spent.spend(start + MINUTE, false, false),
            Ok(()),
            "the first write's points are back"
        );
    }

    #[test]
    fn eighty_new_things_a_minute_and_five_hundred_an_hour() {
        let mut spent = Spent::new(Budget::default());
        let start = Instant::now();
        let mut now = start;
        let mut made = Vec::new();
        while now < start + 61 * MINUTE {
            match spent.spend(now, false, true) {
                Ok(()) => made.push(now),
                Err(ready) => now = ready,
            }
        }
        let until = |end: Duration| made.iter().filter(|at| **at < start + end).count();
        assert_eq!(until(MINUTE), 80);
        assert_eq!(until(60 * MINUTE), 500);
        assert_eq!(until(61 * MINUTE), 580);
    }

    #[test]
    fn pauses_without_a_time_grow_until_a_call_succeeds() {
        let mut spent = Spent::new(Budget::default());
        let now = Instant::now();
        assert_eq!(spent.strike(now), now + MINUTE);
        assert_eq!(spent.strike(now), now + 2 * MINUTE);
        for _ in 0..100 {
            spent.strike(now);
        }
        assert_eq!(spent.strike(now), now + 60 * MINUTE);
        spent.all_is_well();
        assert_eq!(spent.strike(now), now + MINUTE);
        assert_eq!(
            spent.spend(now, true, false),
            Err(now + 60 * MINUTE),
            "the longest counts"
        );
    }

    proptest! {
        #[test]
        fn no_minute_holds_more_than_the_budget(
            calls in prop::collection::vec((0_u64..5_000, any::<bool>()), 1..200),
        ) {
            let mut spent = Spent::new(Budget { points_per_minute: 40, ..Budget::default() });
            let mut now = Instant::now();
            let mut made = Vec::new();
            for (wait, reads) in calls {
                now += Duration::from_millis(wait);
                while let Err(ready) = spent.spend(now, reads, false) {
                    prop_assert!(ready > now);
                    now = ready;
                }
                made.push((now, if reads { 1 } else { 5 }));
                let minute: u32 = made.iter()
                    .filter(|(at, _)| *at + MINUTE > now)
                    .map(|(_, points)| points)
                    .sum();
                prop_assert!(minute <= 40);
            }
        }
    }
}
