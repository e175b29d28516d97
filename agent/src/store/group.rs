//! One commit for the deliveries of many callers.
//!
//! A commit waits for the disk, and SQLite has one writer. So a task of its own stores what has
//! piled up while the last commit ran, and answers all callers when the next one is done.

use super::rush::Rush;
use super::sql::{as_stored, query};
use super::{DeliveryId, Failed, Inner, NewDelivery, StoreError, Stored, Transaction, retry};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// As many as one commit takes; also how many may wait before callers do.
const GROUP: usize = 128;

type Answer = oneshot::Sender<Result<Stored, StoreError>>;

/// The way to the task.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    inbox: mpsc::Sender<(NewDelivery, Answer)>,
    /// Those who wait for an answer.
    pub(super) rush: Arc<Rush>,
}

impl Intake {
    /// Stores a delivery and answers after the commit. The caller may go away: what was handed over
    /// is stored all the same.
    pub(super) async fn put(&self, delivery: NewDelivery) -> Result<Stored, StoreError> {
        let _caller = self.rush.join();
        let (answer, result) = oneshot::channel();
        let gone = || StoreError::Busy("the agent is ending".to_owned());
        let sent = self.inbox.send((delivery, answer)).await;
        sent.map_err(|_| gone())?;
        result.await.map_err(|_| gone())?
    }
}

/// Starts the task; it ends with the last clone of the store.
pub(super) fn start(inner: Arc<Inner>) -> Intake {
    let (sender, mut inbox) = mpsc::channel(GROUP);
    tokio::spawn(async move {
        let mut group = Vec::with_capacity(GROUP);
        while inbox.recv_many(&mut group, GROUP).await > 0 {
            let (deliveries, answers): (Vec<NewDelivery>, Vec<Answer>) = group.drain(..).unzip();
            for (result, answer) in store(&inner, &deliveries).await.into_iter().zip(answers) {
                // Who has gone away hears of it when the sender delivers again.
                let _ = answer.send(result);
            }
        }
    });
    Intake {
        inbox: sender,
        rush: Arc::default(),
    }
}

async fn store(inner: &Inner, deliveries: &[NewDelivery]) -> Vec<Result<Stored, StoreError>> {
    match retry(|| commit(inner, deliveries)).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) if error.is_temporary() || deliveries.len() == 1 => {
            deliveries.iter().map(|_| Err(error.clone())).collect()
        }
        // One that the database refuses must not take the others with it.
        Err(_) => {
            let mut results = Vec::with_capacity(deliveries.len());
            for one in deliveries {
                let one = std::slice::from_ref(one);
                let stored = retry(|| commit(inner, one)).await;
                results.extend(
                    stored
                        .map(|stored| stored.into_iter().map(Ok))
                        .map_or_else(|error| vec![Err(error)], Iterator::collect),
                );
            }
            results
        }
    }
}

async fn commit(inner: &Inner, deliveries: &[NewDelivery]) -> Result<Vec<Stored>, Failed> {
    let mut transaction = inner.begin().await?;
    let mut stored = Vec::with_capacity(deliveries.len());
    let mut rest = deliveries;
    // Each statement costs a way to the database. Their lengths are powers of two, so that there are
    // few of them to prepare.
    while let Some(power) = rest.len().checked_ilog2() {
        let (some, others) = rest.split_at(1 << power);
        insert(&mut transaction, some, &mut stored).await?;
        rest = others;
    }
    transaction.commit().await?;
    Ok(stored)
}

/// Inserts those that are not there, in their order, by one statement.
async fn insert(
    transaction: &mut Transaction,
    deliveries: &[NewDelivery],
    stored: &mut Vec<Stored>,
) -> Result<(), Failed> {
    let mut insert = query(
        "INSERT INTO deliveries (guid, event, body, polled, received, due, repository) VALUES",
    );
    for (at, delivery) in deliveries.iter().enumerate() {
        insert = insert
            .push_bind(if at == 0 { " (" } else { ", (" }, delivery.guid.as_str())
            .push_bind(", ", delivery.event.as_str())
            .push_bind(", ", delivery.body.as_slice())
            .push_bind(", ", delivery.polled)
            .push_bind(", ", delivery.received)
            .push_bind(", ", delivery.received)
            .push_bind(", ", delivery.repository)
            .push(")");
    }
    let insert = insert.push(" ON CONFLICT (guid) DO NOTHING RETURNING id, guid");
    let mut new = HashMap::with_capacity(deliveries.len());
    // No database promises an order of what is returned.
    for row in insert.all(transaction).await? {
        new.insert(row.text("guid")?, DeliveryId(row.number("id")?));
    }
    for delivery in deliveries {
        // Removed: of two with the same name in one group only the first is new.
        stored.push(match new.remove(&*as_stored(&delivery.guid)) {
            Some(id) => Stored::New(id),
            None => {
                let known = query("SELECT id FROM deliveries WHERE guid = $1");
                let row = known.bind(delivery.guid.as_str()).one(transaction).await?;
                Stored::Known(DeliveryId(row.number("id")?))
            }
        });
    }
    Ok(())
}
