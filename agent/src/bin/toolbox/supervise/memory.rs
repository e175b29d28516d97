//! Kills for memory, as the container's own cgroup counts them. The engine knows of them too, but
//! later than the end of the job, and only that there were some.

/// Where a container sees its own counter: cgroups of version 2, and of version 1.
const COUNTERS: [&str; 2] = [
    "/sys/fs/cgroup/memory.events",
    "/sys/fs/cgroup/memory/memory.oom_control",
];

/// How many processes were killed for memory so far; 0 where nobody counts.
pub(crate) fn kills() -> u64 {
    let texts = COUNTERS
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    texts.filter_map(|text| kills_in(&text)).next().unwrap_or(0)
}

fn kills_in(text: &str) -> Option<u64> {
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_cgroups_are_read() {
        let new = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n";
        assert_eq!(kills_in(new), Some(2));
        let old = "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n";
        assert_eq!(kills_in(old), Some(1));
        assert_eq!(kills_in("oom_kill_disable 0\n"), None);
    }
}
