//! What each kind of build gets, from `agent run` and from the daemon.

use super::*;
use schema::request::{Event, PullRequest, Request};

const SHA: &str = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
const EVERYTHING: Allowed<'_> = Allowed::Run(RunAllowed {
    secrets: true,
    deploy: true,
    docker: DockerPolicy::Own,
});
const NOTHING_ASKED: Allowed<'_> = Allowed::Run(RunAllowed {
    secrets: false,
    deploy: false,
    docker: DockerPolicy::Own,
});

fn daemon(docker: bool, approvals: &[Approval]) -> Allowed<'_> {
    Allowed::Daemon(DaemonAllowed { docker, approvals })
}

fn push() -> Facts {
    Facts::of(&Request::default())
}

/// A pull request 7 to the repository 42, from the repository `head`.
fn pull(head: Option<u64>) -> Facts {
    Facts::of(&Request {
        event: Event::PullRequest,
        fork: is_fork(42, head),
        pull_request: Some(PullRequest {
            number: 7,
            head_sha: SHA.to_owned(),
            ..PullRequest::default()
        }),
        ..Request::default()
    })
}

fn approval(pull_request: u64, head_sha: &str) -> Approval {
    Approval {
        pull_request,
        head_sha: head_sha.to_owned(),
    }
}

/// `secrets deploy docker scope`, each of the first three as `yes` or its reason.
fn said(facts: &Facts, allowed: &Allowed<'_>) -> String {
    let grants = decide(facts, allowed);
    let word = |grant: &Grant| grant.reason().unwrap_or("yes").to_owned();
    format!(
        "secrets: {}\ndeploy: {}\ndocker: {}\nscope: {}",
        word(grants.secrets()),
        word(grants.deploy()),
        word(grants.docker()),
        grants.scope()
    )
}

