//! What is learnt of images before a request is judged: the digests that tags mean, and who vouches for them.
//!
//! ```text
//! request ─ images that judges want to know ─▶ Images ─┬─ known (caches) ──────────────────────────────┐
//!                                                      └─ flights ─ store (registry) ─ verification ─ caches ─▶ Looked ─▶ judges
//! ```
//!
//! Judges do no IO, so whatever they must know of images is learnt before they are asked, by whoever serves the request, and
//! handed to them as a value. While it is waited for no worker is held.
//!
//! Invariants, above all what is absent:
//! - every wait has a deadline, and what waits is bounded: lookups at once and lookups that are open, of all registries and of
//!   one, entries that are kept;
//! - one image is looked up once at a time, whoever asks; whoever stops waiting stops nobody else's lookup;
//! - a lookup that failed, is late or found no room is a reason, never a digest and never a verdict; whoever brings that
//!   about by the name of an image, or by a registry that nobody else names, gains nothing by it ([`Images::held_against`]);
//! - lookups run on a runtime of their own: a resolver of names that hangs holds no thread that judges;
//! - replicas share nothing: each looks for itself.

mod flights;
mod looked;
mod settings;
mod store;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::policy::{CacheBounds, ImagePolicy, Kept, PolicyHash, Verdict, VerdictCache};
use seawall_image::signature::{Cause, Gap, Instant as Time, Limits, SourceError, TrustedRoot};
use tokio::runtime::{Handle, Runtime};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use crate::clock::Clock;
use flights::{Flights, Lane, NoFlight, Room};

pub use looked::{ImageFacts, LookUp, Looked};
pub(crate) use settings::images as read_settings;
pub use settings::{IMAGE_KEYS, ImageSettings, PinSettings, RegistrySettings};
pub use store::{Asking, ImageStore};

/// Bounds of lookups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageBounds {
    /// How long one lookup may take, whoever waits for it.
    pub lookup: Duration,
    /// Lookups that are made at once.
    pub at_once: usize,
    /// Lookups that are made or wait for their turn.
    pub open: usize,
    /// Lookups that are made at once at one registry.
    pub registry_at_once: usize,
    /// Lookups of one registry that are made or wait for their turn: more than one request can ask for.
    pub registry_open: usize,
    /// Verdicts that are kept.
    pub verdicts: CacheBounds,
    /// Seconds for which a tag is taken to mean the same.
    pub tag: i64,
    /// Seconds for which nobody asks again for what failed.
    pub failure: i64,
}

impl Default for ImageBounds {
    fn default() -> Self {
        ImageBounds {
            lookup: Duration::from_secs(10),
            at_once: 16,
            open: 256,
            registry_at_once: 4,
            registry_open: 64,
            verdicts: CacheBounds::default(),
            tag: 30,
            failure: 5,
        }
    }
}

type Digest = Result<ImageDigest, Gap>;

/// Looks images up.
pub struct Images {
    store: Arc<dyn ImageStore>,
    policies: Arc<Vec<ImagePolicy>>,
    /// What they say of every image, where that depends on nothing that is looked up.
    fixed: Vec<Option<Verdict>>,
    hashes: Vec<PolicyHash>,
    root: Arc<TrustedRoot>,
    limits: Limits,
    bounds: ImageBounds,
    clock: Arc<dyn Clock>,
    runtime: Handle,
    /// The runtime, where it is nobody else's.
    own: Option<Runtime>,
    tags: Mutex<Kept<String, Digest>>,
    verdicts: Mutex<VerdictCache>,
    resolving: Flights<String, Digest>,
    judging: Flights<Judged, Arc<Vec<Verdict>>>,
}

/// An image in a repository, and the policies that judge it by their places.
type Judged = (String, ImageDigest, Vec<usize>);

/// What to learn of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Learn {
    /// Its digest.
    Digest,
    /// Its digest, and what the policies say of it.
    Verdicts,
}

/// Threads that look for names of hosts and verify signatures, at most.
const RESOLVERS: usize = 8;

/// Images that one request may have looked up: nobody keeps the others from it with one pod.
const PER_REQUEST: usize = 32;

/// Why nothing is known of further ones.
const MANY: &str = "the object brings more unknown images than are looked up at once";

/// Why nothing is known when the time is up.
const LATE: &str = "the registry did not answer in time";

