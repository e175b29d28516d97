//! What the agent's pages say, and its forms.

use crate::machine::OPERATOR;
use crate::serving::Serving;

/// A job as the page of its build shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JobLine {
    pub(crate) state: String,
    pub(crate) title: String,
    pub(crate) reason: String,
}

impl Serving {
    /// A page, as anybody sees it: the status and the text.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let asked = self.client.get(format!("{}/{path}", self.url)).send();
        let answer = asked.await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The same as the operator sees it.
    pub(crate) async fn operators_page(&self, path: &str) -> (u16, String) {
        let asked = self.client.get(format!("{}/{path}", self.url));
        let answer = asked.bearer_auth(OPERATOR).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The text of a page that is there.
    pub(crate) async fn shown(&self, path: &str) -> String {
        let (status, text) = self.page(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// A form of the operator, which must be taken.
    pub(crate) async fn form(&self, path: &str, form: &str) {
        let sent = self
            .client
            .post(format!("{}/{path}", self.url))
            .header("authorization", format!("Bearer {OPERATOR}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
            .send();
        let answer = sent.await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(status, 303, "{path}: {}", answer.text().await.unwrap());
    }

    /// The state of a build.
    pub(crate) async fn build(&self, slug: &str, number: u64) -> String {
        let page = self.shown(&format!("{slug}/builds/{number}")).await;
        state_after(&page, "<h1>")
    }

    /// A job, as `build.job`, on the page of its build.
    pub(crate) async fn job(&self, slug: &str, number: &str) -> JobLine {
        let build = number.split('.').next().unwrap();
        let page = self.shown(&format!("{slug}/builds/{build}")).await;
        let mark = format!("<a href=\"/{slug}/jobs/{number}\">{number}</a>");
        let (_, line) = page.split_once("<ul class=\"jobs\">").unwrap();
        let line = line.split_once(&mark);
        let (_, line) = line.unwrap_or_else(|| panic!("no {number}: {page}"));
        let (line, _) = line.split_once("</li>").unwrap();
        let part = |from, to| between(line, from, to).unwrap_or_default().to_owned();
        JobLine {
            state: state_after(line, ""),
            title: part("<bdi class=\"subject\">", "</bdi>"),
            reason: part("<span class=\"reason\"><bdi>", "</bdi>"),
        }
    }

    /// The log of a job's attempt, as it is stored.
    pub(crate) async fn log(&self, slug: &str, number: &str, attempt: u32) -> String {
        let path = format!("{slug}/jobs/{number}/log?attempt={attempt}");
        self.shown(&path).await
    }

    /// The images that the page of a build says were pushed, as tag and digest, sorted.
    pub(crate) async fn pushed(&self, slug: &str, number: u64) -> Vec<(String, String)> {
        let page = self.shown(&format!("{slug}/builds/{number}")).await;
        let Some((_, list)) = page.split_once("<h2>Images pushed</h2>") else {
            return Vec::new();
        };
        let lines = list.split("</ul>").next().unwrap().split("<li>").skip(1);
        let mut pushed: Vec<_> = lines
            .map(|line| {
                let (image, rest) = line.split_once("</code>").unwrap();
                let tag = image.rsplit(':').next().unwrap().to_owned();
                let digest = between(rest, "<code>", "</code>").unwrap();
                (tag, digest.to_owned())
            })
            .collect();
        pushed.sort();
        pushed
    }
}

/// The first state that is shown after a mark.
fn state_after(page: &str, mark: &str) -> String {
    let (_, rest) = page.split_once(mark).unwrap();
    let state = between(rest, "<span class=\"state ", "\"");
    state
        .unwrap_or_else(|| panic!("no state: {rest}"))
        .to_owned()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(to)?.0)
}
