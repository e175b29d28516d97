//! The table of jobs that `agent run` ends with.

/// A line of the table with the lines that belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) number: &'a str,
    pub(crate) title: &'a str,
    pub(crate) state: &'a str,
    pub(crate) notes: Vec<&'a str>,
}

const STATES: [&str; 6] = [
    "passed", "failed", "errored", "canceled", "skipped", "created",
];

/// The table's lines; what stands below a line belongs to it.
pub(crate) fn table(out: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for line in out.lines() {
        if let Some(row) = row(line) {
            rows.push(row);
        } else if let Some(row) = rows.last_mut()
            && line.starts_with("     ")
        {
            row.notes.push(line.trim());
        }
    }
    rows
}

/// `  4.2  Static Analysis  failed        2.5s (may fail)`
fn row(line: &str) -> Option<Row<'_>> {
    let line = line.strip_prefix("  ")?;
    let (number, rest) = line.split_once("  ")?;
    let (build, job) = number.trim().split_once('.')?;
    if build.parse::<u64>().is_err() || job.parse::<u64>().is_err() {
        return None;
    }
    let rest = rest.trim_start();
    let states = STATES.iter().filter_map(|state| {
        let at = rest.rfind(&format!("  {state}"))?;
        Some((at, *state))
    });
    let (at, state) = states.max()?;
    Some(Row {
        number: number.trim(),
        title: rest.get(..at)?.trim(),
        state,
        notes: Vec::new(),
    })
}
