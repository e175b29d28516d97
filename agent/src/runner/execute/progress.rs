//! What is known of a job so far, record by record.

use super::Checkpoint;
use super::disk::Budget;
use super::end::{CommandTime, mask_outcome};
use crate::log::{MaskStream, MaskedBuf, Masker};
use crate::protocol::{Cause, CommandId, Outcome, Phase, Record};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// What is known so far.
pub(super) struct Progress {
    /// The offset after the last record.
    pub(super) offset: u64,
    /// What the last records gave for the log.
    pub(super) masked: MaskedBuf,
    pub(super) commands: Vec<CommandTime>,
    pub(super) outcome: Option<Outcome>,
    /// What runs now.
    pub(super) running: Option<CommandId>,
    /// Why the job waits where it stopped, until somebody has been told.
    pub(super) stopped: Option<Cause>,
    /// Whether it was told to go on.
    pub(super) let_go: bool,
    /// Whether a deployment has begun.
    pub(super) deployed: bool,
    /// Its budget of disk.
    pub(super) budget: Arc<Budget>,
    mask: MaskStream,
    masker: Masker,
    /// Records up to here were heard by an earlier process, but for output that it held back.
    heard: u64,
    /// Bytes of output that an earlier process has written.
    skip: u64,
    /// Bytes of output before [`offset`](Self::offset).
    printed: u64,
    /// Records whose output is not all written: offset of the record, bytes of output before it.
    held: VecDeque<(u64, u64)>,
}

impl Progress {
    pub(super) fn new(masker: &Masker, from: Checkpoint) -> Self {
        Self {
            offset: from.from,
            masked: MaskedBuf::new(),
            commands: from.commands,
            outcome: from.outcome,
            running: None,
            stopped: None,
            let_go: false,
            deployed: false,
            budget: Arc::default(),
            mask: masker.resume(from.mask),
            masker: masker.clone(),
            heard: from.heard,
            skip: from.skip,
            printed: from.mask.raw.saturating_sub(from.skip),
            held: VecDeque::new(),
        }
    }

    /// Takes the record that ends at `end`; tells a command that begins.
    pub(super) fn take(&mut self, record: Record, end: u64) -> Option<CommandId> {
        let start = std::mem::replace(&mut self.offset, end);
        if let Record::Output(bytes) = record {
            self.output(start, &bytes);
            return None;
        }
        if end <= self.heard {
            return None;
        }
        match record {
            Record::CommandStarted(command) => {
                self.running = Some(command);
                return Some(command);
            }
            Record::CommandFinished {
                command,
                status,
                duration,
            } => {
                self.running = None;
                self.commands.push(CommandTime {
                    command,
                    status,
                    took: Duration::from_nanos(duration),
                });
            }
            Record::Ended(mut outcome) => {
                mask_outcome(&mut outcome, &self.masker);
                self.budget.judge(&mut outcome, self.running);
                self.mask.finish(&mut self.masked);
                self.outcome = Some(outcome);
            }
            Record::Held(cause) => self.stopped = Some(cause),
            Record::PhaseStarted { phase, .. } => self.deployed |= phase == Phase::Deploy,
            Record::Output(_)
            | Record::Hello { .. }
            | Record::EntrySkipped { .. }
            | Record::Unknown(_) => {}
        }
        None
    }

    fn output(&mut self, start: u64, bytes: &[u8]) {
        self.held.push_back((start, self.printed));
        self.printed += bytes.len() as u64;
        let known = bytes
            .len()
            .min(usize::try_from(self.skip).unwrap_or(usize::MAX));
        self.skip -= known as u64;
        let new = bytes.get(known..).unwrap_or_default();
        self.mask.push(new, &mut self.masked);
        // The first one stays that holds the next byte to be written.
        let written = self.mask.checkpoint().raw;
        let done = |held: &VecDeque<(u64, u64)>| held.get(1).is_some_and(|next| next.1 <= written);
        while done(&self.held) {
            self.held.pop_front();
        }
    }

    /// Ends the log: what could have become a secret and did not is written as it is.
    pub(super) fn finish(&mut self) {
        self.mask.finish(&mut self.masked);
    }