#[test]
fn a_push_to_a_listed_repository_gets_everything() {
    insta::assert_snapshot!(said(&push(), &daemon(true, &[])), @r"
    secrets: yes
    deploy: yes
    docker: yes
    scope: branch
    ");
}

#[test]
fn a_repository_that_is_not_listed_gets_no_docker_and_its_people_read_why() {
    insta::assert_snapshot!(said(&push(), &daemon(false, &[])), @r"
    secrets: yes
    deploy: yes
    docker: the operator of the agent has not listed this repository in docker.trusted_repositories
    scope: branch
    ");
}

#[test]
fn a_pull_request_of_the_repository_itself_never_deploys() {
    insta::assert_snapshot!(said(&pull(Some(42)), &daemon(true, &[])), @r"
    secrets: yes
    deploy: the current build is a pull request
    docker: yes
    scope: pr
    ");
}

#[test]
fn a_fork_gets_nothing() {
    for head in [Some(43), None] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(said(&pull(head), &daemon(true, &[])), @r"
            secrets: pull requests from forks get no secrets
            deploy: the current build is a pull request
            docker: pull requests from forks get no Docker before somebody has approved this very commit
            scope: fork-7
            ");
        }
    }
}

#[test]
fn an_approved_commit_of_a_fork_gets_docker_and_still_no_secret() {
    insta::assert_snapshot!(said(&pull(Some(43)), &daemon(true, &[approval(7, SHA)])), @r"
    secrets: pull requests from forks get no secrets
    deploy: the current build is a pull request
    docker: yes
    scope: fork-7
    ");
}

#[test]
fn forks_share_layers_with_nobody_not_even_with_each_other() {
    let of = |number| {
        Facts::of(&Request {
            event: Event::PullRequest,
            fork: true,
            pull_request: Some(PullRequest {
                number,
                ..PullRequest::default()
            }),
            ..Request::default()
        })
    };
    let unknown = Facts::of(&Request {
        fork: true,
        ..Request::default()
    });
    let facts = [push(), pull(Some(42)), of(7), of(8), unknown];
    let groups = facts.each_ref().map(group_scope);
    assert_eq!(groups, ["own", "own", "fork-7", "fork-8", "fork-0"]);
    let scopes = facts.map(|facts| decide(&facts, &daemon(true, &[])).scope());
    assert_eq!(scopes, ["branch", "pr", "fork-7", "fork-8", "fork-0"]);
}

#[test]
fn an_approval_is_for_one_commit_of_one_pull_request_and_opens_no_unlisted_repository() {
    let later = "0000000000000000000000000000000000000001";
    for (docker, approvals) in [
        (true, vec![approval(7, later)]),
        (true, vec![approval(8, SHA)]),
        (true, vec![approval(7, "")]),
        (true, vec![approval(7, &SHA[..7])]),
        (false, vec![approval(7, SHA)]),
    ] {
        let grants = decide(&pull(Some(43)), &daemon(docker, &approvals));
        assert!(!grants.docker().given(), "{docker} {approvals:?}");
    }
}

#[test]
fn a_head_that_nobody_named_is_never_approved() {
    let facts = Facts::of(&Request {
        event: Event::PullRequest,
        fork: true,
        ..Request::default()
    });
    let grants = decide(&facts, &daemon(true, &[approval(0, "")]));
    assert!(!grants.docker().given());
    assert!(!grants.deploy().given());
}

#[test]
fn names_and_authors_change_no_trust() {
    let mut request = Request {
        event: Event::PullRequest,
        fork: is_fork(42, Some(43)),
        pull_request: Some(PullRequest {
            number: 7,
            head_sha: SHA.to_owned(),
            head_slug: "acme/widget".to_owned(),
            head_branch: "main".to_owned(),
            ..PullRequest::default()
        }),
        slug: "acme/widget".to_owned(),
        branch: "main".to_owned(),
        default_branch: "main".to_owned(),
        ..Request::default()
    };
    request.sender = "maintainer".to_owned();
    request.commit_message = "Author: Maintainer <maintainer@example.com>".to_owned();
    let forged = said(&Facts::of(&request), &daemon(true, &[]));
    assert_eq!(forged, said(&pull(Some(43)), &daemon(true, &[])));
}

#[test]
fn a_fork_gets_nothing_from_agent_run_whatever_is_allowed() {
    insta::assert_snapshot!(said(&pull(Some(43)), &EVERYTHING), @r"
    secrets: pull requests from forks get no secrets
    deploy: the current build is a pull request
    docker: pull requests from forks get no Docker before somebody has approved them
    scope: fork-7
    ");
}

#[test]
fn agent_run_opens_and_deploys_nothing_unasked_and_the_daemon_never_speaks_of_its_options() {
    insta::assert_snapshot!(said(&push(), &NOTHING_ASKED), @r"
    secrets: secrets stay closed without --secrets
    deploy: deploy entries only run with --deploy
    docker: yes
    scope: branch
    ");
    for facts in [push(), pull(Some(42)), pull(None)] {
        for docker in [true, false] {
            assert!(!said(&facts, &daemon(docker, &[])).contains("--"));
        }
    }
}

#[test]
fn only_agent_run_can_lend_the_machines_own_engine() {
    let host = Allowed::Run(RunAllowed {
        secrets: false,
        deploy: false,
        docker: DockerPolicy::Host,
    });
    assert_eq!(decide(&push(), &host).docker_policy(), DockerPolicy::Host);
    let daemon = decide(&push(), &daemon(true, &[]));
    assert_eq!(daemon.docker_policy(), DockerPolicy::Own);
}

#[test]
fn the_list_takes_repositories_and_owners_by_their_names() {
    let list = ["acme/widget".to_owned(), "tools/*".to_owned()];
    for slug in ["acme/widget", "Acme/Widget", "tools/saw", "TOOLS/x"] {
        assert!(trusted(&list, slug), "{slug}");
    }
    for slug in [
        "acme/widget2",
        "acme/other",
        "toolsx/saw",
        "x/tools",
        "tools",
        "",
    ] {
        assert!(!trusted(&list, slug), "{slug}");
    }
    assert!(!trusted(&[], "acme/widget"));
}

#[test]
fn only_a_pull_request_from_a_fork_wants_an_approval() {
    let of = |fork: bool, pull: bool| {
        needs_approval(&Request {
            fork,
            pull_request: pull.then(PullRequest::default),
            ..Request::default()
        })
    };
    assert!(of(true, true));
    assert!(!of(false, true) && !of(true, false) && !of(false, false));
}
