//! Kinds watched: everything that there is, then each change as it comes, until nobody listens any more.
//!
//! Invariants: what is handed over is always a state that the server showed; after a gap everything is listed again
//! ([`Delta::All`]), so that nothing that went away in between stays. A kind that cannot be read says why
//! ([`Delta::Refused`], [`Delta::Lost`]) and is tried again; it never looks empty. As long as the server is there it is heard
//! of every kind: where nothing changes, that is said about once a minute ([`Delta::Same`]), so silence means that it is gone.
//! Memory holds one event, and while a list is read its objects, within [`Options::list_bytes`].

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use seawall_yaml::Tree;
use seawall_yaml::json::read_json_bytes;
use tokio::sync::mpsc::Sender;

use crate::client::Client;
use crate::discovery::{discover, release_of};
use crate::events::{Event, Events};
use crate::kinds::{Listable, Reading};
use crate::list::{ATTEMPTS, Listing, Part, Stop, percent_encode};
use crate::objects::Objects;
use crate::retry::{Denied, Waiting, get};
use crate::{Access, ClusterError, Documents, Options};

/// How long the server lets one watch go on before it is renewed; it sends a bookmark about once a minute.
const ROUND: Duration = Duration::from_secs(290);
/// How long a watch may say nothing: two bookmarks that did not come mean that the connection is dead.
const SILENCE: Duration = Duration::from_secs(150);
/// How long a kind that is refused or absent is left alone.
const REST: Duration = Duration::from_secs(30);
/// How long a kind is that the server could not give.
const AGAIN: Duration = Duration::from_secs(5);

/// A kind that is to be watched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wanted {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind, for example `Namespace`.
    pub kind: String,
}

impl Wanted {
    /// A kind of a group.
    pub fn new(group: &str, kind: &str) -> Self {
        Wanted { group: group.to_owned(), kind: kind.to_owned() }
    }
}

/// What became of a kind.
#[derive(Debug)]
pub enum Delta {
    /// All its objects; what was known of it is void.
    All(Vec<Tree>),
    /// An object that is new or has changed.
    Put(Tree),
    /// The last state of an object that is gone.
    Gone(Tree),
    /// Nothing has changed: the server said so, or took the watch up where it was.
    Same,
    /// It may not be read, and why; what was known of it is out of date.
    Refused(String),
    /// It cannot be read now, and why; what was known of it is out of date.
    Lost(String),
    /// The server has no such kind.
    Absent,
}

impl Delta {
    /// What it is that a list or a watch was denied.
    fn denied(denied: &Denied) -> Self {
        match denied.status() {
            Some(401 | 403) => Delta::Refused(denied.message()),
            Some(404 | 405) => Delta::Absent,
            _ => Delta::Lost(denied.message()),
        }
    }
}

/// A connection on which kinds are watched.
#[derive(Clone, Debug)]
pub struct Watch {
    client: Client,
    options: Arc<Options>,
}

/// Why one round of events ended.
enum Ended {
    /// The server let it go; it goes on from this version.
    Renew(String),
    /// It cannot go on from where it was.
    Lost,
    /// Nothing can be read for a while.
    Denied(Delta),
    /// Nobody listens.
    Unheard,
}

impl Watch {
    /// Connects. Nothing is asked yet.
    ///
    /// # Errors
    /// When there is no configuration of a cluster, or it cannot be used.
    pub async fn open(access: &Access, options: Options) -> Result<Self, ClusterError> {
        let silence = options.silence.max(SILENCE);
        Ok(Watch { client: Client::open(access, silence).await?, options: Arc::new(options) })
    }

    /// Major and minor version of the server, when it says them.
    ///
    /// # Errors
    /// When it cannot be reached, or does not know who asks.
    pub async fn server_version(&self) -> Result<Option<(u32, u32)>, ClusterError> {
        let [major, minor, _] = discover(&self.client, &self.options.patience).await?.version;
        Ok(release_of(&major, &minor))
    }

