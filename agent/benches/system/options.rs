//! `--runs N` and `--seconds N`.

use crate::floor::Result;
use std::time::Duration;

/// How much is measured.
pub(crate) struct Options {
    /// Runs of each measurement that count.
    pub(crate) runs: usize,
    /// The time that is filled with jobs.
    pub(crate) seconds: Duration,
}

impl Options {
    /// What `script/bench` hands over; less is for a quick look.
    pub(crate) fn of_process() -> Result<Self> {
        let mut options = Self {
            runs: 20,
            seconds: Duration::from_secs(60),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || -> Result<u32> {
                let value = arguments.next().unwrap_or_default();
                let number = value.parse().ok().filter(|number| *number > 0);
                number.ok_or_else(|| format!("{argument} takes a number, not {value:?}").into())
            };
            match argument.as_str() {
                "--runs" => options.runs = usize::try_from(number()?)?,
                "--seconds" => options.seconds = Duration::from_secs(number()?.into()),
                "--bench" => {}
                other => return Err(format!("there is no option {other}").into()),
            }
        }
        Ok(options)
    }
}
