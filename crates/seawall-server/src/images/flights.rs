//! Lookups that are under way: one for each key, however many wait for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

/// What waits for a lookup; it holds the value when that is there.
pub(super) type Flight<V> = watch::Receiver<Option<V>>;

/// There are too many already.
#[derive(Debug)]
pub(super) struct NoFlight;

type Open<K, V> = Arc<Mutex<HashMap<K, Flight<V>>>>;

/// The lookups that are under way.
pub(super) struct Flights<K, V> {
    open: Open<K, V>,
    most: usize,
    turns: Arc<Semaphore>,
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Send + Sync + 'static,
{
    /// So many at once, and so many that are open, those that wait for their turn included.
    pub(super) fn new(at_once: usize, most: usize) -> Self {
        Flights { open: Arc::default(), most, turns: Arc::new(Semaphore::new(at_once)) }
    }

    /// Waits for the lookup of this key, which is started when there is none. It goes on when nobody waits any more.
    pub(super) fn join<F>(
        &self,
        runtime: &Handle,
        key: K,
        start: impl FnOnce() -> F,
    ) -> Result<Flight<V>, NoFlight>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut open = lock(&self.open);
        if let Some(flight) = open.get(&key) {
            return Ok(flight.clone());
        }
        if open.len() >= self.most {
            return Err(NoFlight);
        }
        let (landing, flight) = watch::channel(None);
        open.insert(key.clone(), flight.clone());
        let entry = Entry { open: Arc::clone(&self.open), key };
        let (work, turns) = (start(), Arc::clone(&self.turns));
        runtime.spawn(async move {
            let _turn = turns.acquire().await;
            let value = work.await;
            drop(entry);
            // Whoever comes from here on finds the value in a cache; nobody may wait any more.
            _ = landing.send(Some(value));
        });
        Ok(flight)
    }
}

/// The place of a lookup among those that are open; gone with it, also when it panics.
struct Entry<K: Eq + Hash, V> {
    open: Open<K, V>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Entry<K, V> {
    fn drop(&mut self) {
        lock(&self.open).remove(&self.key);
    }
}

fn lock<K, V>(open: &Mutex<HashMap<K, Flight<V>>>) -> MutexGuard<'_, HashMap<K, Flight<V>>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}
