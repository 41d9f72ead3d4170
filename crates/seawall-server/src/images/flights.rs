//! Lookups that are under way: one for each key, however many wait for it; so many at once, and fewer of one registry.
//!
//! Invariants:
//! - whoever waits for a turn at a registry holds no turn that another registry could have;
//! - registries that nobody names ([`Lane::named`]) have at most half of everything together, however many names somebody
//!   thinks up.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

/// What waits for a lookup; it holds the value when that is there.
pub(super) type Flight<V> = watch::Receiver<Option<V>>;

/// Where a lookup goes.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) registry: String,
    /// Whether the configuration names it.
    pub(super) named: bool,
}

/// Lookups at once, and lookups that are open, those that wait for their turn included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) at_once: usize,
    pub(super) open: usize,
}

/// There are too many already: whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoFlight {
    All,
    Registry,
    Unnamed,
}

impl NoFlight {
    pub(super) fn reason(self) -> &'static str {
        match self {
            NoFlight::All => "too many images are looked up at once",
            NoFlight::Registry => "too many images of its registry are looked up at once",
            NoFlight::Unnamed => "too many images of registries that nobody names are looked up at once",
        }
    }
}

/// The lookups that are under way.
pub(super) struct Flights<K, V> {
    open: Arc<Mutex<Open<K, V>>>,
    all: Room,
    registry: Room,
    turns: Arc<Semaphore>,
    unnamed: Arc<Semaphore>,
}

struct Open<K, V> {
    flights: HashMap<K, Flight<V>>,
    /// By registry, as long as there is any.
    registries: HashMap<String, Queue>,
    unnamed: usize,
}

struct Queue {
    open: usize,
    turns: Arc<Semaphore>,
}

/// The part of registries that nobody names.
fn half(of: usize) -> usize {
    of.div_ceil(2)
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Send + Sync + 'static,
{
    /// So many of all registries, and so many of one.
    pub(super) fn new(all: Room, registry: Room) -> Self {
        let (turns, unnamed) = (Semaphore::new(all.at_once), Semaphore::new(half(all.at_once)));
        let open = Open { flights: HashMap::new(), registries: HashMap::new(), unnamed: 0 };
        Flights {
            open: Arc::new(Mutex::new(open)),
            all,
            registry,
            turns: Arc::new(turns),
            unnamed: Arc::new(unnamed),
        }
    }

    /// Waits for the lookup of this key, which is started when there is none. It goes on when nobody waits any more.
    pub(super) fn join<F>(
        &self,
        runtime: &Handle,
        key: K,
        lane: Lane,
        start: impl FnOnce() -> F,
    ) -> Result<Flight<V>, NoFlight>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut open = lock(&self.open);
        if let Some(flight) = open.flights.get(&key) {
            return Ok(flight.clone());
        }
        let own = self.admit(&mut open, &lane)?;
        let (landing, flight) = watch::channel(None);
        open.flights.insert(key.clone(), flight.clone());
        let unnamed = (!lane.named).then(|| Arc::clone(&self.unnamed));
        let entry = Entry { open: Arc::clone(&self.open), key, lane };
        let (work, turns) = (start(), Arc::clone(&self.turns));
        runtime.spawn(async move {
            let _own = own.acquire().await;
            let _unnamed = match &unnamed {
                Some(unnamed) => Some(unnamed.acquire().await),
                None => None,
            };
            let _turn = turns.acquire().await;
            let value = work.await;
            drop(entry);
            // Whoever comes from here on finds the value in a cache; nobody may wait any more.
            _ = landing.send(Some(value));
        });
        Ok(flight)
    }

    /// Makes room for one more; gives the turns of its registry.
    fn admit(&self, open: &mut Open<K, V>, lane: &Lane) -> Result<Arc<Semaphore>, NoFlight> {
        if open.flights.len() >= self.all.open {
            return Err(NoFlight::All);
        }
        if !lane.named && open.unnamed >= half(self.all.open) {
            return Err(NoFlight::Unnamed);
        }
        if open.registries.get(&lane.registry).is_some_and(|queue| queue.open >= self.registry.open) {
            return Err(NoFlight::Registry);
        }
        open.unnamed += usize::from(!lane.named);
        let turns = || Queue { open: 0, turns: Arc::new(Semaphore::new(self.registry.at_once)) };
        let queue = open.registries.entry(lane.registry.clone()).or_insert_with(turns);
        queue.open += 1;
        Ok(Arc::clone(&queue.turns))
    }
}

