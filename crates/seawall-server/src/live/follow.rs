//! The connection to the cluster: watches are begun and ended, and new states handed to the desk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Poll;

use seawall_cluster::{Access, Delta, Options, Wanted, Watch};
use seawall_inventory::Inventory;
use seawall_policy::vap::Needs;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use super::pace::Pace;
use super::store::{POLICIES, Store};
use super::types::{Described, describe};
use crate::desk::Desk;

/// Deltas that wait; whoever has more waits with them.
const QUEUE: usize = 64;

/// The policies of a cluster and their bindings.
const POLICY_KINDS: [&str; 4] = [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
];

/// Judges that were made, and what they look up.
pub struct Judging {
    /// Hands them to the desk.
    pub install: Box<dyn FnOnce(&Desk) + Send>,
    /// What their policies look up in the cluster.
    pub needs: Needs,
}

/// Makes the judges anew of the policies that the cluster has; it is given none when these are not followed.
pub type Remake = Box<dyn FnMut(&Inventory) -> Judging + Send>;

/// A cluster that is to be followed.
pub struct Follow {
    /// The way to it.
    pub access: Access,
    /// How it is read.
    pub options: Options,
    /// What is known beside it. Kinds that are followed come from the cluster alone.
    pub base: Inventory,
    /// Whether pods are followed.
    pub pods: bool,
    /// Whether the cluster's own policies are.
    pub policies: bool,
    /// Makes the judges.
    pub judges: Remake,
}

impl Follow {
    /// Follows until that is not possible any more, and gives the reason. `ready` is called once, when the first whole state
    /// is with the desk; `tell` gets what cannot be read, and that it can be again.
    pub async fn run(
        self,
        desk: Arc<Desk>,
        tell: &(impl Fn(&str) + Sync),
        ready: impl FnOnce() + Send,
    ) -> String {
        match Follower::new(desk, self).await {
            Ok(follower) => {
                follower.run(tell, ready).await;
                "the cluster is not followed any more: a panic".to_owned()
            }
            Err(reason) => format!("cluster: {reason}"),
        }
    }
}

/// A kind, and what became of it.
type Heard = (Wanted, Delta);

/// Something that was heard.
enum News {
    Kind(Wanted, Delta),
    Types(Described),
}

/// Following at work.
struct Follower {
    desk: Arc<Desk>,
    watch: Watch,
    follow: Follow,
    store: Option<Store>,
    pace: Pace,
    /// Judges that wait for what they need.
    next: Option<Judging>,
    needs: Needs,
    watches: BTreeMap<Wanted, AbortHandle>,
    /// Where watches put what they hear.
    tell: Sender<Heard>,
    changes: Receiver<Heard>,
    version: Option<(u32, u32)>,
    /// Types are asked for since a policy needed them.
    describing: Option<AbortHandle>,
    described: (Sender<Described>, Receiver<Described>),
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.watches.values().chain(&self.describing).for_each(AbortHandle::abort);
    }
}

impl Follower {
    /// Prepares to follow a cluster. Nothing is asked yet.
    ///
    /// # Errors
    /// When there is no configuration of a cluster, or it cannot be used.
    async fn new(desk: Arc<Desk>, mut follow: Follow) -> Result<Self, String> {
        let watch =
            Watch::open(&follow.access, follow.options.clone()).await.map_err(|error| error.to_string())?;
        let store = Store::new(std::mem::take(&mut follow.base), follow.options.list_bytes);
        let (tell, changes) = channel(QUEUE);
        Ok(Follower {
            desk,
            watch,
            follow,
            store: Some(store),
            pace: Pace::default(),
            next: None,
            needs: Needs::default(),
            watches: BTreeMap::new(),
            tell,
            changes,
            version: None,
            describing: None,
            described: channel(1),
        })
    }

    /// Ends only when making a state panics.
    async fn run(mut self, tell: &(impl Fn(&str) + Sync), ready: impl FnOnce()) {
        self.version = self.version(tell).await;
        if let Some(store) = &mut self.store {
            store.set_version(self.version);
        }
        let mut ready = Some(ready);
        self.want();
        loop {
            let due = self.due(Instant::now());
            let heard = match due {
                Some(due) => timeout_at(due, self.hear()).await.ok().flatten(),
                None => self.hear().await,
            };
            let now = Instant::now();
            let Some(store) = &mut self.store else { return };
            let told = match heard {
                Some(News::Kind(wanted, delta)) => store.apply(&wanted, delta, now).into_iter().collect(),
                Some(News::Types(Described { documents, told })) => {
                    documents.into_iter().for_each(|documents| store.describe(documents));
                    told
                }
                None => Vec::new(),
            };
            told.into_iter().chain(store.expire(now)).for_each(|line| tell(&line));
            self.show();
            if self.publish(now).await
                && let Some(ready) = ready.take()
            {
                ready();
            }
        }
    }

