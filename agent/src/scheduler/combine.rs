//! How the states of jobs make one (run-time reference §10.6).

use super::{JobState, State};

/// The state of a group of jobs that have ended: canceled, then errored, then failed wins.
///
/// Jobs that may fail, and skipped ones, do not count; with none left the group has passed.
#[must_use]
pub fn combine(jobs: &[JobState]) -> State {
    let required = jobs
        .iter()
        .filter(|job| !job.allow_failure && job.state != State::Skipped);
    let mut result = State::Passed;
    for job in required {
        result = match (job.state, result) {
            (State::Canceled, _) | (_, State::Canceled) => State::Canceled,
            (State::Errored, _) | (_, State::Errored) => State::Errored,
            (State::Failed, _) | (_, State::Failed) => State::Failed,
            _ => State::Passed,
        };
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(states: &[(State, bool)]) -> Vec<JobState> {
        let job = |(number, &(state, allow_failure)): (usize, &(State, bool))| {
            let number = u32::try_from(number).unwrap_or(0) + 1;
            JobState::stored(number, 0, allow_failure, state)
        };
        states.iter().enumerate().map(job).collect()
    }

    #[test]
    fn the_table_of_the_reference_holds() {
        use State::{Canceled, Errored, Failed, Passed, Skipped};
        for (states, expected) in [
            (vec![(Passed, false), (Failed, true)], Passed),
            (vec![(Failed, false), (Errored, false)], Errored),
            (vec![(Errored, false), (Canceled, false)], Canceled),
            (vec![(Failed, true), (Errored, true)], Passed),
            (vec![(Skipped, false), (Passed, false)], Passed),
            (vec![], Passed),
        ] {
            assert_eq!(combine(&jobs(&states)), expected, "{states:?}");
        }
    }
}
