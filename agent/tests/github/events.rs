//! Each delivery of the collection, and what it is read as.

use crate::conformance;
use agent::github::event::{Event, PullRequest, Push, RefName};

/// Every file with its event's kind, and the outcome in one line.
const TABLE: &[(&str, &str, &str)] = &[
    (
        "check_run_completed",
        "check_run",
        "ignored: check_run completed",
    ),
    (
        "check_run_rerequested",
        "check_run",
        "ignored: check_run rerequested",
    ),
    (
        "check_suite_requested",
        "check_suite",
        "ignored: check_suite requested",
    ),
    (
        "check_suite_rerequested",
        "check_suite",
        "ignored: check_suite rerequested",
    ),
    (
        "create_branch",
        "create",
        "created: 13933572 refs/heads/feature-branch by 817538",
    ),
    (
        "create_tag",
        "create",
        "created: 186853002 refs/tags/simple-tag by 21031067",
    ),
    (
        "delete_branch",
        "delete",
        "deleted: 13933572 refs/heads/feature-branch by 817538",
    ),
    (
        "delete_tag",
        "delete",
        "deleted: 186853002 refs/tags/simple-tag by 21031067",
    ),
    (
        "installation_created",
        "installation",
        "ignored: installation created",
    ),
    (
        "installation_repositories_added",
        "installation_repositories",
        "ignored: installation_repositories added",
    ),
    (
        "issue_comment_created",
        "issue_comment",
        "ignored: issue_comment created",
    ),
    ("ping", "ping", "ping: hook 109948940 of 186853261"),
    ("ping_app", "ping", "ping: hook 109948940 of 186853261"),
    (
        "pull_request_closed_from_fork",
        "pull_request",
        "ignored: pull_request closed",
    ),
    (
        "pull_request_closed_merged_from_fork",
        "pull_request",
        "ignored: pull_request closed",
    ),
    (
        "pull_request_closed_merged_same_repo",
        "pull_request",
        "ignored: pull_request closed",
    ),
    (
        "pull_request_closed_same_repo",
        "pull_request",
        "ignored: pull_request closed",
    ),
    (
        "pull_request_converted_to_draft",
        "pull_request",
        "ignored: pull_request converted_to_draft",
    ),
    (
        "pull_request_edited_same_repo",
        "pull_request",
        "ignored: pull_request edited",
    ),
    (
        "pull_request_labeled_same_repo",
        "pull_request",
        "ignored: pull_request labeled",
    ),
    (
        "pull_request_opened_from_fork",
        "pull_request",
        "opened #342: 178485006 master 528b803 -> 156365951 master 724acc5, elsewhere, by 49026743",
    ),
    (
        "pull_request_opened_private_repo",
        "pull_request",
        "opened #1: 13933572 master d2b75aa -> 13933572 bradrydzewski-patch-1 8637892, same, by 817538",
    ),
    (
        "pull_request_opened_same_repo",
        "pull_request",
        "opened #2: 186853002 changes ec26c3e -> 186853002 master f95f852, same, by 21031067",
    ),
    (
        "pull_request_ready_for_review",
        "pull_request",
        "ready_for_review #2: 186853002 changes ec26c3e -> 186853002 master f95f852, same, by 21031067",
    ),
    (
        "pull_request_reopened_from_fork",
        "pull_request",
        "reopened #342: 178485006 master 528b803 -> 156365951 master 724acc5, elsewhere, by 49026743",
    ),
    (
        "pull_request_reopened_same_repo",
        "pull_request",
        "reopened #2: 186853002 changes ec26c3e -> 186853002 master f95f852, same, by 21031067",
    ),
    (
        "pull_request_synchronize_from_fork",
        "pull_request",
        "synchronize #4418: 852844419 manifests 98c7221 -> 92518221 master 77360f5, elsewhere, by 16770981, merge 1d6671a",
    ),
    (
        "pull_request_synchronize_same_repo",
        "pull_request",
        "synchronize #2: 186853002 changes ec26c3e -> 186853002 master f95f852, same, by 21031067",
    ),
    (
        "push_branch",
        "push",
        "push: 186853002 branch master, none -> 6113728, \"Initial commit\", by 21031067",
    ),
    (
        "push_branch_delete",
        "push",
        "push: 13933572 branch feature-branch, d2b75aa -> none, no commit, by 817538",
    ),
    (
        "push_branch_named_like_tag",
        "push",
        "push: 179344069 branch refs/tags/v1.0.0, 2f78019 -> 366701f, \"Fix multiline secrets replacer (#700)\", by 24977596",
    ),
    (
        "push_branch_shell_chars",
        "push",
        "push: 179344069 branch a$(touch${IFS}pwned);`id`, 2f78019 -> 366701f, \"Fix multiline secrets replacer (#700)\", by 24977596",
    ),
    (
        "push_branch_update",
        "push",
        "push: 179344069 branch main, 2f78019 -> 366701f, \"Fix multiline secrets replacer (#700)\", by 24977596",
    ),
    (
        "push_ci_skip",
        "push",
        "push: 179344069 branch main, 2f78019 -> 366701f, \"docs [ci skip]\", by 24977596",
    ),
    (
        "push_forced",
        "push",
        "push: 1256442359 branch main, 5ea7372 -> f7220f1 forced, \"feat: initial implementation\", by 24977596",
    ),
    (
        "push_tag",
        "push",
        "push: 13933572 tag v0.0.1, none -> d2b75aa, \"Update .drone.yml\", by 817538",
    ),
    (
        "push_tag_delete",
        "push",
        "push: 186853002 tag simple-tag, 6113728 -> none, no commit, by 21031067",
    ),
    (
        "push_with_installation",
        "push",
        "push: 186853002 tag simple-tag, 6113728 -> none, no commit, by 21031067",
    ),
    ("release_published", "release", "ignored: release published"),
    (
        "repository_renamed",
        "repository",
        "Renamed: 186853261 is Octocoders/Hello-World by 21031067",
    ),
    ("status", "status", "ignored: status"),
];

