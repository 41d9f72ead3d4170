//! From facts to edges. Each file adds the edges of some primitives; sets keep their number linear.

mod binding;
mod cloud;
mod constrained;
mod control;
mod custom;
mod flaws;
mod gate;
mod grants;
mod identities;
pub(crate) mod index;
mod ingress;
mod internet;
pub(crate) mod listeners;
mod metadata;
mod named;
mod network;
pub(crate) mod operators;
mod outdated;
pub(crate) mod part;
pub(crate) mod pods;
mod storage;
mod targets;
mod together;

use std::rc::Rc;
use std::sync::Arc;

use seawall_network::Network;
use seawall_rbac::{BindingId, Rbac, RoleId, RuleSetId};

use crate::facts::Facts;
use crate::graph::{Builder, Evidence, Graph};
use crate::names::{Name, Names};
use crate::numbers::{NumberMap, NumberSet};
use crate::rights::Holdings;
use crate::vertex::{Place, Vertex};
use crate::ways::Found;

/// The numbers that the graph gives to bindings and roles of the rights room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) bindings: Vec<BindingId>,
    pub(crate) roles: Vec<RoleId>,
    role_numbers: NumberMap<RoleId, u32>,
    /// The vertex of a pod and what owns it, as a number that pods of one owner share.
    pub(crate) owners: NumberMap<u32, u32>,
    /// Those numbers by kind, namespace and name of the owner.
    owner_numbers: NumberMap<(Name, Name, Name), u32>,
    /// Which pods send from where to what.
    pub(crate) sending: listeners::Sending,
    /// What a change of single pods may not be followed over.
    pub(crate) looked_up: LookedUp,
    /// What was looked up over all facts when the graph was made.
    pub(crate) index: Arc<index::Index>,
    /// The kinds of what has ports.
    pub(crate) owner_kinds: NumberSet<Name>,
    /// Roles, by number, that every API server makes again: taking a rule away from one is no change that lasts.
    pub(crate) defaults: NumberSet<u32>,
}

/// What rules look up of single pods and workloads.
#[derive(Clone, Debug, Default)]
pub(crate) struct LookedUp {
    /// Names of pods that rights are restricted to.
    pub(crate) pods: NumberSet<Name>,
    /// Names of secrets that rights are restricted to.
    pub(crate) secrets: NumberSet<Name>,
    /// Some right is restricted to workloads of given names.
    pub(crate) workloads: bool,
    /// Where somebody adds debug containers, on the nodes that the pods run on.
    pub(crate) debugged: NumberSet<Place>,
}

impl Tables {
    fn owner(&mut self, owner: (Name, Name, Name)) -> u32 {
        let next = u32::try_from(self.owner_numbers.len()).unwrap_or(u32::MAX);
        *self.owner_numbers.entry(owner).or_insert(next)
    }

    fn role(&mut self, role: RoleId) -> u32 {
        let next = u32::try_from(self.roles.len()).unwrap_or(u32::MAX);
        *self.role_numbers.entry(role).or_insert_with(|| {
            self.roles.push(role);
            next
        })
    }
}

/// A graph in the making, with what it is made from.
pub(crate) struct Assembly<'m> {
    pub(crate) names: &'m mut Names,
    pub(crate) facts: &'m Facts,
    pub(crate) rbac: &'m Rbac,
    pub(crate) network: &'m Network,
    pub(crate) ways: &'m Found,
    pub(crate) version: Option<(u32, u32)>,
    pub(crate) graph: Builder,
    pub(crate) tables: Tables,
    /// By list of rules: equal lists are read once.
    holdings: NumberMap<RuleSetId, Rc<Holdings>>,
    pub(crate) index: Arc<index::Index>,
    gates: NumberMap<Place, gate::Gate>,
    /// The pods that the network room knows.
    seats: Rc<Vec<metadata::Seat>>,
    /// Ports behind which something leads on.
    pub(crate) listeners: Vec<listeners::Listener>,
    /// Custom resources that lead on.
    customs: custom::Customs,
}

/// What other rooms say, and the version of the API server.
#[derive(Clone, Copy)]
pub(crate) struct Exact<'m> {
    pub(crate) rbac: &'m Rbac,
    pub(crate) network: &'m Network,
    pub(crate) ways: &'m Found,
    pub(crate) version: Option<(u32, u32)>,
}

/// Makes the graph.
pub(crate) fn assemble(
    names: &mut Names,
    facts: &Facts,
    Exact { rbac, network, ways, version }: Exact<'_>,
) -> (Graph, Tables) {
    let index = Arc::new(index::Index::of(facts, rbac, ways, names));
    let mut assembly = Assembly {
        names,
        facts,
        rbac,
        network,
        ways,
        version,
        graph: Builder::default(),
        tables: Tables::default(),
        holdings: NumberMap::default(),
        index,
        gates: NumberMap::default(),
        seats: Rc::default(),
        listeners: Vec::new(),
        customs: custom::Customs::default(),
    };
    assembly.pods();
    assembly.seats = Rc::new(assembly.seats());
    assembly.nodes();
    assembly.accounts_and_secrets();
    assembly.outdated();
    assembly.customs();
    let (grants, behalves) = assembly.grants();
    assembly.together(&grants);
    assembly.constrained(&grants, &behalves);
    assembly.cloud();
    assembly.endpoints();
    assembly.metadata();
    assembly.control();
    assembly.reached();
    assembly.identities();
    (assembly.graph.finish(), Tables { index: assembly.index, ..assembly.tables })
}

impl Assembly<'_> {
    pub(crate) fn vertex(&mut self, vertex: Vertex) -> u32 {
        self.graph.vertex(vertex)
    }

    /// Evidence in an object that is no vertex.
    pub(crate) fn object(&mut self, object: &str, route: &str) -> Evidence {
        Evidence::Object { object: self.names.intern(object), route: self.names.intern(route) }
    }

    pub(crate) fn holdings(&mut self, set: RuleSetId) -> Rc<Holdings> {
        if let Some(known) = self.holdings.get(&set) {
            return Rc::clone(known);
        }
        let holdings = Rc::new(Holdings::of(self.rbac.rules(set), self.rbac, self.names));
        self.holdings.insert(set, Rc::clone(&holdings));
        holdings
    }

    /// The namespaces that are known by an object in them, sorted.
    pub(crate) fn namespaces(&self) -> Vec<Name> {
        self.index.namespaces.clone()
    }

    pub(crate) fn in_kube_system(&self, place: Place) -> bool {
        match place {
            Place::Cluster => true,
            Place::Namespace(namespace) => self.names.text(namespace) == "kube-system",
        }
    }
}