/// Why nothing can be known of what no runtime would take.
const NO_REFERENCE: &str = "it is no reference that a registry could hold";

/// Why nothing can be known of an image that is on a node already.
const LOCAL: &str = "it is the ID of an image on a node, and no registry says whose that is";

impl Images {
    /// A service over a store and policies; lookups run on that runtime.
    pub fn new(
        store: Arc<dyn ImageStore>,
        policies: Vec<ImagePolicy>,
        root: TrustedRoot,
        bounds: ImageBounds,
        clock: Arc<dyn Clock>,
        runtime: Handle,
    ) -> Arc<Self> {
        Arc::new(Self::on(store, policies, root, bounds, clock, (runtime, None)))
    }

    /// The same on threads of its own.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start(
        store: Arc<dyn ImageStore>,
        policies: Vec<ImagePolicy>,
        root: TrustedRoot,
        bounds: ImageBounds,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Arc<Self>> {
        let own = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(RESOLVERS)
            .enable_all()
            .build()?;
        let runtime = (own.handle().clone(), Some(own));
        Ok(Arc::new(Self::on(store, policies, root, bounds, clock, runtime)))
    }

    fn on(
        store: Arc<dyn ImageStore>,
        policies: Vec<ImagePolicy>,
        root: TrustedRoot,
        bounds: ImageBounds,
        clock: Arc<dyn Clock>,
        (runtime, own): (Handle, Option<Runtime>),
    ) -> Self {
        let all = Room { at_once: bounds.at_once, open: bounds.open };
        let registry = Room { at_once: bounds.registry_at_once, open: bounds.registry_open };
        Images {
            fixed: policies.iter().map(ImagePolicy::fixed_verdict).collect(),
            hashes: policies.iter().map(|policy| PolicyHash::of(policy, &root)).collect(),
            policies: Arc::new(policies),
            root: Arc::new(root),
            limits: Limits::default(),
            tags: Mutex::new(Kept::new(bounds.verdicts.entries)),
            verdicts: Mutex::new(VerdictCache::new(bounds.verdicts)),
            resolving: Flights::new(all, registry),
            judging: Flights::new(all, registry),
            store,
            bounds,
            clock,
            runtime,
            own,
        }
    }

    /// The policies.
    pub fn policies(&self) -> &[ImagePolicy] {
        &self.policies
    }

    /// The places of the policies that are about an image.
    pub(crate) fn covering(&self, image: &ImageReference<'_>) -> Vec<usize> {
        let covers = |(place, policy): (usize, &ImagePolicy)| policy.covers(image).then_some(place);
        self.policies.iter().enumerate().filter_map(covers).collect()
    }

    /// Those of them for which its signatures must be looked up.
    pub(crate) fn asking(&self, image: &ImageReference<'_>) -> Vec<usize> {
        let mut places = self.covering(image);
        places.retain(|place| self.fixed(*place).is_none());
        places
    }

    /// What the policy at a place says of every image.
    pub(crate) fn fixed(&self, place: usize) -> Option<&Verdict> {
        self.fixed.get(place)?.as_ref()
    }

    /// Why it counts against an image of a registry that something is not known of it. Nothing when it is nobody's doing who
    /// chooses images: then it is a gap, which the settings excuse or not.
    pub(crate) fn held_against(&self, gap: &Gap, registry: &str) -> Option<String> {
        match gap.cause {
            Cause::Here => None,
            Cause::Name => Some(gap.reason.clone()),
            Cause::Registry if self.store.is_named(registry) => None,
            Cause::Registry => {
                let registry: String = registry.chars().take(100).collect();
                Some(format!(
                    "{gap}; nobody here names the registry `{registry}`, so its silence excuses nothing"
                ))
            }
        }
    }

