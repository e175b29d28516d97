//! Files that are generated and checked in.

use std::fs;
use std::path::Path;

/// Compares a file, named from the workspace's root, with what it should be; writes it instead when
/// `UPDATE_GENERATED` is set.
pub(crate) fn check(path: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder to write to");
        fs::write(&file, wanted).expect("a file to write");
        return;
    }
    let found = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
    let differs = found
        .lines()
        .zip(wanted.lines())
        .position(|(a, b)| a != b)
        .or((found != wanted).then_some(found.lines().count().min(wanted.lines().count())));
    if let Some(line) = differs {
        let at = |text: &str| text.lines().nth(line).unwrap_or("(ends)").to_owned();
        panic!(
            "{path}:{}: is\n  {}\nand should be\n  {}\n\
             Write it anew: UPDATE_GENERATED=1 cargo test -p schema --test generated",
            line + 1,
            at(&found),
            at(wanted)
        );
    }
}