    /// Waits for what is heard next.
    async fn hear(&mut self) -> Option<News> {
        let (changes, described) = (&mut self.changes, &mut self.described.1);
        std::future::poll_fn(|context| {
            if let Poll::Ready(heard) = changes.poll_recv(context) {
                return Poll::Ready(heard.map(|(wanted, delta)| News::Kind(wanted, delta)));
            }
            described.poll_recv(context).map(|heard| heard.map(News::Types))
        })
        .await
    }

    /// The version of the server; whoever cannot be reached is asked again.
    async fn version(&mut self, tell: &(impl Fn(&str) + Sync)) -> Option<(u32, u32)> {
        let mut told = None;
        loop {
            match self.watch.server_version().await {
                Ok(version) => return version,
                Err(error) => {
                    let error = error.to_string();
                    if told.as_ref() != Some(&error) {
                        tell(&format!("cluster: cannot be read: {error}"));
                        told = Some(error);
                    }
                    (self.follow.options.patience.sleep)(self.follow.options.patience.pause).await;
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Begins to follow what is needed, and ends what is not any more.
    fn want(&mut self) {
        let mut wanted = vec![Wanted::new("", "Namespace"), Wanted::new("", "ServiceAccount")];
        if self.follow.pods {
            wanted.push(Wanted::new("", "Pod"));
        }
        if self.follow.policies {
            wanted.extend(POLICY_KINDS.map(|kind| Wanted::new(POLICIES, kind)));
        }
        let pending = self.next.iter().map(|next| &next.needs);
        for needs in pending.chain([&self.needs]) {
            if needs.rights {
                let kinds = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
                wanted.extend(kinds.map(|kind| Wanted::new("rbac.authorization.k8s.io", kind)));
            }
            if needs.definitions && self.describing.is_none() {
                let sleep = Arc::clone(&self.follow.options.patience.sleep);
                let task = describe(self.watch.clone(), self.version, sleep, self.described.0.clone());
                self.describing = Some(tokio::spawn(task).abort_handle());
            }
            if needs.definitions {
                wanted.push(Wanted::new("apiextensions.k8s.io", "CustomResourceDefinition"));
            }
            wanted.extend(needs.params.iter().map(|(group, kind)| Wanted::new(group, kind)));
        }
        wanted.sort();
        wanted.dedup();
        let Some(store) = &mut self.store else { return };
        let (new, gone) = store.want(&wanted, Instant::now());
        for kind in gone {
            self.watches.remove(&kind).iter().for_each(AbortHandle::abort);
        }
        for kind in new {
            let (watch, changes) = (self.watch.clone(), self.tell.clone());
            let task = tokio::spawn({
                let kind = kind.clone();
                async move { watch.follow(kind, changes).await }
            });
            self.watches.insert(kind, task.abort_handle());
        }
    }

    /// When there is something to do although nothing was heard.
    fn due(&self, now: Instant) -> Option<Instant> {
        let store = self.store.as_ref()?;
        let waits = store.has_changed() || store.policies_changed();
        let next = self.pace.next().filter(|_| waits && self.is_settled(now));
        next.into_iter().chain(store.next_expiry(now)).min()
    }

    /// Whether anything can be published: policies when they are all here, the rest when all that policies need is.
    fn is_settled(&self, now: Instant) -> bool {
        self.store.as_ref().is_some_and(|store| store.is_settled(store.policies_changed(), now))
    }

    /// Hands a new state to the desk when there is one and it is time; whether that was done.
    async fn publish(&mut self, now: Instant) -> bool {
        if !self.pace.is_due(now) || !self.is_settled(now) {
            return false;
        }
        if self.store.as_ref().is_some_and(Store::policies_changed) {
            self.remake().await;
            self.want();
            if !self.is_settled(now) {
                self.pace.made(now, Instant::now());
                return false;
            }
        }
        let Some(mut store) = self.store.take() else { return false };
        if !store.has_changed() && self.next.is_none() {
            self.store = Some(store);
            return false;
        }
        // Of a large cluster this takes a while: threads that serve sockets must not wait for it.
        let made = tokio::task::spawn_blocking(move || {
            let known = store.known();
            (store, known)
        });
        // Without a store following ends: see `run`.
        let Ok((store, known)) = made.await else { return false };
        self.store = Some(store);
        self.desk.set_known(known);
        if let Some(next) = self.next.take() {
            (next.install)(&self.desk);
            self.needs = next.needs;
            self.want();
        }
        self.pace.made(now, Instant::now());
        self.desk.metrics().inventory.count();
        self.show();
        true
    }

    /// Makes the judges anew.
    async fn remake(&mut self) {
        let Some(store) = &mut self.store else { return };
        let policies = store.policies();
        let mut judges = std::mem::replace(
            &mut self.follow.judges,
            Box::new(|_| Judging { install: Box::new(|_| ()), needs: Needs::default() }),
        );
        let made = tokio::task::spawn_blocking(move || {
            let judging = judges(&policies);
            (judges, judging)
        });
        if let Ok((judges, judging)) = made.await {
            self.follow.judges = judges;
            self.next = Some(judging);
        }
    }

    fn show(&self) {
        let shown = self.store.as_ref().map(Store::shown);
        self.desk.metrics().inventory.set(shown.unwrap_or_default());
    }
}
