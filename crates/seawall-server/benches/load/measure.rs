//! Posts and takes the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::client::{Address, Client};

/// What a run took.
pub(crate) struct Measured {
    /// Of each request, sorted.
    pub(crate) latencies: Vec<Duration>,
    whole: Duration,
}

impl Measured {
    fn new(mut latencies: Vec<Duration>, whole: Duration) -> Self {
        latencies.sort_unstable();
        Measured { latencies, whole }
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.whole.as_secs_f64()
    }

    pub(crate) fn millis(&self, share: f64) -> f64 {
        let place = (self.latencies.len() as f64 * share) as usize;
        self.latencies[place.min(self.latencies.len() - 1)].as_secs_f64() * 1e3
    }
}

type Bodies = [Vec<u8>];

async fn post(client: &mut Client, body: &[u8]) {
    let answer = client.post("/validate?timeout=10s", body).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// So many requests, so many at once, each connection as fast as it is answered.
pub(crate) async fn at_concurrency(
    address: &Address,
    bodies: &Bodies,
    concurrency: usize,
    count: usize,
) -> Measured {
    let bodies: Arc<Bodies> = bodies.into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::new();
    for _ in 0..concurrency {
        clients.push(Client::open(address).await.unwrap());
    }
    let started = Instant::now();
    let mut tasks = Vec::new();
    for mut client in clients {
        let (bodies, next) = (Arc::clone(&bodies), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return latencies;
                }
                let sent = Instant::now();
                post(&mut client, &bodies[number % bodies.len()]).await;
                latencies.push(sent.elapsed());
            }
        }));
    }
    let mut latencies = Vec::with_capacity(count);
    for task in tasks {
        latencies.append(&mut task.await.unwrap());
    }
    Measured::new(latencies, started.elapsed())
}

/// Requests that arrive at a rate, whether or not those before them are answered: time counts from when each was due, so
/// that a server that falls behind cannot hide it.
pub(crate) async fn at_rate(
    address: &Address,
    bodies: &Bodies,
    per_second: u32,
    length: Duration,
) -> Measured {
    /// Each connection carries every n-th request.
    const CONNECTIONS: u32 = 32;
    let bodies: Arc<Bodies> = bodies.into();
    let step = Duration::from_secs(1) / per_second;
    let (mut due, mut tasks) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let bodies = Arc::clone(&bodies);
        let mut client = Client::open(address).await.unwrap();
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<(usize, Instant)>();
        due.push(sender);
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while let Some((number, due)) = receiver.recv().await {
                post(&mut client, &bodies[number % bodies.len()]).await;
                latencies.push(due.elapsed());
            }
            latencies
        }));
    }
    // A thread that sleeps keeps the beat to some tens of microseconds, and leaves the processors to the server.
    std::thread::spawn(move || {
        let started = Instant::now() + Duration::from_millis(100);
        let times = (0..).map(|number| started + step * number).take_while(|due| *due < started + length);
        for (number, time) in times.enumerate() {
            std::thread::sleep(time.saturating_duration_since(Instant::now()));
            due[number % due.len()].send((number, time)).unwrap();
        }
    });
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.append(&mut task.await.unwrap());
    }
    Measured::new(latencies, length)
}
