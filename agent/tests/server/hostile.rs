//! Threat T33 as far as it needs no browser: whatever stands in a log or a name, pages hold our
//! own elements and attributes only. `tests/browser` looks at the same pages with a real one.

use super::hostile_texts::{ELEMENTS, PAGES, TEXTS, everywhere, log};
use super::world::World;
use axum::http::StatusCode;
use std::time::{Duration, Instant};

const ATTRIBUTES: &[&str] = &[
    "action",
    "charset",
    "class",
    "content",
    "data-depth",
    "data-events",
    "datetime",
    "defer",
    "dir",
    "href",
    "id",
    "lang",
    "method",
    "name",
    "rel",
    "selected",
    "src",
    "type",
    "value",
];

/// The tags of a page; fails at anything that is not one of ours.
fn check(page: &str) -> usize {
    let mut rest = page.strip_prefix("<!doctype html>").expect("a page");
    let mut seen = 0;
    while let Some((text, tail)) = rest.split_once('<') {
        assert!(!text.contains('\0') && !text.contains('\x1b'), "{text:?}");
        let (tag, after) = tail.split_once('>').expect("a whole tag");
        rest = after;
        seen += 1;
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(ELEMENTS.contains(&name), "<{tag}>");
        let mut attributes = attributes;
        while !attributes.is_empty() {
            let end = attributes.find(['=', ' ']).unwrap_or(attributes.len());
            let (attribute, value) = attributes.split_at(end);
            assert!(ATTRIBUTES.contains(&attribute), "{attribute} in <{tag}>");
            attributes = match value.strip_prefix("=\"") {
                Some(value) => {
                    let (value, after) = value.split_once('"').expect("a whole value");
                    let link = ["href", "action", "src"].contains(&attribute);
                    let safe = ["/", "?", "#", "https://forge.example/"];
                    assert!(
                        !link || safe.iter().any(|s| value.starts_with(s)),
                        "<{tag}>"
                    );
                    after.trim_start()
                }
                None => value.trim_start(),
            };
        }
    }
    seen
}

#[tokio::test]
async fn a_text_stays_a_text_on_every_page() {
    let world = World::new();
    for attempt in [1, 2] {
        world.write_log(1000, attempt, &log());
    }
    for text in TEXTS {
        world.memory.with(|rows| everywhere(rows, text));
        for page in PAGES {
            for asker in [world.anybody(), world.operator()] {
                let answer = asker.get(page).await;
                assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
                assert!(check(&answer.body) > 20, "{page}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_asked_for_comes_back_as_text() {
    let world = World::new();
    let texts = [
        "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "%00%1b%5b31m",
        "%E2%80%AE",
    ];
    for text in texts {
        for page in ["/?branch=", "/octo/hello?state=", "/octo/hello?branch="] {
            let answer = world.anybody().get(&format!("{page}{text}")).await;
            assert_eq!(answer.status, StatusCode::OK);
            let body = answer.body.replace(['\0', '\x1b'], "");
            assert!(check(&body) > 20);
        }
    }
}

#[tokio::test]
async fn a_megabyte_of_broken_sequences_is_shown_in_no_time() {
    let world = World::new();
    for (job, part) in [(10, "\x1b["), (20, "\x1b[1;"), (40, "<\x1b[31m>\x1b[0m")] {
        world.write_log(
            job,
            if job == 10 { 2 } else { 1 },
            &part.repeat((1 << 20) / part.len()),
        );
    }
    let began = Instant::now();
    for path in [
        "/octo/hello/jobs/1.1",
        "/octo/hello/jobs/2.1",
        "/octo/hello/jobs/4.1",
    ] {
        check(&world.anybody().get(path).await.body);
    }
    // A square of it would take hours.
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}
