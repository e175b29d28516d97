//! A push that a newer one makes pointless.

use crate::meeting::Meeting;
use crate::world::{PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_has_not_begun_is_canceled_by_a_newer_one() {
    let world = World::with("jobs: {parallel: 1}\n");
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let meeting = Meeting::new();
    let config = format!(
        "env: {{global: [{}]}}\nscript: exec 9<>$MEET; echo $TRAVIS_COMMIT >&9; read -r answer <&9\n",
        meeting.variable()
    );
    let first = repo.push("main", &[(".ci.yml", &config)], "One");
    let mut guest = meeting.guest();
    assert_eq!(guest.hear(), first);
    let second = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&second, PUSH, "pending").await;
    let third = repo.push("main", &[("a", "3\n")], "Three");
    let status = repo.expect_status(&second, PUSH, "error").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Canceled: "), "{text}");
    // What runs goes on, and the newest comes after it.
    guest.say("go on");
    repo.expect_status(&first, PUSH, "success").await;
    let mut guest = meeting.guest();
    assert_eq!(guest.hear(), third);
    guest.say("go on");
    repo.expect_status(&third, PUSH, "success").await;
    assert_eq!(agent.job("octo/hello", "2.1").await.state, "canceled");
    assert!(!meeting.has_another());
    world.finish(agent);
}
