//! One review: its time, its body, a worker, its answer.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::Server;
use super::answers::{Sent, json, last, plain};
use super::body::{self, NoBody};
use crate::desk::Desk;
use crate::duration::duration;
use crate::images::{LookUp, Looked};
use crate::judge::{Budget, Hook};
use crate::review::{Answer, BadReview, Review};

/// Bodies up to this size are read again, on a thread that serves sockets, to answer a review that found no worker.
const SMALL: usize = 256 << 10;

impl Server {
    pub(super) async fn review(self: Arc<Self>, hook: Hook, request: Request<Incoming>) -> Sent {
        let started = Instant::now();
        let metrics = Arc::clone(self.desk.metrics());
        if !self.loaded.load(Ordering::Acquire) {
            // Whoever comes although nobody said that the server is ready: an answer would say that policies allow it.
            metrics.rejected.add(&["loading"]);
            return last(StatusCode::SERVICE_UNAVAILABLE, "policies and inventory are not loaded");
        }
        let Ok(_permit) = self.in_flight.try_acquire() else {
            metrics.rejected.add(&["busy"]);
            return last(StatusCode::SERVICE_UNAVAILABLE, "too many reviews at once");
        };
        metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        let answer = self.judge(hook, request, started).await;
        metrics.in_flight.fetch_sub(1, Ordering::Relaxed);
        metrics.duration.observe(&[hook.name()], started.elapsed());
        answer
    }