    /// What is known of these images, or will be by then.
    pub(crate) fn look_up(
        self: &Arc<Self>,
        images: Vec<String>,
        learn: Learn,
        until: Instant,
    ) -> Option<LookUp> {
        if images.is_empty() {
            return None;
        }
        let mut known = Looked::default();
        let mut open = Vec::new();
        for image in images {
            match self.known(&image, learn) {
                Some(facts) => known.put(image, facts),
                None if open.len() < PER_REQUEST => open.push(image),
                None => known.put(image, unknown(Gap::new(Cause::Name, MANY))),
            }
        }
        if open.is_empty() {
            return Some(LookUp::Known(known));
        }
        let images = Arc::clone(self);
        Some(LookUp::Asking(Box::pin(async move {
            let mut lookups = JoinSet::new();
            for image in open {
                let images = Arc::clone(&images);
                lookups.spawn(async move {
                    let facts = images.facts(&image, learn, until).await;
                    (image, facts)
                });
            }
            while let Some(done) = lookups.join_next().await {
                // One that crashed is not known, which its judge says.
                if let Ok((image, facts)) = done {
                    known.put(image, facts);
                }
            }
            known
        })))
    }

    fn now(&self) -> Time {
        Time::from_unix(i64::try_from(self.clock.now()).unwrap_or(i64::MAX))
    }

    /// What is known without asking anybody.
    fn known(&self, written: &str, learn: Learn) -> Option<ImageFacts> {
        let reference = match reference(written) {
            Ok(reference) => reference,
            Err(gap) => return Some(unknown(gap)),
        };
        let digest = match own_digest(&reference) {
            Some(digest) => digest,
            None => lock(&self.tags).get(&tagged(&reference), self.now())?.clone(),
        };
        let (Ok(found), Learn::Verdicts) = (&digest, learn) else {
            return Some(ImageFacts { digest, verdicts: Vec::new() });
        };
        let places = self.asking(&reference);
        let verdicts = self.known_verdicts(&repository(&reference), *found, &places)?;
        Some(ImageFacts { digest, verdicts: places.into_iter().zip(verdicts).collect() })
    }

    fn known_verdicts(
        &self,
        repository: &str,
        digest: ImageDigest,
        places: &[usize],
    ) -> Option<Vec<Verdict>> {
        let (kept, now) = (lock(&self.verdicts), self.now());
        let of = |place: &usize| {
            let policy = self.hashes.get(*place)?.within(repository);
            kept.get(digest, policy, now).cloned()
        };
        places.iter().map(of).collect()
    }

    /// What there is to know, within the time.
    async fn facts(self: &Arc<Self>, written: &str, learn: Learn, until: Instant) -> ImageFacts {
        let reference = match reference(written) {
            Ok(reference) => reference,
            Err(gap) => return unknown(gap),
        };
        let digest = match own_digest(&reference) {
            Some(digest) => digest,
            None => self.resolved(&reference, until).await,
        };
        let (Ok(found), Learn::Verdicts) = (&digest, learn) else {
            return ImageFacts { digest, verdicts: Vec::new() };
        };
        let places = self.asking(&reference);
        let verdicts = self.judged(&reference, *found, &places, until).await;
        ImageFacts { digest, verdicts: places.into_iter().zip(verdicts).collect() }
    }

    async fn resolved(self: &Arc<Self>, reference: &ImageReference<'_>, until: Instant) -> Digest {
        let name = tagged(reference);
        let now = self.now();
        if let Some(known) = lock(&self.tags).get(&name, now) {
            return known.clone();
        }
        let images = Arc::clone(self);
        let asked = name.clone();
        let lane = self.lane(reference);
        let flight = self.resolving.join(&self.runtime, name, lane, move || async move {
            let answer = match ImageReference::parse(&asked) {
                Some(reference) => timeout(images.bounds.lookup, images.store.resolve(&reference)).await,
                None => Ok(Err(Gap::new(Cause::Name, NO_REFERENCE))),
            };
            let digest = answer.unwrap_or_else(|_| Err(late()));
            let seconds = if digest.is_ok() { images.bounds.tag } else { images.bounds.failure };
            lock(&images.tags).put(asked, digest.clone(), seconds, images.now());
            digest
        });
        landed(flight, until).await.flatten()
    }

    fn lane(&self, reference: &ImageReference<'_>) -> Lane {
        let registry = reference.registry.clone();
        Lane { named: self.store.is_named(&registry), registry }
    }

