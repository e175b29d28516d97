//! The Docker backend on a real engine. Fails where none answers; run by `script/test docker`.
//!
//! Every test ends by comparing all of the engine's objects with those before it, ours or not, so
//! the tests run one after another.

#[path = "../contract/mod.rs"]
mod contract;
mod isolation;
mod leftovers;
mod limits;
mod networks;
mod own_docker;
mod private_images;
mod registry;
mod secrecy;
mod work_tree;
mod world;

use world::World;

#[tokio::test]
async fn the_base_image_keeps_the_contract() {
    let world = World::new().await;
    let image = world.base().await;
    contract::keeps_the_contract(&world.backend, &image, &world.id("base")).await;
    world.finish().await;
}

#[tokio::test]
async fn an_image_with_nothing_but_a_shell_keeps_the_contract() {
    let world = World::new().await;
    let image = world.small().await;
    contract::keeps_the_contract(&world.backend, &image, &world.id("small")).await;
    world.finish().await;
}

#[tokio::test]
async fn images_tell_their_user_and_what_they_hold() {
    let world = World::new().await;
    let base = world.base().await;
    let facts = |image: &agent::backend::Image| {
        let user = image.user.clone();
        (
            user.name,
            user.uid,
            user.home,
            image.has_bash,
            image.has_sudo,
        )
    };
    assert_eq!(
        facts(&base),
        ("travis".into(), 2000, "/home/travis".into(), true, true)
    );
    let small = world.small().await;
    assert_eq!(
        facts(&small),
        ("tester".into(), 1234, "/home/tester".into(), false, false)
    );
    assert!(small.id.starts_with("sha256:"));
    // The second answer comes from what was kept; it is the same.
    assert_eq!(world.small().await, small);
    world.finish().await;
}

#[tokio::test]
async fn an_image_that_is_not_to_be_had_is_named() {
    use agent::backend::{Backend, BackendError};
    let world = World::new().await;
    for name in ["127.0.0.1:1/nothing:here", "not a name", "../etc"] {
        let error = world.backend.image(name).await.unwrap_err();
        assert!(
            matches!(&error, BackendError::Image { image, .. } if image == name),
            "{error}"
        );
    }
    world.finish().await;
}
