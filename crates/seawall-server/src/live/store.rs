//! What is known of a cluster that is followed: deltas are applied, and states are made of it.
//!
//! Invariants: a value without IO and without a clock; times are passed in. A kind is complete only while it is heard of.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use seawall_cluster::{Delta, Wanted};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_policy::vap::Types;
use seawall_rbac::Rbac;
use seawall_yaml::{NodeId, Tree};
use tokio::time::Instant;

use crate::judge::Known;
use crate::metrics::FollowedKind;

/// How long a kind may not be heard of: two rounds of a watch, or five bookmarks.
pub(super) const STALE: Duration = Duration::from_secs(300);

/// What is said of such a kind.
const SILENT: &str = "has not been heard of for five minutes";

/// How long the first list of one kind is waited for, once others are there: one server of an extension that does not
/// answer must not keep everything back.
pub(super) const GRACE: Duration = Duration::from_secs(60);

/// The group of policies and their bindings.
pub(super) const POLICIES: &str = "admissionregistration.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";
const DEFINITIONS: &str = "apiextensions.k8s.io";

/// What is known of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// It was never listed.
    Waiting,
    Listed,
    /// It was never listed, or not held, and why.
    Refused(String),
    /// The server has no such kind.
    Absent,
}

#[derive(Debug)]
struct Kind {
    state: State,
    /// By namespace and name.
    objects: BTreeMap<(Box<str>, Box<str>), Resource>,
    bytes: usize,
    /// When it began to be followed, and when it was last heard of.
    since: Instant,
    heard: Instant,
    /// Why it is not heard of now.
    trouble: Option<String>,
    /// It was not heard of for too long.
    is_stale: bool,
}

/// What changed since a state was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Changed {
    any: bool,
    rights: bool,
    types: bool,
    policies: bool,
}

/// All followed kinds.
#[derive(Debug)]
pub(super) struct Store {
    /// What is not followed.
    base: Inventory,
    /// What the cluster says of its types.
    documents: Vec<Arc<Tree>>,
    version: Option<(u32, u32)>,
    kinds: BTreeMap<Wanted, Kind>,
    /// Bytes that the objects of one kind may take.
    most: usize,
    changed: Changed,
    rights: Arc<Rbac>,
    types: Arc<Types>,
}

fn name_of(wanted: &Wanted) -> String {
    if wanted.group.is_empty() { wanted.kind.clone() } else { format!("{}.{}", wanted.kind, wanted.group) }
}

impl Store {
    /// Nothing is followed yet. Kinds that will be come from the cluster alone, all others from `base`.
    pub(super) fn new(base: Inventory, most: usize) -> Self {
        let Known { inventory, rights, types } = base.into();
        let changed = Changed { any: true, rights: true, types: true, policies: true };
        let (documents, kinds) = (Vec::new(), BTreeMap::new());
        Store { base: inventory, documents, version: None, kinds, most, changed, rights, types }
    }

    /// What the cluster says of its types, in place of what it said before.
    pub(super) fn describe(&mut self, documents: Vec<Arc<Tree>>) {
        self.documents = documents;
        self.changed.any = true;
        self.changed.types = true;
    }

    /// The version of the server.
    pub(super) fn set_version(&mut self, version: Option<(u32, u32)>) {
        self.version = version;
    }

    /// Follows these kinds and no others from now on; gives those that are new and those that go.
    pub(super) fn want(&mut self, wanted: &[Wanted], now: Instant) -> (Vec<Wanted>, Vec<Wanted>) {
        let gone: Vec<Wanted> = self.kinds.keys().filter(|kind| !wanted.contains(kind)).cloned().collect();
        let new: Vec<Wanted> = wanted.iter().filter(|kind| !self.kinds.contains_key(kind)).cloned().collect();
        for kind in &gone {
            self.kinds.remove(kind);
            self.note(kind);
        }
        for kind in &new {
            let waiting = Kind {
                state: State::Waiting,
                objects: BTreeMap::new(),
                bytes: 0,
                since: now,
                heard: now,
                trouble: None,
                is_stale: false,
            };
            self.kinds.insert(kind.clone(), waiting);
            self.note(kind);
        }
        (new, gone)
    }

