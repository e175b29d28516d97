//! The version that a config asks for, from what the image has to choose versions with.

use crate::case;
use crate::expect;
use crate::world::World;

#[test]
fn a_version_comes_from_the_manager_of_the_image() {
    let cases = case::all("managers");
    let together: Vec<_> = cases.iter().collect();
    let world = World::with_settings(&case::joined(&together), "");
    let build = world.run(&["--jobs", "4"]);
    assert_ne!(build.code, Some(3), "{}", build.all());
    let found = cases.iter();
    let found = found.filter_map(|case| expect::check(case, &build, &case.name).err());
    let text: Vec<String> = found.map(|failure| failure.to_string()).collect();
    world.finish();
    assert!(text.is_empty(), "{}", text.join("\n"));
}