    async fn judged(
        self: &Arc<Self>,
        reference: &ImageReference<'_>,
        digest: ImageDigest,
        places: &[usize],
        until: Instant,
    ) -> Vec<Verdict> {
        if places.is_empty() {
            return Vec::new();
        }
        let repository = repository(reference);
        if let Some(known) = self.known_verdicts(&repository, digest, places) {
            return known;
        }
        let images = Arc::clone(self);
        let key = (repository, digest, places.to_vec());
        let (repository, _, places) = key.clone();
        let of = places.len();
        let lane = self.lane(reference);
        let flight = self.judging.join(&self.runtime, key, lane, move || async move {
            Arc::new(images.verify(&repository, digest, &places).await)
        });
        match landed(flight, until).await {
            Ok(verdicts) => verdicts.as_ref().clone(),
            Err(gap) => vec![Verdict::NotEvaluated(gap); of],
        }
    }

    /// Asks for the signatures and holds the policies against them.
    async fn verify(&self, repository: &str, digest: ImageDigest, places: &[usize]) -> Vec<Verdict> {
        let answer = match ImageReference::parse(repository) {
            Some(reference) => timeout(self.bounds.lookup, self.store.signatures(&reference, digest)).await,
            None => Ok(Err(SourceError::Unreachable(Gap::new(Cause::Name, NO_REFERENCE)))),
        };
        let found = answer.unwrap_or_else(|_| Err(SourceError::Unreachable(late())));
        let (policies, root, limits) = (Arc::clone(&self.policies), Arc::clone(&self.root), self.limits);
        let judged = places.to_vec();
        // Some milliseconds of arithmetic for each signature, away from what waits for sockets.
        let verdicts = tokio::task::spawn_blocking(move || {
            let of = |place: &usize| {
                policies.get(*place).map(|policy| policy.judge(digest, &found, &root, &limits))
            };
            judged.iter().filter_map(of).map(without_statements).collect::<Vec<Verdict>>()
        });
        let verdicts = verdicts.await.unwrap_or_default();
        let now = self.now();
        let mut kept = lock(&self.verdicts);
        for (place, verdict) in places.iter().zip(&verdicts) {
            if let Some(policy) = self.hashes.get(*place) {
                kept.put(digest, policy.within(repository), verdict.clone(), now);
            }
        }
        verdicts
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        // Whoever still looks for a name is not waited for.
        if let Some(own) = self.own.take() {
            own.shutdown_background();
        }
    }
}

/// What somebody stated can be large, and nobody asks for it again.
fn without_statements(mut verdict: Verdict) -> Verdict {
    if let Verdict::Verified { accepted } = &mut verdict {
        accepted.iter_mut().for_each(|one| one.statements = Vec::new());
    }
    verdict
}

async fn landed<V: Clone>(flight: Result<flights::Flight<V>, NoFlight>, until: Instant) -> Result<V, Gap> {
    let mut flight = flight.map_err(|full| Gap::new(Cause::Registry, full.reason()))?;
    match timeout_at(until, flight.wait_for(Option::is_some)).await {
        Err(_) => Err(late()),
        Ok(Err(_)) => Err(Gap::new(Cause::Here, "the lookup crashed")),
        Ok(Ok(value)) => value.clone().ok_or_else(late),
    }
}

fn late() -> Gap {
    Gap::new(Cause::Registry, LATE)
}

fn unknown(gap: Gap) -> ImageFacts {
    ImageFacts { digest: Err(gap), verdicts: Vec::new() }
}

/// What can be asked for.
fn reference(written: &str) -> Result<ImageReference<'_>, Gap> {
    let parsed = ImageReference::parse(written).filter(ImageReference::is_well_formed);
    let reference = parsed.ok_or_else(|| Gap::new(Cause::Name, NO_REFERENCE))?;
    if reference.is_local_id() {
        return Err(Gap::new(Cause::Name, LOCAL));
    }
    Ok(reference)
}

/// The digest that stands in a reference; an error when it is of a kind that nothing here verifies.
fn own_digest(reference: &ImageReference<'_>) -> Option<Digest> {
    let digest = ImageDigest::parse(reference.digest?);
    Some(digest.ok_or_else(|| Gap::new(Cause::Name, "only digests by SHA-256 are verified")))
}

/// Registry and repository.
fn repository(reference: &ImageReference<'_>) -> String {
    format!("{}/{}", reference.registry, reference.repository)
}

/// Registry, repository and tag.
fn tagged(reference: &ImageReference<'_>) -> String {
    format!("{}:{}", repository(reference), reference.tag.unwrap_or("latest"))
}

/// Whoever panicked held it to look something up: it is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
