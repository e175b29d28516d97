//! Pages in a real browser: threats T33 and T35, and the script that follows a log. Fails where
//! there is no Chromium; run by `script/test browser`.

#[path = "../server/hostile_texts.rs"]
mod hostile_texts;
#[allow(
    dead_code,
    reason = "shared with the tests of the server, which use all of it"
)]
#[path = "../server/memory.rs"]
mod memory;
#[allow(dead_code, reason = "as above")]
#[path = "../server/rows.rs"]
mod rows;
#[allow(dead_code, reason = "as above")]
#[path = "../server/world.rs"]
mod world;

mod driver;
mod forms;
mod pages;
