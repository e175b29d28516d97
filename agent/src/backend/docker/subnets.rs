//! Addresses for networks where the engine has no more of its own: by default it has about thirty
//! ranges, so that fewer than thirty jobs could run at once. Pure.

use std::net::Ipv4Addr;

/// Set aside for benchmarks (RFC 2544) and met nowhere else; the lower half is for jobs' own Docker
/// daemons.
const BASE: u32 = u32::from_be_bytes([198, 19, 0, 0]);
/// A job, its gateway, and a few to spare.
const BITS: u32 = 28;
/// How many there are.
const COUNT: u32 = 1 << (BITS - 16);

/// How many subnets are tried before the engine's refusal counts.
pub(super) const TRIES: u32 = 64;

/// Whether an engine's refusal says that its ranges are used up.
pub(super) fn are_used_up(reason: &str) -> bool {
    // Docker 20.10 to 24; then from 25 on.
    reason.contains("non-overlapping IPv4 address pool")
        || reason.contains("predefined address pools have been fully subnetted")
}

/// Whether it says that a range which was asked for is somebody's already.
pub(super) fn is_taken(reason: &str) -> bool {
    reason.contains("overlaps") || reason.contains("conflicts with network")
}

/// One of the ranges, e.g. `198.19.3.16/28`; after the last comes the first again.
pub(super) fn subnet(number: u32) -> String {
    let first = BASE + (number % COUNT) * (1 << (32 - BITS));
    format!("{}/{BITS}", Ipv4Addr::from(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ranges_do_not_overlap_and_stay_in_their_half() {
        let all: BTreeSet<String> = (0..2 * COUNT).map(subnet).collect();
        assert_eq!(all.len(), 4096);
        assert!(all.iter().all(|one| one.starts_with("198.19.")));
        assert_eq!(subnet(1), "198.19.0.16/28");
        assert_eq!(subnet(COUNT - 1), "198.19.255.240/28");
        assert_eq!(subnet(u32::MAX), subnet(COUNT - 1));
    }

    #[test]
    fn refusals_are_known_by_their_words() {
        assert!(are_used_up(
            "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"
        ));
        assert!(are_used_up(
            "all predefined address pools have been fully subnetted"
        ));
        assert!(is_taken(
            "Pool overlaps with other one on this address space"
        ));
        assert!(!are_used_up("permission denied") && !is_taken("permission denied"));
    }
}