/// The place of a lookup among those that are open; gone with it, also when it panics.
struct Entry<K: Eq + Hash, V> {
    open: Arc<Mutex<Open<K, V>>>,
    key: K,
    lane: Lane,
}

impl<K: Eq + Hash, V> Drop for Entry<K, V> {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.flights.remove(&self.key);
        open.unnamed -= usize::from(!self.lane.named);
        if let Some(queue) = open.registries.get_mut(&self.lane.registry) {
            queue.open -= 1;
            if queue.open == 0 {
                open.registries.remove(&self.lane.registry);
            }
        }
    }
}

fn lock<K, V>(open: &Mutex<Open<K, V>>) -> MutexGuard<'_, Open<K, V>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    type Test = Flights<u32, u32>;

    fn lane(registry: &str, named: bool) -> Lane {
        Lane { registry: registry.to_owned(), named }
    }

    fn flights() -> Test {
        Flights::new(Room { at_once: 4, open: 8 }, Room { at_once: 1, open: 3 })
    }

    fn hang(flights: &Test, key: u32, registry: &str, named: bool) -> Result<Flight<u32>, NoFlight> {
        flights.join(&Handle::current(), key, lane(registry, named), std::future::pending)
    }

    async fn lands(flights: &Test, key: u32, registry: &str, named: bool) -> bool {
        let lane = lane(registry, named);
        let mut flight = flights.join(&Handle::current(), key, lane, || async move { key }).unwrap();
        // The clock jumps when everything waits.
        timeout(Duration::from_secs(1), flight.wait_for(Option::is_some))
            .await
            .is_ok_and(|landed| landed.is_ok())
    }

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(test);
    }

    #[test]
    fn a_registry_that_hangs_takes_its_own_turns_and_room() {
        run(async {
            let flights = flights();
            for key in 0..3 {
                hang(&flights, key, "slow", true).unwrap();
            }
            assert_eq!(hang(&flights, 3, "slow", true).unwrap_err(), NoFlight::Registry);
            assert!(hang(&flights, 0, "slow", true).is_ok(), "what is looked up already needs no room");
            assert!(lands(&flights, 4, "quick", true).await);
        });
    }

    #[test]
    fn registries_that_nobody_names_leave_the_others_room() {
        run(async {
            let flights = flights();
            for key in 0..4 {
                hang(&flights, key, &format!("{key}.stranger"), false).unwrap();
            }
            assert_eq!(hang(&flights, 4, "5.stranger", false).unwrap_err(), NoFlight::Unnamed);
            assert!(lands(&flights, 5, "named", true).await);
            // Those that are named can fill the rest, and no more.
            for key in 6..10 {
                hang(&flights, key, &format!("{key}.named"), true).unwrap();
            }
            assert_eq!(hang(&flights, 10, "11.named", true).unwrap_err(), NoFlight::All);
        });
    }

    #[test]
    fn whatever_lands_or_crashes_leaves_its_room() {
        run(async {
            let flights = flights();
            for round in 0..5 {
                let crashes = async || -> u32 { panic!("the lookup crashes") };
                let mut flight = flights.join(&Handle::current(), 0, lane("a", false), crashes).unwrap();
                assert!(flight.wait_for(Option::is_some).await.is_err());
                assert!(lands(&flights, 1, "a", false).await, "{round}");
            }
            let open = lock(&flights.open);
            assert!(open.flights.is_empty() && open.registries.is_empty() && open.unnamed == 0);
        });
    }
}