    /// Where to go on when all of [`masked`](Self::masked) so far is in the log.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        let mask = self.mask.checkpoint();
        let (from, skip) = match self.held.front() {
            Some((record, before)) if mask.raw < self.printed => {
                (*record, mask.raw.saturating_sub(*before))
            }
            // More than nothing only before what an earlier process has written is passed over.
            _ => (self.offset, mask.raw.saturating_sub(self.printed)),
        };
        Checkpoint {
            from,
            skip,
            heard: self.offset.max(self.heard),
            mask,
            commands: self.commands.clone(),
            outcome: self.outcome.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Cause, JobResult};
    use crate::secrets::Plaintext;
    use proptest::prelude::*;

    /// What a log, the commands and the outcome came to.
    type Heard = (Vec<u8>, Vec<CommandTime>, Option<Outcome>);

    fn command(number: u32) -> CommandId {
        CommandId {
            phase: Phase::Script,
            entry: None,
            number,
        }
    }

    /// Records with the offset after each.
    fn numbered(records: Vec<Record>) -> Vec<(u64, Record)> {
        let mut offset = 0;
        let numbered = records.into_iter().map(|record| {
            offset += record.encode().len() as u64;
            (offset, record)
        });
        numbered.collect()
    }

    fn hear(progress: &mut Progress, log: &mut Vec<u8>, records: &[(u64, Record)]) {
        for (end, record) in records {
            progress.take(record.clone(), *end);
            log.extend_from_slice(progress.masked.bytes());
            progress.masked.clear();
        }
    }

    fn end(mut progress: Progress, mut log: Vec<u8>) -> Heard {
        progress.finish();
        log.extend_from_slice(progress.masked.bytes());
        (log, progress.commands, progress.outcome)
    }

    /// Pieces of a text in which secrets begin, end, and almost begin.
    fn pieces() -> impl Strategy<Value = Vec<Record>> {
        let piece = prop_oneof![
            3 => "(hunter2|hunt|er2|hun|t|hxnter|-|\r\n|aHVudGVyMg|==){1,4}"
                .prop_map(|text| Record::Output(text.into_bytes())),
            1 => (1..9_u32).prop_map(|number| Record::CommandStarted(command(number))),
            1 => (1..9_u32).prop_map(|number| Record::CommandFinished {
                command: command(number),
                status: 0,
                duration: u64::from(number),
            }),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|mut records| {
            let cause = Cause::Supervisor("it said hunter2".to_owned());
            records.push(Record::Ended(Outcome {
                result: JobResult::Passed,
                cause,
                warnings: Vec::new(),
            }));
            records
        })
    }

    proptest! {
        #[test]
        fn however_often_the_agent_is_killed_nothing_is_lost_or_doubled(
            records in pieces(),
            kills in proptest::collection::vec((0..26_usize, 0..26_usize), 0..5),
        ) {
            let masker = Masker::new(&[Plaintext::new(b"hunter2".to_vec())]);
            let records = numbered(records);
            let mut whole = Progress::new(&masker, Checkpoint::default());
            let mut log = Vec::new();
            hear(&mut whole, &mut log, &records);
            let expected = end(whole, log);
            prop_assert!(!expected.0.windows(7).any(|part| part == b"hunter2"));

            let (mut at, mut log) = (Checkpoint::default(), Vec::new());
            for (saved, killed) in kills {
                let rest: Vec<_> = records.iter().filter(|(end, _)| *end > at.from).cloned().collect();
                let mut progress = Progress::new(&masker, at.clone());
                let saved = saved.min(rest.len());
                hear(&mut progress, &mut log, &rest[..saved]);
                at = progress.checkpoint();
                let mut lost = log.clone();
                hear(&mut progress, &mut lost, &rest[saved..(saved + killed).min(rest.len())]);
            }
            let rest: Vec<_> = records.iter().filter(|(end, _)| *end > at.from).cloned().collect();
            let mut progress = Progress::new(&masker, at);
            hear(&mut progress, &mut log, &rest);
            prop_assert_eq!(end(progress, log), expected);
        }
    }
}