fn line(event: &Event) -> String {
    let hook = |ping: Option<u64>| ping.map_or_else(|| "none".to_owned(), |id| id.to_string());
    match event {
        Event::Push(push) => push_line(push),
        Event::PullRequest(pull) => pull_line(pull),
        Event::Created(change) | Event::Deleted(change) => {
            let kind = if matches!(event, Event::Created(_)) {
                "created"
            } else {
                "deleted"
            };
            let by = change.sender.as_ref().expect("a sender").id;
            format!("{kind}: {} {} by {by}", change.repository.id, change.name)
        }
        Event::Ping(ping) => {
            let id = ping.repository.as_ref().map(|repository| repository.id.0);
            format!("ping: hook {} of {}", hook(ping.hook), hook(id))
        }
        Event::Repository(change) => {
            let by = change.sender.as_ref().expect("a sender").id;
            let repository = &change.repository;
            format!(
                "{:?}: {} is {} by {by}",
                change.action, repository.id, repository.slug
            )
        }
        Event::Ignored(what) => format!("ignored: {what}"),
    }
}

fn push_line(push: &Push) -> String {
    let name = match push.name().expect("a branch or tag") {
        RefName::Branch(name) => format!("branch {name}"),
        RefName::Tag(name) => format!("tag {name}"),
    };
    let short = |sha: Option<&agent::github::event::Sha>| {
        sha.map_or("none".to_owned(), |sha| sha.as_str()[..7].to_owned())
    };
    let forced = if push.forced { " forced" } else { "" };
    let message = push.head.as_ref().map_or("no commit".to_owned(), |head| {
        format!("{:?}", head.message.lines().next().unwrap_or_default())
    });
    let (before, after) = (short(push.before.as_ref()), short(push.after.as_ref()));
    let by = push.sender.as_ref().expect("a sender").id;
    let id = push.repository.id;
    format!("push: {id} {name}, {before} -> {after}{forced}, {message}, by {by}")
}

fn is_from_fork(pull: &PullRequest) -> bool {
    let head = pull.head.repository.map(|id| id.0);
    agent::policy::is_fork(pull.repository.id.0, head)
}

fn pull_line(pull: &PullRequest) -> String {
    let side = |side: &agent::github::event::Side| {
        let id = side
            .repository
            .map_or("none".to_owned(), |id| id.to_string());
        format!("{id} {} {}", side.branch, &side.sha.as_str()[..7])
    };
    let from = if is_from_fork(pull) {
        "elsewhere"
    } else {
        "same"
    };
    let merge = pull.merge_commit_sha.as_ref();
    let merge = merge.map_or(String::new(), |sha| {
        format!(", merge {}", &sha.as_str()[..7])
    });
    format!(
        "{} #{}: {} -> {}, {from}, by {}{merge}",
        pull.action.as_str(),
        pull.number,
        side(&pull.head),
        side(&pull.base),
        pull.author.as_ref().expect("an author").id,
    )
}

#[test]
fn each_delivery_of_the_collection_is_what_the_table_says() {
    let Some(index) = conformance::json("index.json") else {
        return;
    };
    let entries = index.as_array().expect("a list");
    assert_eq!(entries.len(), TABLE.len(), "every delivery has its row");
    let mut wrong = Vec::new();
    for (name, kind, expected) in TABLE {
        let file = format!("{name}.json");
        let entry = entries.iter().find(|entry| entry["file"] == file.as_str());
        assert_eq!(entry.expect("in the index")["event"], *kind, "{file}");
        let body = conformance::file(&file).expect("the delivery");
        let found = Event::parse(kind, &body).map_or_else(|error| error.to_string(), |e| line(&e));
        if found != *expected {
            wrong.push(format!("{name}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_index_and_the_facts_agree_on_forks() {
    let Some(index) = conformance::json("index.json") else {
        return;
    };
    let mut seen = 0;
    for entry in index.as_array().expect("a list") {
        let Some(from_fork) = entry["from_fork"].as_bool() else {
            continue;
        };
        let body =
            conformance::file(entry["file"].as_str().expect("a name")).expect("the delivery");
        if let Event::PullRequest(pull) = Event::parse("pull_request", &body).expect("an event") {
            assert_eq!(is_from_fork(&pull), from_fork, "{}", entry["file"]);
            seen += 1;
        }
    }
    assert_eq!(seen, 8, "each pull request that can make a build");
}

#[test]
fn a_delivery_without_what_may_be_missing_is_read_all_the_same() {
    let Some(mut body) = conformance::json("pull_request_opened_from_fork.json") else {
        return;
    };
    body["pull_request"]["head"]["repo"] = serde_json::Value::Null;
    body["pull_request"]["user"] = serde_json::Value::Null;
    for name in ["draft", "merge_commit_sha", "title"] {
        body["pull_request"]
            .as_object_mut()
            .expect("a map")
            .remove(name);
    }
    for name in ["default_branch", "private"] {
        body["repository"]
            .as_object_mut()
            .expect("a map")
            .remove(name);
    }
    body.as_object_mut().expect("a map").remove("sender");
    let Ok(Event::PullRequest(pull)) = Event::parse("pull_request", body.to_string().as_bytes())
    else {
        panic!("not read");
    };
    assert!(
        is_from_fork(&pull),
        "a head that is gone counts as elsewhere"
    );
    assert!(
        pull.repository.private,
        "what is not said to be public is private"
    );
    assert_eq!((pull.sender, pull.author, pull.draft), (None, None, false));
}