    /// Brings the OpenAPI documents of the server up to date; whether any of them is another one than before. Those that did
    /// not change are not asked for again.
    pub async fn describe(&self, documents: &mut Documents, version: Option<(u32, u32)>) -> bool {
        documents.refresh(&self.client, &self.options.patience, version).await
    }

    /// Follows a kind and hands over what becomes of it, until the other end is dropped.
    pub async fn follow(&self, wanted: Wanted, changes: Sender<(Wanted, Delta)>) {
        while !changes.is_closed() {
            let delta = match self.listable(&wanted).await {
                Err(delta) => delta,
                Ok(listable) => match listable.reading() {
                    Reading::LeftOut(why) => Delta::Refused(why.to_owned()),
                    _ => match self.state(&listable, &wanted, &changes).await {
                        Ended::Unheard => return,
                        Ended::Denied(delta) => delta,
                        Ended::Renew(_) | Ended::Lost => continue,
                    },
                },
            };
            let rest = if matches!(delta, Delta::Lost(_)) { AGAIN } else { REST };
            if changes.send((wanted.clone(), delta)).await.is_err() {
                return;
            }
            (self.options.patience.sleep)(rest).await;
            tokio::task::yield_now().await;
        }
    }

    /// The kind as the server offers it now.
    async fn listable(&self, wanted: &Wanted) -> Result<Listable, Delta> {
        let discovery = match discover(&self.client, &self.options.patience).await {
            Err(error @ ClusterError::Unauthenticated(_)) => return Err(Delta::Refused(error.to_string())),
            Err(error) => return Err(Delta::Lost(error.to_string())),
            Ok(discovery) => discovery,
        };
        let is_wanted = |kind: &Listable| kind.group == wanted.group && kind.kind == wanted.kind;
        match discovery.kinds.into_iter().find(is_wanted) {
            Some(listable) => Ok(listable),
            // Of a group that did not answer nobody knows what it has.
            None => Err(discovery.silent.get(&wanted.group).cloned().map_or(Delta::Absent, Delta::Lost)),
        }
    }

    /// Everything, then the changes, for as long as they are without a gap.
    async fn state(&self, listable: &Listable, wanted: &Wanted, changes: &Sender<(Wanted, Delta)>) -> Ended {
        let (trees, mut version) = match self.list(listable).await {
            Ok(listed) => listed,
            Err(delta) => return Ended::Denied(delta),
        };
        if changes.send((wanted.clone(), Delta::All(trees))).await.is_err() {
            return Ended::Unheard;
        }
        loop {
            match self.round(listable, wanted, version, changes).await {
                Ended::Renew(next) => version = next,
                ended => return ended,
            }
        }
    }

    async fn list(&self, listable: &Listable) -> Result<(Vec<Tree>, String), Delta> {
        for attempt in 0..ATTEMPTS {
            let mut all = All { trees: Vec::new(), bytes: 0, most: self.options.list_bytes };
            let limit = (attempt + 1 < ATTEMPTS).then_some(self.options.page);
            let mut listing = Listing::new(&self.client, listable, &self.options);
            let listed = listing.run(listable.path(None), limit, &mut all, &AtomicU64::new(0), &mut 0).await;
            match listed {
                Ok(Some(version)) => return Ok((all.trees, version)),
                Ok(None) => return Err(Delta::Lost("the list says of no state that it is one".to_owned())),
                Err(Stop::Expired) => {}
                Err(Stop::Denied(denied)) => return Err(Delta::denied(&denied)),
                Err(Stop::Damaged(why)) => return Err(Delta::Lost(why)),
                Err(Stop::Keep(error)) => return Err(Delta::Refused(error.to_string())),
            }
        }
        Err(Delta::Lost("the list expired again and again".to_owned()))
    }