    fn note(&mut self, wanted: &Wanted) {
        self.changed.any = true;
        self.changed.rights |= wanted.group == RBAC;
        self.changed.types |= wanted.group == DEFINITIONS;
        self.changed.policies |= wanted.group == POLICIES;
    }

    /// Takes in what became of a kind; gives what is to be told.
    pub(super) fn apply(&mut self, wanted: &Wanted, delta: Delta, now: Instant) -> Option<String> {
        let most = self.most;
        // A kind that is not wanted any more may have had something to say.
        let kind = self.kinds.get_mut(wanted)?;
        let (state, stale) = (kind.state.clone(), kind.is_stale);
        let (mut changed, mut told) = (false, None);
        match delta {
            Delta::Refused(why) | Delta::Lost(why) if kind.trouble.as_ref() == Some(&why) => {}
            Delta::Refused(why) => {
                if kind.state == State::Waiting {
                    kind.state = State::Refused(why.clone());
                }
                told = Some(format!("is refused: {why}"));
                kind.trouble = Some(why);
            }
            Delta::Lost(why) => {
                told = Some(format!("cannot be read: {why}"));
                kind.trouble = Some(why);
            }
            heard => {
                kind.heard = now;
                kind.is_stale = false;
                changed = kind.take(heard, most);
                if kind.trouble.take().is_some() && matches!(kind.state, State::Listed | State::Absent) {
                    told = Some("is read again".to_owned());
                }
            }
        }
        if let State::Refused(why) = &kind.state
            && state == State::Listed
        {
            told = Some(format!("is not held any more: {why}"));
        }
        if changed || kind.state != state || kind.is_stale != stale {
            self.note(wanted);
        }
        told.map(|told| format!("cluster: `{}` {told}", name_of(wanted)))
    }

    /// Whether all kinds, or those of policies, are as complete as they will get.
    pub(super) fn is_settled(&self, policies_only: bool, now: Instant) -> bool {
        let any = self.kinds.values().any(|kind| kind.state == State::Listed);
        self.kinds.iter().filter(|(wanted, _)| !policies_only || wanted.group == POLICIES).all(
            |(wanted, kind)| match kind.state {
                State::Listed | State::Absent => true,
                // Whoever may not see policies must not look as if there were none.
                _ if wanted.group == POLICIES => false,
                State::Refused(_) => true,
                State::Waiting => any && now.duration_since(kind.since) >= GRACE,
            },
        )
    }

    /// Whether a new state would differ from the last one.
    pub(super) fn has_changed(&self) -> bool {
        self.changed.any
    }

    /// Whether policies or their bindings changed since they were last taken.
    pub(super) fn policies_changed(&self) -> bool {
        self.changed.policies
    }

