//! One commit for the deliveries of many callers.
//!
//! A commit waits for the disk, and SQLite has one writer. So a task of its own stores what has
//! piled up while the last commit ran, and answers all callers when the next one is done.

use super::sql::query;
use super::{DeliveryId, Failed, Inner, NewDelivery, StoreError, Stored, retry};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// As many as one commit takes; also how many may wait before callers do.
const GROUP: usize = 128;

type Answer = oneshot::Sender<Result<Stored, StoreError>>;

/// The way to the task.
#[derive(Clone, Debug)]
pub(super) struct Intake(mpsc::Sender<(NewDelivery, Answer)>);

impl Intake {
    /// Stores a delivery and answers after the commit. The caller may go away: what was handed over
    /// is stored all the same.
    pub(super) async fn put(&self, delivery: NewDelivery) -> Result<Stored, StoreError> {
        let (answer, result) = oneshot::channel();
        let gone = || StoreError::Busy("the agent is ending".to_owned());
        self.0.send((delivery, answer)).await.map_err(|_| gone())?;
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
    Intake(sender)
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
    for delivery in deliveries {
        let insert = query(
            "INSERT INTO deliveries (guid, event, body, polled, received, due, repository) \
             VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (guid) DO NOTHING RETURNING id",
        );
        let new = insert
            .bind(delivery.guid.as_str())
            .bind(delivery.event.as_str())
            .bind(delivery.body.as_slice())
            .bind(delivery.polled)
            .bind(delivery.received)
            .bind(delivery.repository)
            .first(&mut transaction)
            .await?;
        stored.push(match new {
            Some(row) => Stored::New(DeliveryId(row.number("id")?)),
            None => {
                let known = query("SELECT id FROM deliveries WHERE guid = $1");
                let row = known
                    .bind(delivery.guid.as_str())
                    .one(&mut transaction)
                    .await?;
                Stored::Known(DeliveryId(row.number("id")?))
            }
        });
    }
    transaction.commit().await?;
    Ok(stored)
}
