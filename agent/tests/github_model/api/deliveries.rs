//! A hook's deliveries: listed newest first with a cursor, looked at, and repeated on request.

use super::super::answer::{Answer, Answered};
use super::super::hooks::{Delivery, Hook};
use super::Context;
use super::paging::address;
use serde_json::{Value, json};

pub(crate) fn list(it: &Context<'_>, hook: u64) -> Answered {
    let number = |name: &str| {
        it.asked
            .parameter(name)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let size = usize::try_from(size).unwrap_or(100);
    let cursor = match it.asked.parameter("cursor") {
        // GitHub's cursors are opaque: the model's are the id of the last delivery shown.
        Some(text) => Some(
            text.strip_prefix("v1_")
                .and_then(|id| id.parse().ok())
                .ok_or_else(|| Answer::refuse(422, "Invalid cursor"))?,
        ),
        None => None,
    };
    let failed = it.asked.parameter("status");
    let mut shown: Vec<&Delivery> = it
        .world
        .deliveries
        .iter()
        .rev()
        .filter(|delivery| delivery.hook == hook)
        .filter(|delivery| cursor.is_none_or(|cursor: u64| delivery.id < cursor))
        .filter(|delivery| {
            failed
                .as_deref()
                .is_none_or(|wanted| succeeded(delivery) == (wanted == "success"))
        })
        .take(size + 1)
        .collect();
    let more = shown.len() > size;
    shown.truncate(size);
    let last = shown.last().map(|delivery| delivery.id);
    let list: Vec<Value> = shown
        .iter()
        .map(|delivery| delivery.json("", false))
        .collect();
    let answer = Answer::ok(&list.into());
    Ok(match last.filter(|_| more) {
        Some(id) => {
            let next = address(it, "cursor", &format!("v1_{id}"));
            answer.header("link", format!("<{next}>; rel=\"next\""))
        }
        None => answer,
    })
}

pub(crate) fn get(it: &Context<'_>, hook: &Hook, delivery: &str) -> Answered {
    let delivery = find(it, hook.id, delivery)?;
    Ok(Answer::ok(&delivery.json(&hook.url, true)))
}

pub(crate) fn again(it: &mut Context<'_>, hook: u64, delivery: &str) -> Answered {
    let id = find(it, hook, delivery)?.id;
    it.world.deliver_again(id);
    Ok(Answer::json(202, &json!({})))
}

fn find<'a>(it: &'a Context<'_>, hook: u64, delivery: &str) -> Result<&'a Delivery, Answer> {
    let id: u64 = delivery.parse().map_err(|_| Answer::not_found())?;
    let mut all = it.world.deliveries.iter();
    all.find(|delivery| delivery.id == id && delivery.hook == hook)
        .ok_or_else(Answer::not_found)
}

fn succeeded(delivery: &Delivery) -> bool {
    delivery
        .response
        .as_ref()
        .is_some_and(|response| (200..300).contains(&response.code))
}
