//! The ranges to hide, until they are written out.

use super::stream::Checkpoint;

/// Ranges of the stream that hold a secret. Those that overlap or touch become one mark.
#[derive(Clone, Default)]
pub(super) struct Spans {
    found: Vec<(u64, u64)>,
    /// End of what has been hidden: a range that begins here goes on under the last mark.
    hidden: Option<u64>,
}

impl Spans {
    /// As they were when the checkpoint was taken.
    pub(super) fn from(checkpoint: Checkpoint) -> Self {
        let Checkpoint { raw, masked_until } = checkpoint;
        Self {
            found: masked_until.map(|end| (raw, end)).into_iter().collect(),
            hidden: masked_until.map(|_| raw),
        }
    }

    pub(super) fn add(&mut self, start: u64, end: u64) {
        match self.found.last_mut() {
            Some(last) if last.0 <= start && start <= last.1 => last.1 = last.1.max(end),
            _ => self.found.push((start, end)),
        }
    }

    /// How far the input from `at` on goes on under a mark that stands right before it.
    pub(super) fn known_from(&self, at: u64) -> Option<u64> {
        let known = self.found.iter().filter(|(start, _)| *start <= at);
        let end = known.map(|(_, end)| *end).fold(at, u64::max);
        self.hidden.filter(|hidden| *hidden == at).map(|_| end)
    }

    /// Writes `text`, which lies at `base`, with a mark for each range; keeps what reaches beyond.
    pub(super) fn write(&mut self, text: &[u8], base: u64, mark: &[u8], out: &mut Vec<u8>) {
        let end = base + text.len() as u64;
        let mut written = base;
        self.found.sort_unstable();
        for (start, stop) in &self.found {
            let start = (*start).max(written);
            if start >= end {
                break;
            }
            if *stop <= start {
                continue;
            }
            out.extend_from_slice(part(text, base, written, start));
            if self.hidden != Some(start) {
                out.extend_from_slice(mark);
            }
            written = (*stop).min(end);
            self.hidden = Some(written);
        }
        out.extend_from_slice(part(text, base, written, end));
        self.found.retain(|(_, stop)| *stop > end);
        for (start, _) in &mut self.found {
            *start = (*start).max(end);
        }
    }
}

fn part(text: &[u8], base: u64, from: u64, to: u64) -> &[u8] {
    let at = |place: u64| usize::try_from(place.saturating_sub(base)).unwrap_or(text.len());
    text.get(at(from)..at(to)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(spans: &[(u64, u64)], cuts: &[usize]) -> String {
        let text = b"0123456789";
        let mut all = Spans::default();
        spans.iter().for_each(|(start, end)| all.add(*start, *end));
        let mut out = Vec::new();
        let mut from = 0;
        for cut in cuts.iter().chain([&text.len()]) {
            all.write(&text[from..*cut], from as u64, b"#", &mut out);
            from = *cut;
        }
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn ranges_that_overlap_or_touch_become_one_mark() {
        assert_eq!(written(&[(1, 3), (2, 5)], &[]), "0#56789");
        assert_eq!(written(&[(1, 3), (3, 5)], &[]), "0#56789");
        assert_eq!(written(&[(1, 3), (4, 5)], &[]), "0#3#56789");
        assert_eq!(written(&[(4, 5), (1, 8)], &[]), "0#89");
    }

    #[test]
    fn a_range_over_several_writes_has_one_mark() {
        for cut in 0..=10 {
            assert_eq!(written(&[(1, 3), (3, 5), (6, 8)], &[cut]), "0#5#89");
        }
    }
}
