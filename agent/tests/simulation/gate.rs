//! Virtual time beside a database that lives in threads of its own.
//!
//! Tokio's paused clock jumps to the next timer whenever nothing is ready. It knows nothing of a
//! query that a thread of SQLite is still at, so the gate keeps the clock from jumping meanwhile:
//! to the agents a query takes no time. It also counts the moments at which an agent waits for
//! anything, and ends it at one of them.

use agent::store::Store;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

/// A query takes no longer, however busy the machine is.
const HANGS: Duration = Duration::from_secs(120);

pub(crate) struct Gate {
    handle: Mutex<Option<Handle>>,
    /// None while it is being opened, which takes threads, too.
    store: Mutex<Option<Store>>,
    waits: AtomicU64,
    end_at: AtomicU64,
    pub(crate) end: Notify,
}

impl Gate {
    /// A runtime in virtual time whose waiting this gate sees.
    pub(crate) fn runtime() -> (Runtime, Arc<Self>) {
        let gate = Arc::new(Self {
            handle: Mutex::new(None),
            store: Mutex::new(None),
            waits: AtomicU64::new(0),
            end_at: AtomicU64::new(u64::MAX),
            end: Notify::new(),
        });
        let seen = Arc::clone(&gate);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .on_thread_park(move || seen.waits())
            .build()
            .unwrap();
        *gate.handle.lock().unwrap() = Some(runtime.handle().clone());
        (runtime, gate)
    }

    pub(crate) fn opened(&self, store: Store) {
        *self.store() = Some(store);
    }

    /// The agent is dead: without this runtime and gate would keep each other, and its files open.
    pub(crate) fn close(&self) {
        self.store().take();
        self.handle.lock().unwrap().take();
    }

    /// Ends the agent when it has waited so often.
    pub(crate) fn end_after(&self, waits: u64) {
        self.end_at.store(waits, Ordering::Relaxed);
    }

    /// Whether a query is on its way.
    pub(crate) fn is_busy(&self) -> bool {
        self.store().as_ref().is_none_or(|store| store.in_use() > 0)
    }

    fn waits(&self) {
        let waits = self.waits.fetch_add(1, Ordering::Relaxed) + 1;
        if waits == self.end_at.load(Ordering::Relaxed) {
            return self.end.notify_one();
        }
        if !self.is_busy() {
            return;
        }
        let metrics = match &*self.handle.lock().unwrap() {
            Some(handle) => handle.metrics(),
            None => return,
        };
        let began = Instant::now();
        for round in 0u32.. {
            // Who answers from another thread puts the waiting task there.
            if metrics.global_queue_depth() > 0 {
                return;
            }
            if round < 50 {
                std::thread::yield_now();
            } else {
                std::thread::sleep(Duration::from_micros(20));
            }
            assert!(
                began.elapsed() < HANGS,
                "a task keeps a connection to the database while it waits for time"
            );
        }
    }

    fn store(&self) -> std::sync::MutexGuard<'_, Option<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
