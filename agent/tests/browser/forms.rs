//! Threat T35 in a real browser: its cookies, and what it says of where a form comes from.

use super::pages::{browse, served};
use super::world::{TOKEN, World};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;

/// A page of somebody else at another port, which for cookies is the same site.
async fn foreign_page(target: &str) -> String {
    let form = format!("<form method=post action='{target}'></form>");
    let page = Router::new().route("/", get(async move || Html(form)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, page).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_forms_work_without_script_and_another_pages_do_not() {
    let world = World::at("http://127.0.0.1", Router::new());
    let url = served(&world).await;
    let cancel = format!("{url}/octo/hello/builds/4/cancel");
    let foreign = foreign_page(&cancel).await;
    let asked = world.asked.clone();
    browse(move |browser| {
        let submit =
            |form: &str| browser.run(&format!("document.querySelector('{form}').submit()"));
        let says = |text: &str| {
            browser.wait_for(&format!(
                "return document.body?.innerText.includes('{text}') === true"
            ));
        };
        browser.open(&format!("{url}/octo/hello/builds/4"));
        assert_eq!(
            browser.run("return document.forms.length"),
            0,
            "nothing to press for strangers"
        );
        browser.open(&format!("{url}/login"));
        browser.run(&format!(
            "document.getElementById('token').value = '{TOKEN}'"
        ));
        submit("form");
        says("Sign out");
        assert_eq!(
            browser.run("return document.cookie"),
            "",
            "no script sees the session"
        );
        browser.open(&format!("{url}/octo/hello/builds/4"));
        submit("form[action$=cancel]");
        browser.wait_for("return location.pathname === '/octo/hello/builds/4'");
        let done = || asked.done.lock().unwrap().clone();
        assert_eq!(done(), ["cancel Build(BuildId(4))"]);
        // The cookie comes along; the origin tells.
        browser.open(&foreign);
        submit("form");
        says("This form was not sent by a page of this agent");
        assert_eq!(done().len(), 1);
    })
    .await;
}
