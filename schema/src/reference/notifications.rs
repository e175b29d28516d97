//! `notifications:`: who is told of the result.

use std::sync::Arc;

use super::types::{
    Change, Key, Type, any, any_of, flag, key, list, many, map, one_of, one_of_words, private,
    secret, text, word,
};

const TEMPLATE: &[&str] = &[
    "repository",
    "repository_slug",
    "repository_name",
    "build_number",
    "build_id",
    "build_url",
    "branch",
    "commit",
    "commit_subject",
    "commit_message",
    "author",
    "pull_request",
    "pull_request_number",
    "pull_request_url",
    "compare_url",
    "result",
    "duration",
    "elapsed_time",
    "message",
];

fn frequency() -> Type {
    one_of_words(vec![
        word("always").alias(&["true"]),
        word("never").alias(&["false"]),
        word("change").alias(&["changed"]),
    ])
}

fn template() -> Key {
    key(
        "template",
        many(text().vars(TEMPLATE)),
        "The text that is sent.",
    )
}

/// Keys that every notification has.
fn common() -> Vec<Key> {
    vec![
        key("if", text(), "The condition under which it is sent."),
        key(
            "on_success",
            frequency(),
            "When to send after a passed build.",
        ),
        key(
            "on_failure",
            frequency(),
            "When to send after a failed build.",
        ),
        key("enabled", flag(), "Whether it is sent at all."),
        key("disabled", flag(), "Whether it is not sent."),
    ]
}

fn section(mut keys: Vec<Key>, prefix: Option<&'static str>) -> Type {
    keys.extend(common());
    let section = map(keys).change(Change::Enable).normal();
    match prefix {
        Some(prefix) => section.prefix(prefix),
        None => section,
    }
}

fn secrets() -> Type {
    many(secret())
}

fn campfire() -> Type {
    let keys = vec![
        key("rooms", secrets(), "Rooms with their tokens."),
        template(),
    ];
    any(vec![section(keys, Some("rooms")), secrets(), flag()]).normal()
}

/// `email:`
fn email() -> Type {
    let recipients = key(
        "recipients",
        many(private()),
        "Addresses; else the committer's.",
    );
    any(vec![
        section(vec![recipients], Some("recipients")),
        list(private()),
        private(),
        flag(),
    ])
    .normal()
}

fn flowdock() -> Type {
    let keys = vec![key("api_token", secret(), "The flow's token."), template()];
    any(vec![section(keys, Some("api_token")), secret(), flag()]).normal()
}

fn hipchat() -> Type {
    let keys = vec![
        key("rooms", secrets(), "Rooms with their tokens."),
        key(
            "format",
            one_of(&["html", "text"]),
            "Format of the message.",
        ),
        key("notify", flag(), "Whether people in the room are alerted."),
        key(
            "on_pull_requests",
            flag(),
            "Whether pull requests are told of.",
        ),
        template(),
    ];
    any(vec![section(keys, Some("rooms")), secrets(), flag()]).normal()
}

fn irc() -> Type {
    let keys = vec![
        key("channels", many(private()), "Channels as `host#channel`.").alias(&["channel"]),
        key("channel_key", secret(), "Key of the channel."),
        key("password", secret(), "Password of the server."),
        key("nickserv_password", secret(), "Password for NickServ."),
        key("nick", private(), "Nick name."),
        key("use_notice", flag(), "Whether to send notices."),
        key("skip_join", flag(), "Whether not to join the channel."),
        template(),
    ];
    any(vec![
        section(keys, Some("channels")),
        list(private()),
        private(),
        flag(),
    ])
    .normal()
}

fn pushover() -> Type {
    let keys = vec![
        key("api_key", secrets(), "Key of the application."),
        key("users", secrets(), "Keys of those who are told."),
        template(),
    ];
    any(vec![section(keys, None), flag()]).normal()
}

fn slack() -> Type {
    let keys = vec![
        key("rooms", secrets(), "Rooms as `account:token#channel`."),
        template(),
        key(
            "on_pull_requests",
            flag(),
            "Whether pull requests are told of.",
        ),
    ];
    any(vec![section(keys, Some("rooms")), secrets(), flag()]).normal()
}

fn webhooks() -> Type {
    let target = || {
        let url = key("url", secret(), "Address to post to.");
        let teams = key("msteams", flag(), "Whether it is Microsoft Teams.");
        map(vec![url, teams]).required(&["url"]).open()
    };
    let targets = any(vec![
        list(any(vec![target(), private()])),
        target(),
        private(),
    ]);
    let keys = vec![
        key("urls", targets, "Addresses to post to."),
        key("on_start", frequency(), "When to send at the start."),
        key("on_cancel", frequency(), "When to send after a cancel."),
        key("on_error", frequency(), "When to send after an error."),
    ];
    any(vec![
        section(keys, Some("urls")),
        list(any(vec![target(), private()])),
        target(),
        private(),
        flag(),
    ])
    .normal()
}

/// `notifications:`
pub(super) fn notifications() -> Type {
    let email = Arc::new(email());
    let emails = Arc::new(list(email.clone()));
    let either = any_of(vec![emails.clone(), email.clone()]);
    let section = map(vec![
        key("campfire", many(campfire()), "Campfire rooms."),
        key("email", either, "E-mail.").alias(&["emails"]),
        key("flowdock", many(flowdock()), "Flowdock flows."),
        key("hipchat", many(hipchat()), "HipChat rooms."),
        key("irc", many(irc()), "IRC channels.").alias(&["channel"]),
        key("pushover", many(pushover()), "Pushover."),
        key("slack", many(slack()), "Slack rooms."),
        key("webhooks", many(webhooks()), "Web addresses.").alias(&["webhook"]),
        key(
            "on_success",
            frequency(),
            "When to send after a passed build; for all.",
        ),
        key(
            "on_failure",
            frequency(),
            "When to send after a failed build; for all.",
        ),
    ])
    .prefix("email")
    .change(Change::Inherit)
    .normal();
    any_of(vec![Arc::new(section), emails, email]).normal()
}
