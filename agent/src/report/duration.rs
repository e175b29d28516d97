//! Durations as people read them.

use std::time::Duration;

/// `0.4s`, `12s`, `3m 05s`, `1h 02m`.
#[must_use]
pub fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_its_form() {
        let texts = [420, 12_000, 185_000, 3_723_000].map(|ms| short(Duration::from_millis(ms)));
        assert_eq!(texts, ["0.4s", "12s", "3m 05s", "1h 02m"]);
    }
}
