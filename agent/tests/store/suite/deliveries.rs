use super::make::{at, delivery, repository};
use crate::database::Database;
use agent::store::{
    BuildId, DeliveryId, DeliveryOutcome, NewDelivery, RepositoryId, Store, Stored, Waiting,
};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

async fn put(store: &Store, guid: &str) -> DeliveryId {
    match store.put_delivery(delivery(guid)).await.unwrap() {
        Stored::New(id) => id,
        Stored::Known(_) => panic!("{guid} is not new"),
    }
}

/// Stores one of a repository.
async fn put_of(store: &Store, guid: &str, repository: RepositoryId) -> DeliveryId {
    let new = NewDelivery {
        repository: Some(repository),
        ..delivery(guid)
    };
    match store.put_delivery(new).await.unwrap() {
        Stored::New(id) => id,
        Stored::Known(_) => panic!("{guid} is not new"),
    }
}

async fn waiting(store: &Store, of: Option<RepositoryId>) -> Vec<DeliveryId> {
    let waiting = store.waiting_deliveries(of, None, 100).await.unwrap();
    waiting.into_iter().map(|delivery| delivery.id).collect()
}

pub(crate) async fn a_delivery_is_stored_once_however_often_it_comes(place: &Database) {
    let store = place.open().await;
    let calls = (0..100).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.put_delivery(delivery("same")).await.unwrap() })
    });
    let mut new = 0;
    let mut ids = BTreeSet::new();
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Stored::New(id) => {
                new += 1;
                ids.insert(id);
            }
            Stored::Known(id) => {
                ids.insert(id);
            }
        }
    }
    assert_eq!((new, ids.len()), (1, 1));
    assert_eq!(waiting(&store, None).await.len(), 1);
}

pub(crate) async fn deliveries_at_once_are_all_stored(place: &Database) {
    let store = place.open().await;
    let calls = (0..500).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { put(&store, &format!("guid {number}")).await })
    });
    let mut ids = BTreeSet::new();
    for (number, call) in calls.collect::<Vec<_>>().into_iter().enumerate() {
        let id = call.await.unwrap();
        let stored = store.delivery(id).await.unwrap().unwrap();
        assert_eq!(stored.new, delivery(&format!("guid {number}")));
        ids.insert(id);
    }
    assert_eq!(ids.len(), 500);
    let newest = store.deliveries(None, None, 3).await.unwrap();
    let last: Vec<DeliveryId> = ids.iter().rev().copied().take(3).collect();
    assert_eq!(newest.iter().map(|one| one.id).collect::<Vec<_>>(), last);
    assert!(newest.iter().all(|one| one.new.body.is_empty()));
    let next = store.deliveries(None, Some(last[2]), 1).await.unwrap();
    assert!(next[0].id < last[2]);
}

pub(crate) async fn deliveries_at_once_are_numbered_as_they_came(place: &Database) {
    let store = place.open().await;
    let known = put(&store, "guid 50").await;
    // All are handed over before the first is stored; some come twice.
    let guids: Vec<String> = (0..100)
        .map(|number| format!("guid {}", number % 80))
        .collect();
    let calls = guids.iter().map(|guid| store.put_delivery(delivery(guid)));
    let mut first = BTreeMap::new();
    for (guid, stored) in guids.iter().zip(join_all(calls).await) {
        match stored.unwrap() {
            Stored::New(id) => {
                assert!(first.last_key_value().is_none_or(|(last, _)| *last < id));
                first.insert(id, guid);
            }
            Stored::Known(id) => {
                assert!(id == known || first.get(&id) == Some(&guid), "{guid}");
            }
        }
    }
    assert_eq!(first.len(), 79);
    let mut there = waiting(&store, None).await;
    assert_eq!(there.remove(0), known);
    assert!(there.iter().eq(first.keys()));
}

pub(crate) async fn deliveries_wait_by_repository_in_the_order_of_storing(place: &Database) {
    let store = place.open().await;
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    // Not set up here, which is for whoever handles it to say.
    let three = RepositoryId(3);
    let a = put_of(&store, "a", two).await;
    let b = put_of(&store, "b", one).await;
    let c = put_of(&store, "c", two).await;
    let d = put(&store, "d").await;
    let e = put_of(&store, "e", three).await;
    assert_eq!(
        store.repositories_waiting().await.unwrap(),
        [(None, d), (Some(one), b), (Some(two), c), (Some(three), e)]
    );
    assert_eq!(waiting(&store, Some(two)).await, [a, c]);
    assert_eq!(waiting(&store, None).await, [d]);
    let after = store.waiting_deliveries(Some(two), Some(a), 100).await;
    assert_eq!(after.unwrap().remove(0).id, c);

    store
        .postpone_delivery(a, "no answer", at(60))
        .await
        .unwrap();
    let put_off = store.waiting_deliveries(Some(two), None, 1).await.unwrap();
    assert_eq!(
        put_off,
        [Waiting {
            id: a,
            due: at(60),
            tries: 1
        }]
    );
    let whole = store.delivery(a).await.unwrap().unwrap();
    assert_eq!(whole.last_error.as_deref(), Some("no answer"));

    let outcome = DeliveryOutcome::Ignored("a ping".to_owned());
    for id in [a, b, d] {
        let finished = store.finish_delivery(id, None, &outcome, at(61));
        finished.await.unwrap();
    }
    assert_eq!(
        store.repositories_waiting().await.unwrap(),
        [(Some(two), c), (Some(three), e)]
    );
    let of_two = store.deliveries(Some(two), None, 9).await.unwrap();
    assert_eq!(of_two.iter().map(|one| one.id).collect::<Vec<_>>(), [c, a]);
}

pub(crate) async fn a_delivery_ends_once(place: &Database) {
    let store = place.open().await;
    let id = put(&store, "a").await;
    let first = DeliveryOutcome::Error("no such commit".to_owned());
    store
        .finish_delivery(id, None, &first, at(1))
        .await
        .unwrap();
    let second = DeliveryOutcome::Build(BuildId(7));
    store
        .finish_delivery(id, None, &second, at(2))
        .await
        .unwrap();
    let ended = store.delivery(id).await.unwrap().unwrap();
    assert_eq!(ended.outcome, Some(first));
}

pub(crate) async fn names_with_a_nul_are_stored(place: &Database) {
    let store = place.open().await;
    let id = put(&store, "a\0b").await;
    let stored = store.delivery(id).await.unwrap().unwrap();
    assert_eq!(stored.new.guid, "a\u{fffd}b");
}
