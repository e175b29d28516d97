//! What the browser makes of our pages.

use super::driver::Browser;
use super::hostile_texts::{ELEMENTS, PAGES, TEXTS, everywhere, log};
use super::world::World;
use agent::log::LogId;
use agent::server::serve;
use axum::Router;
use serde_json::json;
use std::collections::BTreeSet;
use tokio::net::TcpListener;

/// The world behind a real socket; gives its address.
pub(crate) async fn served(world: &World) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(
        listener,
        world.router.clone(),
        world.stopping.clone(),
    ));
    format!("http://{address}")
}

/// Uses the browser, which blocks, beside the server.
pub(crate) async fn browse<T: Send + 'static>(
    look: impl FnOnce(Browser) -> T + Send + 'static,
) -> T {
    let looked = tokio::task::spawn_blocking(|| look(Browser::start())).await;
    looked.expect("the browser's part of the test")
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_run_nothing_and_make_no_element() {
    let world = World::at("http://127.0.0.1", Router::new());
    for attempt in [1, 2] {
        world.write_log(1000, attempt, &log());
    }
    let all = TEXTS.join(" ");
    let texts = TEXTS.iter().copied().chain([all.as_str()]);
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    let url = served(&world).await;
    let memory = world.memory.clone();
    let found = browse(move |browser| {
        let mut found = BTreeSet::new();
        for text in &texts {
            memory.with(|rows| everywhere(rows, text));
            for page in PAGES {
                browser.open(&format!("{url}{page}"));
                assert_eq!(browser.dialog(), None, "{text:?} on {page}");
                let names = browser.run(
                    "return [...new Set([...document.querySelectorAll('*')]
                       .map(one => one.namespaceURI.endsWith('xhtml') ? one.localName : 'foreign'))]",
                );
                for name in names.as_array().unwrap() {
                    found.insert(name.as_str().unwrap().to_owned());
                }
                let handlers = browser.run(
                    "return [...document.querySelectorAll('*')].flatMap(one => [...one.attributes])
                       .filter(one => one.name.startsWith('on') || /^\\s*javascript:/i.test(one.value)
                         && one.name !== 'value').length",
                );
                assert_eq!(handlers, json!(0), "{text:?} on {page}");
            }
        }
        found
    })
    .await;
    let foreign: Vec<_> = found
        .iter()
        .filter(|name| !ELEMENTS.contains(&name.as_str()))
        .collect();
    assert_eq!(foreign, [] as [&String; 0]);
    assert!(found.len() > 20, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_log_grows_in_the_page_to_its_end() {
    let world = World::at("http://127.0.0.1", Router::new());
    let id = LogId {
        job: 40,
        attempt: 1,
    };
    let writer = world.live.write(id, 0);
    writer.grown(world.write_log(
        40,
        1,
        "travis_fold:start:install\r\x1b[0K$ npm ci\r\nadded 1\r\nadd",
    ));
    let url = served(&world).await;
    let data = world.data.path().to_owned();
    browse(move |browser| {
        browser.open(&format!("{url}/octo/hello/jobs/4.1"));
        assert_eq!(browser.run("return document.querySelectorAll('#log p[id^=L]').length"), json!(1));
        let append = |text: &str| {
            use agent::log::{MaskedBuf, Masker, Segments};
            let mut bytes = MaskedBuf::new();
            Masker::none().stream().push(text.as_bytes(), &mut bytes);
            let mut log = Segments::open(&id.folder(&data), 1 << 20).unwrap();
            log.append(bytes.as_masked()).unwrap();
            writer.grown(log.end());
        };
        append("ed 2\r\ntravis_fold:end:install\r\x1b[0K$ npm test\r\n<img src=x onerror=alert(1)>\r\n");
        browser.wait_for("return document.getElementById('L5') !== null");
        let fold = browser.run("return document.querySelector('#log details').innerText + '|'
            + document.querySelectorAll('#log details p[id^=L]').length");
        assert!(fold.as_str().is_some_and(|fold| fold.ends_with("|2")), "{fold}");
        let last = browser.run("return document.getElementById('L5').textContent");
        assert_eq!(last, json!("5 <img src=x onerror=alert(1)>"));
        assert_eq!(browser.run("return document.querySelectorAll('.unfinished').length"), json!(0));
        drop(writer);
        browser.wait_for("return document.getElementById('more').textContent.startsWith('The job has ended')");
        assert_eq!(browser.dialog(), None);
    })
    .await;
}
