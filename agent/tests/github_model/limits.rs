//! GitHub's limits on calls.

use super::answer::Answer;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Limits, and how far they are used up.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Calls an hour of one token.
    hourly: u64,
    /// By token; anonymous calls share one.
    used: HashMap<String, u64>,
    resets: jiff::Timestamp,
    secondary: Option<Secondary>,
    recent: Vec<(Instant, u64)>,
    /// The caller was told to be quiet until then.
    pub(crate) quiet_until: Option<Instant>,
}

/// The secondary limit, which is off until a test turns it on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Secondary {
    /// A reading call costs one point, a writing one five. GitHub's figure is 900 a minute.
    pub(crate) points: u64,
    pub(crate) window: Duration,
    /// What `retry-after` says; none: the header is left out, and a minute is meant.
    pub(crate) retry_after: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hourly: 5000,
            used: HashMap::new(),
            resets: later(Duration::from_secs(3600)),
            secondary: None,
            recent: Vec::new(),
            quiet_until: None,
        }
    }
}

impl Limits {
    /// So many calls are left to every token until the reset.
    pub(crate) fn leave(&mut self, calls: u64, reset: Duration) {
        self.hourly = calls;
        self.used.clear();
        self.resets = later(reset);
    }

    pub(crate) fn secondary(&mut self, secondary: Option<Secondary>) {
        self.secondary = secondary;
        self.recent.clear();
    }

    /// Counts a call, and refuses it when there were too many.
    pub(crate) fn count(&mut self, who: &str, writes: bool) -> Result<(), Answer> {
        let now = Instant::now();
        if jiff::Timestamp::now() >= self.resets {
            *self = Self {
                secondary: self.secondary,
                ..Self::default()
            };
        }
        if let Some(secondary) = self.secondary {
            self.recent.retain(|(at, _)| now - *at < secondary.window);
            self.recent.push((now, if writes { 5 } else { 1 }));
            let points: u64 = self.recent.iter().map(|(_, points)| points).sum();
            if points > secondary.points {
                return Err(self.too_fast(secondary.retry_after));
            }
        }
        let used = self.used.entry(who.to_owned()).or_default();
        if *used >= self.hourly {
            self.be_quiet(
                self.resets
                    .duration_since(jiff::Timestamp::now())
                    .unsigned_abs(),
            );
            return Err(Answer::refuse(
                403,
                &format!("API rate limit exceeded for {who}."),
            ));
        }
        *used += 1;
        Ok(())
    }

    /// A call that turned out to be free: nothing had changed.
    pub(crate) fn give_back(&mut self, who: &str) {
        if let Some(used) = self.used.get_mut(who) {
            *used = used.saturating_sub(1);
        }
    }

    /// The caller has been told to wait.
    pub(crate) fn be_quiet(&mut self, wait: Duration) {
        self.quiet_until = Some(Instant::now() + wait);
    }

    fn too_fast(&mut self, retry_after: Option<Duration>) -> Answer {
        self.be_quiet(retry_after.unwrap_or(Duration::from_secs(60)));
        let answer = Answer::refuse(
            403,
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        );
        match retry_after {
            Some(wait) => answer.header("retry-after", wait.as_secs().max(1).to_string()),
            None => answer,
        }
    }

    /// The headers that each answer carries.
    pub(crate) fn headers(&self, who: &str) -> Vec<(String, String)> {
        let used = self.used.get(who).copied().unwrap_or(0);
        [
            ("x-ratelimit-limit", self.hourly.to_string()),
            (
                "x-ratelimit-remaining",
                self.hourly.saturating_sub(used).to_string(),
            ),
            ("x-ratelimit-used", used.to_string()),
            ("x-ratelimit-reset", self.resets.as_second().to_string()),
            ("x-ratelimit-resource", "core".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

fn later(wait: Duration) -> jiff::Timestamp {
    jiff::Timestamp::now() + wait
}
