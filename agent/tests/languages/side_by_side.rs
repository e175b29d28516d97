//! Builds of their own that run side by side.

use crate::case::Case;
use crate::expect::Failure;
use std::fmt::Write as _;
use std::sync::Mutex;

/// They mostly wait.
const AT_ONCE: usize = 4;

/// Fails with all that is different.
#[track_caller]
pub(crate) fn all_end_as_they_say(cases: &[Case], run: impl Fn(&Case) -> Option<Failure> + Sync) {
    let failures = Mutex::new(Vec::new());
    let rest = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = rest.lock().unwrap().next();
                    let Some(case) = next else { return };
                    let found = run(case);
                    failures.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort_by(|a, b| a.case.cmp(&b.case));
    let mut text = String::new();
    for failure in &failures {
        let _ = writeln!(text, "\n{failure}");
    }
    assert!(failures.is_empty(), "{text}");
}
