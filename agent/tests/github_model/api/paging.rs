//! Lists in pages, with the links between them.

use super::super::answer::Answer;
use super::Context;
use serde_json::Value;

/// The page of `all` that was asked for. GitHub gives 30 a page, and at most 100.
pub(crate) fn page(it: &Context<'_>, all: &[Value]) -> Answer {
    let (from, size, page) = wanted(it);
    let shown: Vec<&Value> = all.iter().skip(from).take(size).collect();
    let answer = Answer::ok(&serde_json::json!(shown));
    linked(it, answer, all.len(), size, page)
}

/// Where the page begins, how much it holds, and its number.
pub(crate) fn wanted(it: &Context<'_>) -> (usize, usize, usize) {
    let number = |name: &str| {
        it.asked
            .parameter(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let page = number("page").unwrap_or(1).max(1);
    ((page - 1) * size, size, page)
}

/// The answer with the `Link` header of its place in a list of `total`.
pub(crate) fn linked(
    it: &Context<'_>,
    answer: Answer,
    total: usize,
    size: usize,
    page: usize,
) -> Answer {
    let last = total.div_ceil(size).max(1);
    let mut links = Vec::new();
    let mut add = |name: &str, page: usize| {
        links.push(format!(
            "<{}>; rel=\"{name}\"",
            address(it, "page", &page.to_string())
        ));
    };
    if page > 1 {
        add("prev", page - 1);
    }
    if page < last {
        add("next", page + 1);
        add("last", last);
    }
    if page > 1 {
        add("first", 1);
    }
    if links.is_empty() {
        answer
    } else {
        answer.header("link", links.join(", "))
    }
}

/// The address of this call with one parameter changed. GitHub's links name the repository by id.
pub(crate) fn address(it: &Context<'_>, name: &str, value: &str) -> String {
    let segments = it.asked.path.trim_matches('/').split('/');
    let skip = if it.asked.path.starts_with("/repos/") {
        3
    } else {
        2
    };
    let rest: Vec<&str> = segments.skip(skip).collect();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in url::form_urlencoded::parse(it.asked.query.as_bytes()) {
        if key != name {
            query.append_pair(&key, &value);
        }
    }
    query.append_pair(name, value);
    format!(
        "{}/repositories/{}/{}?{}",
        it.world.api(),
        it.id,
        rest.join("/"),
        query.finish()
    )
}