    async fn judge(&self, hook: Hook, request: Request<Incoming>, started: Instant) -> Sent {
        let rejected = &self.desk.metrics().rejected;
        let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        if !kind.starts_with(b"application/json") {
            rejected.add(&["malformed"]);
            return last(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a review is `application/json`");
        }
        let limits = &self.limits;
        let asked = time_limit(request.uri().query()).unwrap_or(limits.time);
        // A tenth is enough of a short limit.
        let margin = limits.margin.min(asked / 10);
        let until = started + asked.min(limits.time).saturating_sub(margin);
        let most = limits.review.bytes as usize;
        let Some(size) = body::size(request.body(), most) else { return self.too_large() };
        let kibibytes = u32::try_from(size.div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let Ok(_room) = self.room.try_acquire_many(kibibytes) else {
            rejected.add(&["busy"]);
            return last(StatusCode::SERVICE_UNAVAILABLE, "too many large reviews at once");
        };
        let bytes = match body::read(request.into_body(), most, until.min(started + limits.body)).await {
            Ok(bytes) => bytes,
            Err(NoBody::TooLarge) => return self.too_large(),
            Err(NoBody::Slow) => {
                rejected.add(&["slow"]);
                return last(StatusCode::REQUEST_TIMEOUT, "the review did not arrive in time");
            }
            Err(NoBody::Broken) => {
                rejected.add(&["broken"]);
                return last(StatusCode::BAD_REQUEST, "the review broke off");
            }
        };
        match self.work(hook, bytes, until).await {
            Ok(answer) => json(answer.to_json()),
            Err(Failed::Bad(bad)) => {
                rejected.add(&["malformed"]);
                plain(StatusCode::BAD_REQUEST, &bad.to_string())
            }
            Err(Failed::Time) => {
                rejected.add(&["time"]);
                plain(StatusCode::GATEWAY_TIMEOUT, "the review could not be read in time")
            }
            Err(Failed::Crash) => {
                rejected.add(&["crash"]);
                plain(StatusCode::INTERNAL_SERVER_ERROR, "the review could not be read")
            }
        }
    }

    /// A body is refused before it is read, or where it passes the limit.
    fn too_large(&self) -> Sent {
        self.desk.metrics().rejected.add(&["size"]);
        let most = self.limits.review.bytes;
        last(StatusCode::PAYLOAD_TOO_LARGE, &format!("a review has at most {most} bytes"))
    }

    async fn work(&self, hook: Hook, bytes: Bytes, until: Instant) -> Result<Answer, Failed> {
        let limits = self.limits.review;
        let Some(worker) = self.worker(until).await else {
            if bytes.len() > SMALL {
                return Err(Failed::Time);
            }
            let review = Review::read(&bytes, &limits).map_err(Failed::Bad)?;
            return Ok(self.desk.give_up(&review, hook, NO_WORKER));
        };
        let read = Arc::new(OnceLock::new());
        // What is left when the registries had their time is for the judges.
        let looked_until = until - until.saturating_duration_since(Instant::now()) / 4;
        let first = {
            let read = Arc::clone(&read);
            move |desk: &Desk, budget: &Budget| {
                let review = Arc::new(Review::read(&bytes, &limits)?);
                drop(bytes);
                let review = read.get_or_init(|| review);
                Ok(match desk.look_up(review, hook, looked_until) {
                    None => Step::Judged(desk.decide(review, hook, budget)),
                    Some(LookUp::Known(looked)) => {
                        Step::Judged(desk.decide(&Review::clone(review).with(looked), hook, budget))
                    }
                    Some(LookUp::Asking(asking)) => Step::Asking(asking),
                })
            }
        };
        let asking = match self.on_worker(worker, until, first).await? {
            Ended::InTime(Step::Judged(answer)) => return Ok(answer),
            Ended::InTime(Step::Asking(asking)) => asking,
            Ended::Late => return self.late(&read, hook),
        };
        let looked = asking.await;
        let review = Review::clone(read.get().ok_or(Failed::Crash)?).with(looked);
        let Some(worker) = self.worker(until).await else {
            return Ok(self.desk.give_up(&review, hook, NO_WORKER));
        };
        let second = move |desk: &Desk, budget: &Budget| Ok(desk.decide(&review, hook, budget));
        match self.on_worker(worker, until, second).await? {
            Ended::InTime(answer) => Ok(answer),
            Ended::Late => self.late(&read, hook),
        }
    }

    /// The answer to a review whose judges are not waited for any more.
    fn late(&self, read: &OnceLock<Arc<Review>>, hook: Hook) -> Result<Answer, Failed> {
        let review = read.get().ok_or(Failed::Time)?;
        Ok(self.desk.give_up(review, hook, "the policies took longer than the time for this request"))
    }

    async fn worker(&self, until: Instant) -> Option<OwnedSemaphorePermit> {
        timeout_at(until, Arc::clone(&self.workers).acquire_owned()).await.ok()?.ok()
    }

    /// Does something on a thread that judges.
    async fn on_worker<T: Send + 'static>(
        &self,
        worker: OwnedSemaphorePermit,
        until: Instant,
        work: impl FnOnce(&Desk, &Budget) -> Result<T, BadReview> + Send + 'static,
    ) -> Result<Ended<T>, Failed> {
        let budget = Budget::default();
        let either = Arc::new(AtomicBool::new(false));
        let work = tokio::task::spawn_blocking({
            let (desk, budget) = (Arc::clone(&self.desk), budget.clone());
            let ends = Ends { either: Arc::clone(&either), held: Arc::clone(&self.held) };
            move || {
                let _worker = worker;
                let _ends = ends;
                work(&desk, &budget)
            }
        });
        match timeout_at(until, work).await {
            Ok(Ok(done)) => done.map(Ended::InTime).map_err(Failed::Bad),
            Ok(Err(_)) => Err(Failed::Crash),
            Err(_) => {
                budget.spend();
                if !either.swap(true, Ordering::AcqRel) {
                    self.held.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Ended::Late)
            }
        }
    }
}

const NO_WORKER: &str = "no worker was free in time";

/// How far a review came on its first worker.
enum Step {
    Judged(Answer),
    /// Registries are asked first; no worker waits for them.
    Asking(Pin<Box<dyn Future<Output = Looked> + Send>>),
}

/// Whether a worker ended in time.
enum Ended<T> {
    InTime(T),
    Late,
}

/// Why there is no answer.
enum Failed {
    Bad(BadReview),
    Time,
    Crash,
}

/// The end of a worker, noted also when it panics. Whoever comes second, the worker or the end of its time, sees that the
/// other was there: a worker whose time ended first was counted as held, and is free again now.
struct Ends {
    either: Arc<AtomicBool>,
    held: Arc<AtomicIsize>,
}

impl Drop for Ends {
    fn drop(&mut self) {
        if self.either.swap(true, Ordering::AcqRel) {
            self.held.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// How long the API server waits: `?timeout=10s`.
fn time_limit(query: Option<&str>) -> Option<Duration> {
    duration(query?.split('&').find_map(|pair| pair.strip_prefix("timeout="))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_server_says_how_long_it_waits() {
        for (query, seconds) in
            [("timeout=10s", Some(10)), ("a=b&timeout=1m30s", Some(90)), ("timeout=", None), ("x=1", None)]
        {
            assert_eq!(time_limit(Some(query)), seconds.map(Duration::from_secs), "{query}");
        }
        assert_eq!(time_limit(None), None);
    }
}