    /// One watch, to its end.
    async fn round(
        &self,
        listable: &Listable,
        wanted: &Wanted,
        mut version: String,
        changes: &Sender<(Wanted, Delta)>,
    ) -> Ended {
        let mut path = format!(
            "{}?watch=1&allowWatchBookmarks=true&timeoutSeconds={}&resourceVersion=",
            listable.path(None),
            ROUND.as_secs()
        );
        percent_encode(&version, &mut path);
        let mut waiting = Waiting::new(&self.options.patience);
        let mut answer = match get(&self.client, &path, listable.accept_events(), &mut waiting).await {
            Ok(answer) => answer,
            Err(denied) if denied.status() == Some(410) => return Ended::Lost,
            Err(denied) => return Ended::Denied(Delta::denied(&denied)),
        };
        if changes.send((wanted.clone(), Delta::Same)).await.is_err() {
            return Ended::Unheard;
        }
        let mut events = Events::new(self.options.limits.document_bytes as usize);
        let mut objects = Objects::new(listable, &self.options.limits);
        loop {
            let mut arrived = Vec::new();
            let fed = {
                // A round that nobody hears any more must not wait for the next event.
                let next = answer
                    .next(|part| events.feed(part, |event| arrived.push(self.delta(&mut objects, event))));
                let mut next = std::pin::pin!(next);
                let mut unheard = std::pin::pin!(changes.closed());
                std::future::poll_fn(|context| {
                    if let std::task::Poll::Ready(fed) = next.as_mut().poll(context) {
                        return std::task::Poll::Ready(Some(fed));
                    }
                    unheard.as_mut().poll(context).map(|()| None)
                })
                .await
            };
            for event in arrived {
                let (next, delta) = match event {
                    Ok(event) => event,
                    Err(ended) => return ended,
                };
                version = next.unwrap_or(version);
                if changes.send((wanted.clone(), delta)).await.is_err() {
                    return Ended::Unheard;
                }
            }
            match fed {
                None => return Ended::Unheard,
                Some(Ok(Some(true))) => {}
                // What is no event, and an event that is too large: begin again from a list.
                Some(Ok(Some(false))) => return Ended::Lost,
                // The end of a round, and a connection that broke.
                Some(Ok(None) | Err(_)) => {
                    (self.options.patience.sleep)(self.options.patience.pause).await;
                    tokio::task::yield_now().await;
                    return Ended::Renew(version);
                }
            }
        }
    }

    /// The version after an event, and what it says.
    fn delta(&self, objects: &mut Objects, event: Event<'_>) -> Result<(Option<String>, Delta), Ended> {
        if event.kind == "ERROR" {
            // 410 above all: the version is too old. Whatever it is, a list tells how things are.
            return Err(Ended::Lost);
        }
        if event.kind == "BOOKMARK" {
            let (tree, _) = read_json_bytes(event.object, &self.options.limits);
            return Ok((tree.as_ref().and_then(version_of), Delta::Same));
        }
        let Ok(tree) = objects.read(event.object) else { return Err(Ended::Lost) };
        let version = version_of(&tree);
        match event.kind {
            "ADDED" | "MODIFIED" => Ok((version, Delta::Put(tree))),
            "DELETED" => Ok((version, Delta::Gone(tree))),
            _ => Err(Ended::Lost),
        }
    }
}

fn version_of(tree: &Tree) -> Option<String> {
    tree.root().path(&["metadata", "resourceVersion"])?.as_str().map(str::to_owned)
}

/// The objects of a list, while there is room for them.
struct All {
    trees: Vec<Tree>,
    bytes: usize,
    most: usize,
}

impl Part for All {
    fn push(&mut self, tree: Tree) -> io::Result<()> {
        self.bytes += tree.heap_bytes();
        if self.bytes > self.most {
            return Err(io::Error::other("its objects take more memory than they may"));
        }
        self.trees.push(tree);
        Ok(())
    }

    fn restart(&mut self) -> io::Result<()> {
        self.trees.clear();
        self.bytes = 0;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}
