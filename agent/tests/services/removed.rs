//! Services go with their job, however it ends.

use crate::IMAGES;
use crate::engine::made_by;
use crate::world::World;
use rustix::process::Signal;

const WAITING: &str = "services: [redis, postgresql]\nscript: echo I am here; sleep 1000\n";

#[test]
fn a_canceled_job_takes_its_services_along() {
    let world = World::with_settings(WAITING, IMAGES);
    let build = world.start(&[]);
    build.wait_for("I am here").interrupt();
    build.end().expect_exit(130);
    world.finish();
}

#[test]
fn a_job_that_is_canceled_while_it_waits_for_them_leaves_nothing() {
    let config = "services:\n- {name: slow, image: agent-test/services, command: [sleep, '1000'], \
                  ready: {port: 4000}}\nscript: 'true'\n";
    let world = World::of(config);
    let build = world.start(&[]);
    while !made_by(&world.identity())
        .iter()
        .any(|made| format!("{made:?}").contains("-service-slow"))
    {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    build.interrupt();
    build.end().expect_exit(130);
    world.finish();
}

#[test]
fn what_a_killed_agent_left_is_removed_by_the_next_with_its_volumes() {
    let world = World::with_settings(WAITING, IMAGES);
    let build = world.start(&[]);
    build.wait_for("I am here").signal(Signal::KILL);
    build.end();
    let left = made_by(&world.identity());
    assert_eq!(left.len(), 4, "job, two services and the network: {left:?}");
    world.checkout.write(".ci.yml", "script: 'true'\n");
    let next = world.run(&[]);
    next.expect_exit(0).expect("-service-redis");
    next.expect("-service-postgresql");
    world.finish();
}
