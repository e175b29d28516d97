//! Times of the same work by ours and by the floor.

use crate::floor::Result;
use std::time::Duration;

/// Times of the same work.
pub(crate) struct Series {
    pub(crate) ours: Vec<Duration>,
    pub(crate) floor: Vec<Duration>,
}

/// Measures both `runs` times in turns, after a first time that warms up and does not count. The
/// functions get the number of the run, which is 0 for the first.
pub(crate) async fn in_turns(
    runs: usize,
    mut floor: impl AsyncFnMut(usize) -> Result<Duration>,
    mut ours: impl AsyncFnMut(usize) -> Result<Duration>,
) -> Result<Series> {
    let mut series = Series {
        ours: Vec::new(),
        floor: Vec::new(),
    };
    for run in 0..=runs {
        let (bare, own) = (floor(run).await?, ours(run).await?);
        if run > 0 {
            series.floor.push(bare);
            series.ours.push(own);
        }
    }
    Ok(series)
}

impl Series {
    /// One line: what it is, both medians, and their ratio beside the one that is aimed at.
    pub(crate) fn print(&self, what: &str, aim: Option<f64>) {
        let [ours, floor] = [&self.ours, &self.floor].map(|times| seconds(median(times)));
        let ratio = ours / floor;
        let aim = aim.map_or_else(String::new, |aim| format!(" (aim at most {aim})"));
        println!("{what}: {ours:.3} s, bare {floor:.3} s: {ratio:.2} ×{aim}");
    }
}

/// The one in the middle.
pub(crate) fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
