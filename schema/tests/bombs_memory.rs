//! Any config is answered within 64 MB, whatever it was made for (threat T24). That it is answered in
//! time is measured by `cargo bench -p schema`.
#![allow(missing_docs)]
#![expect(
    unsafe_code,
    reason = "an allocator that counts cannot be written without"
)]

mod hostile;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use schema::diagnostic::render::{self, Options};
use schema::source::Source;
use schema::{Outcome, Sources, compile};

/// What the promise allows, in bytes.
const PROMISE: usize = 64 * 1024 * 1024;

thread_local! {
    /// What this thread has taken and not given back; below zero where it gave back what others took.
    static HELD: Cell<isize> = const { Cell::new(0) };
    /// The most that it ever held.
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does the work; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.get() + layout.size().cast_signed();
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.set(HELD.get() - layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// The most bytes that are held at one time while something is done.
fn peak<T>(done: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let answer = done();
    let most = PEAK.get() - before;
    (answer, most.unsigned_abs())
}

/// Compiles each config under the name of a file, and shows what is said of it.
fn promised(name: &str) {
    let request = hostile::request();
    // The table of the language is made once for all configs.
    let _ = compile(&Sources::new(Source::new(name, "script: make")), &request);
    let mut broken = Vec::new();
    for (case, config) in hostile::configs() {
        let sources = Sources::new(Source::new(name, config));
        let (compiled, compiling) = peak(|| compile(&sources, &request));
        let texts = sources.all();
        let (_, rendering) =
            peak(|| render::terminal(&compiled.diagnostics, &texts, Options::default()));
        assert!(!matches!(compiled.outcome, Outcome::Need(_)), "{case}");
        if compiling.max(rendering) > PROMISE {
            let megabytes = |bytes| bytes / 1024 / 1024;
            broken.push(format!(
                "{case}: {} MB to compile, {} MB to show",
                megabytes(compiling),
                megabytes(rendering)
            ));
        }
    }
    assert!(broken.is_empty(), "{name}: {broken:#?}");
}

#[test]
fn every_hostile_config_is_answered_within_the_promise() {
    promised(".ci.yml");
}

#[test]
fn every_hostile_config_of_the_reference_is_too() {
    promised(".travis.yml");
}

#[test]
fn the_peak_is_the_most_that_is_held_at_one_time() {
    let (_, bytes) = peak(|| {
        drop(vec![0_u8; 3_000]);
        vec![0_u8; 2_000]
    });
    assert_eq!(bytes, 3_000);
}
