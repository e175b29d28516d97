//! Several repositories and one agent.

use crate::github_model::Repo;
use crate::meeting::{Guest, Meeting};
use crate::world::{PUSH, World};

/// Jobs that run until their guest is let go.
fn push(repo: &Repo, meeting: &Meeting, jobs: usize) -> String {
    let mut config = format!(
        "env: {{global: [{}]}}\njobs:\n  include:\n",
        meeting.variable()
    );
    let name = repo.full_name();
    for number in 1..=jobs {
        config.push_str(&format!(
            "  - name: Job {number}\n    \
             script: exec 9<>$MEET; echo {name} >&9; read -r answer <&9\n"
        ));
    }
    repo.push("main", &[(".ci.yml", &config)], "Work")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_repositories_share_four_places_fairly() {
    let world = World::with("jobs: {parallel: 4}\n");
    let agent = world.serve().await;
    let (many, few) = (world.add("octo/many", &[]), world.add("octo/few", &[]));
    let meeting = Meeting::new();
    let next = || -> (String, Guest) {
        let mut guest = meeting.guest();
        (guest.hear(), guest)
    };
    let of = |running: &[(String, Guest)], name: &str| {
        running.iter().filter(|(of, _)| of == name).count()
    };

    // Alone, a repository has all places.
    let first = push(&many, &meeting, 7);
    let mut running: Vec<_> = (0..4).map(|_| next()).collect();
    assert_eq!(of(&running, "octo/many"), 4);
    // Another one gets each place that becomes free until both have as many, though it came later.
    let second = push(&few, &meeting, 4);
    few.expect_status(&second, PUSH, "pending").await;
    for has in 1..=2 {
        running.remove(0).1.say("go");
        running.push(next());
        assert_eq!(of(&running, "octo/few"), has);
    }
    // From then on whoever gives a place back gets it again.
    for name in ["octo/many", "octo/few", "octo/few", "octo/many"] {
        let at = running.iter().position(|(of, _)| of == name).unwrap();
        running.remove(at).1.say("go");
        running.push(next());
        assert_eq!(running[3].0, name);
        assert_eq!(of(&running, "octo/few"), 2);
    }
    assert!(!meeting.has_another(), "there are four places");
    while let Some((_, mut guest)) = running.pop() {
        guest.say("go");
    }
    // The last one waits for a place no longer.
    next().1.say("go");
    many.expect_status(&first, PUSH, "success").await;
    few.expect_status(&second, PUSH, "success").await;
    world.finish(agent);
}
