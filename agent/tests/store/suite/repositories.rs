use super::make::{at, begun, repository};
use crate::database::Database;
use agent::policy::Approval;
use agent::store::{Repository, RepositoryId, RepositorySettings};

pub(crate) async fn a_repository_is_found_by_its_present_name(place: &Database) {
    let store = place.open().await;
    let renamed = Repository {
        id: RepositoryId(5),
        slug: "Owner/Old".to_owned(),
        private: false,
        default_branch: "main".to_owned(),
        active: true,
        hook: Some(11),
        settings: RepositorySettings {
            docker: true,
            max_jobs: Some(2),
            ..RepositorySettings::default()
        },
    };
    store.put_repository(&renamed, at(0)).await.unwrap();
    let read = store.repository_named("owner/OLD").await.unwrap();
    assert_eq!(read.as_ref(), Some(&renamed));
    // Another one takes the name before we hear that the first has a new one.
    let heir = Repository {
        id: RepositoryId(6),
        ..renamed.clone()
    };
    store.put_repository(&heir, at(1)).await.unwrap();
    let read = store.repository_named("owner/old").await.unwrap().unwrap();
    assert_eq!(read.id, heir.id);
    let described = store
        .describe_repository(renamed.id, "owner/a-new", true, "trunk")
        .await;
    described.unwrap();
    let read = store.repository(renamed.id).await.unwrap().unwrap();
    assert_eq!((read.slug.as_str(), read.private), ("owner/a-new", true));
    assert_eq!((read.hook, read.settings), (Some(11), renamed.settings));
    let names = store.repositories().await.unwrap();
    let names: Vec<&str> = names.iter().map(|one| one.slug.as_str()).collect();
    assert_eq!(names, ["owner/a-new", "Owner/Old"]);
    assert!(
        store
            .repository_named("owner/none")
            .await
            .unwrap()
            .is_none()
    );
    // Numbers go on where they were when a repository is set up again.
    let one = repository(&store, 1).await;
    assert_eq!(begun(&store, one, "a", &[1]).await.number, 1);
    repository(&store, 1).await;
    assert_eq!(begun(&store, one, "b", &[1]).await.number, 2);
}

pub(crate) async fn approvals_are_of_one_head_of_one_pull_request(place: &Database) {
    let store = place.open().await;
    let id = repository(&store, 5).await;
    let approval = |pull_request, head_sha: &str| Approval {
        pull_request,
        head_sha: head_sha.to_owned(),
    };
    for (number, sha) in [(7, "b"), (7, "a"), (8, "a"), (7, "a")] {
        let approval = approval(number, sha);
        let put = store.put_approval(id, &approval, "the operator", at(0));
        put.await.unwrap();
    }
    let expected = [approval(7, "a"), approval(7, "b"), approval(8, "a")];
    assert_eq!(store.approvals(id).await.unwrap(), expected);
    assert_eq!(store.approvals(RepositoryId(6)).await.unwrap(), []);
}

pub(crate) async fn a_first_look_replaces_what_was_noted_and_is_had_again_after_a_pause(
    place: &Database,
) {
    let store = place.open().await;
    let id = repository(&store, 5).await;
    let pair = |name: &str, sha: &str| (name.to_owned(), sha.to_owned());
    let there = (None, Some("a"));
    let noted = store.replace_head(id, "refs/heads/gone", there, at(0));
    assert!(noted.await.unwrap());
    assert!(!store.was_looked_at(id).await.unwrap());
    let heads = [pair("refs/heads/main", "b"), pair("refs/tags/v1", "c")];
    store.put_first_look(id, &heads, at(1)).await.unwrap();
    assert!(store.was_looked_at(id).await.unwrap());
    assert_eq!(store.heads(id).await.unwrap(), heads);
    // What was noted while GitHub was asked is newer than its answer.
    let moved = (Some("b"), Some("d"));
    let noted = store.replace_head(id, "refs/heads/main", moved, at(3));
    assert!(noted.await.unwrap());
    store.put_first_look(id, &heads, at(3)).await.unwrap();
    let newer = [pair("refs/heads/main", "d"), pair("refs/tags/v1", "c")];
    assert_eq!(store.heads(id).await.unwrap(), newer);
    // What happens while it is switched off is not built when it is on again.
    let mut row = store.repository(id).await.unwrap().unwrap();
    for (active, looked) in [(true, true), (false, true), (true, false)] {
        row.active = active;
        store.put_repository(&row, at(2)).await.unwrap();
        assert_eq!(store.was_looked_at(id).await.unwrap(), looked, "{active}");
    }
}

pub(crate) async fn a_ref_is_replaced_only_where_nobody_noted_it_since(place: &Database) {
    let store = place.open().await;
    let id = repository(&store, 5).await;
    let name = "refs/heads/main";
    for (from, to, is_noted, expected) in [
        (Some("a"), Some("b"), false, None),
        (None, Some("b"), true, Some("b")),
        (None, Some("c"), false, Some("b")),
        (Some("a"), Some("c"), false, Some("b")),
        (Some("a"), None, false, Some("b")),
        (Some("b"), Some("c"), true, Some("c")),
        (None, None, true, Some("c")),
        (Some("c"), None, true, None),
    ] {
        let replaced = store.replace_head(id, name, (from, to), at(1));
        assert_eq!(replaced.await.unwrap(), is_noted, "{from:?} {to:?}");
        let noted = store.head(id, name).await.unwrap();
        assert_eq!(noted.as_deref(), expected, "{from:?} {to:?}");
    }
    for name in ["refs/tags/v1", "refs/heads/topic"] {
        let noted = store.replace_head(id, name, (None, Some("d")), at(2));
        assert!(noted.await.unwrap());
    }
    let pair = |name: &str| (name.to_owned(), "d".to_owned());
    let all = [pair("refs/heads/topic"), pair("refs/tags/v1")];
    assert_eq!(store.heads(id).await.unwrap(), all);
}