    /// Marks the kinds that were not heard of for too long; gives what is to be told.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<String> {
        let mut told = Vec::new();
        let mut expired = Vec::new();
        for (wanted, kind) in &mut self.kinds {
            if kind.state == State::Listed && !kind.is_stale && now.duration_since(kind.heard) >= STALE {
                kind.is_stale = true;
                let why = kind.trouble.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                told.push(format!("cluster: `{}` {SILENT}{why}", name_of(wanted)));
                expired.push(wanted.clone());
            }
        }
        expired.iter().for_each(|wanted| self.note(wanted));
        told
    }

    /// When something changes next without a delta.
    pub(super) fn next_expiry(&self, now: Instant) -> Option<Instant> {
        let of = |kind: &Kind| match kind.state {
            State::Waiting => Some(kind.since + GRACE),
            State::Listed if !kind.is_stale => Some(kind.heard + STALE),
            _ => None,
        };
        self.kinds.values().filter_map(of).filter(|at| *at > now).min()
    }

    /// The policies and bindings of the cluster.
    pub(super) fn policies(&mut self) -> Inventory {
        self.changed.policies = false;
        let mut builder = InventoryBuilder::new();
        for (_, kind) in self.kinds.iter().filter(|(wanted, _)| wanted.group == POLICIES) {
            kind.objects.values().cloned().for_each(|object| builder.push(object));
        }
        builder.build()
    }

    /// What is known now.
    pub(super) fn known(&mut self) -> Known {
        let is_followed = |kind: GroupKind<'_>| {
            self.kinds.keys().any(|wanted| wanted.group == kind.group && wanted.kind == kind.kind)
        };
        let mut builder = self.base.keeping(|kind| !is_followed(kind));
        if let Some((major, minor)) = self.version {
            builder.server_version(major, minor);
        }
        self.documents.iter().for_each(|document| builder.api_document(Arc::clone(document)));
        for (wanted, kind) in self.kinds.iter().filter(|(wanted, _)| wanted.group != POLICIES) {
            kind.objects.values().cloned().for_each(|object| builder.push(object));
            let id = GroupKind::new(&wanted.group, &wanted.kind);
            match &kind.state {
                State::Listed if kind.is_stale => builder.refuse(id, kind.stale()),
                State::Listed | State::Absent => builder.complete_kind(id),
                State::Refused(why) => builder.refuse(id, why),
                State::Waiting => {
                    builder.refuse(id, kind.trouble.as_deref().unwrap_or("it was not listed yet"))
                }
            }
        }
        let inventory = builder.build();
        // The index is made here, and not by the first request that looks something up.
        let _ = inventory.find(GroupKind::new("", "Namespace"), None, "");
        if self.changed.rights {
            self.rights = Arc::new(Rbac::build(&inventory).0);
        }
        if self.changed.types {
            self.types = Arc::new(Types::of(&inventory));
        }
        self.changed = Changed { policies: self.changed.policies, ..Changed::default() };
        Known { inventory, rights: Arc::clone(&self.rights), types: Arc::clone(&self.types) }
    }

    /// The followed kinds.
    pub(super) fn shown(&self) -> Vec<FollowedKind> {
        let shown = |(wanted, kind): (&Wanted, &Kind)| FollowedKind {
            kind: name_of(wanted),
            objects: kind.objects.len(),
            is_complete: matches!(kind.state, State::Listed | State::Absent) && !kind.is_stale,
            heard: kind.heard,
        };
        self.kinds.iter().map(shown).collect()
    }
}

impl Kind {
    fn stale(&self) -> &str {
        match &self.trouble {
            Some(why) => why,
            None => SILENT,
        }
    }

    /// Takes in what the server said; whether that changes anything.
    fn take(&mut self, delta: Delta, most: usize) -> bool {
        match delta {
            Delta::All(trees) => {
                self.clear();
                self.state = State::Listed;
                trees.into_iter().for_each(|tree| _ = self.put(tree));
            }
            // What is not held because it is too much stays so until there is another list.
            Delta::Put(_) | Delta::Gone(_) if self.state != State::Listed => return false,
            Delta::Put(tree) => {
                if !self.put(tree) {
                    return false;
                }
            }
            Delta::Gone(tree) => {
                if let Some(gone) = resource(tree).and_then(|resource| self.objects.remove(&key(&resource))) {
                    self.bytes = self.bytes.saturating_sub(gone.heap_bytes());
                }
            }
            Delta::Absent => {
                self.clear();
                self.state = State::Absent;
            }
            Delta::Same | Delta::Refused(_) | Delta::Lost(_) => return false,
        }
        if self.bytes > most {
            self.clear();
            self.state = State::Refused("its objects take more memory than they may".to_owned());
        }
        true
    }

    fn clear(&mut self) {
        self.objects.clear();
        self.bytes = 0;
    }

    /// Puts an object in its place; whether it is another one than was there.
    fn put(&mut self, tree: Tree) -> bool {
        let Some(resource) = resource(tree) else { return false };
        let version = |resource: &Resource| {
            resource.metadata().and_then(|metadata| metadata.str("resourceVersion")).map(str::to_owned)
        };
        let (now, bytes) = (version(&resource), resource.heap_bytes());
        let before = self.objects.insert(key(&resource), resource);
        self.bytes += bytes;
        self.bytes = self.bytes.saturating_sub(before.as_ref().map_or(0, Resource::heap_bytes));
        now.is_none() || before.as_ref().and_then(version) != now
    }
}

fn key(resource: &Resource) -> (Box<str>, Box<str>) {
    (resource.namespace().unwrap_or("").into(), resource.name().into())
}

/// An object of the cluster; the reader took care that it says what it is.
fn resource(tree: Tree) -> Option<Resource> {
    let origin = Origin { file: "cluster".into(), document: 0, line: 1, kind: OriginKind::Cluster };
    Resource::new(Arc::new(tree), NodeId::ROOT, origin, None).ok()
}
