use super::make::{at, delivery, repository};
use crate::database::Database;
use agent::store::{BuildId, DeliveryId, DeliveryOutcome, Store, Stored};
use std::collections::BTreeSet;

async fn put(store: &Store, guid: &str) -> DeliveryId {
    match store.put_delivery(delivery(guid)).await.unwrap() {
        Stored::New(id) => id,
        Stored::Known(_) => panic!("{guid} is not new"),
    }
}

async fn waiting(store: &Store, second: i64) -> Vec<DeliveryId> {
    let waiting = store.waiting_deliveries(at(second), 100).await.unwrap();
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
    assert_eq!(waiting(&store, 0).await.len(), 1);
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

pub(crate) async fn a_repositorys_deliveries_wait_for_each_other(place: &Database) {
    let store = place.open().await;
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    let (a, b) = (put(&store, "a").await, put(&store, "b").await);
    let (c, d) = (put(&store, "c").await, put(&store, "d").await);
    for (id, repository) in [(a, one), (b, one), (c, two)] {
        store.note_repository(id, repository).await.unwrap();
    }
    assert_eq!(waiting(&store, 0).await, [a, c, d]);
    store
        .postpone_delivery(a, "no answer", at(60))
        .await
        .unwrap();
    assert_eq!(waiting(&store, 59).await, [c, d]);
    assert_eq!(waiting(&store, 60).await, [a, c, d]);
    let put_off = store.delivery(a).await.unwrap().unwrap();
    assert_eq!(put_off.tries, 1);
    assert_eq!(put_off.last_error.as_deref(), Some("no answer"));
    let outcome = DeliveryOutcome::Ignored("a ping".to_owned());
    store
        .finish_delivery(a, None, &outcome, at(61))
        .await
        .unwrap();
    assert_eq!(waiting(&store, 61).await, [b, c, d]);
    let of_one = store.deliveries(Some(one), None, 9).await.unwrap();
    assert_eq!(of_one.iter().map(|one| one.id).collect::<Vec<_>>(), [b, a]);
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
