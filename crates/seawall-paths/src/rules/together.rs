//! What several permissions open together, held by one identity or by several.
//!
//! A role that holds all of them gets a plain step. Where a role holds only a part, a conjunction is added: it is reached
//! when all premises are, by whichever identities.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::{Evidence, build::Step};
use crate::rights::Permission;
use crate::rules::{Assembly, gate::Shut, grants::Grant, index::Index as LookedUp, pods::escape_step};
use crate::vertex::{Place, Vertex};

use Permission as P;

/// A rule over permissions at one place; a permission at cluster scope holds in every namespace.
struct Joint {
    primitive: Primitive,
    premises: &'static [P],
    /// Permissions that only exist at cluster scope.
    opens: Opens,
}

#[derive(Clone, Copy)]
enum Opens {
    ClusterAdmin,
    NamespaceAdmin,
    /// Everything in the namespace.
    Namespace,
    Masters,
    Accounts,
    Anybody,
    Groups,
    Kubelets,
    AccountsAndNodes,
    Nodes,
    /// The same, where policies alone keep such pods out.
    NodesPastPolicies,
    /// The pods, for who holds a node as well.
    PodsToNode,
}

const JOINTS: &[Joint] = &[
    Joint {
        primitive: Primitive::A02,
        premises: &[P::PodCreate, P::PodExec, P::SecretGet, P::CreateRoleBinding],
        opens: Opens::NamespaceAdmin,
    },
    Joint {
        primitive: Primitive::A02,
        premises: &[P::PodCreate, P::PodExec, P::SecretList, P::CreateRoleBinding],
        opens: Opens::NamespaceAdmin,
    },
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateMasters, P::ImpersonateUser],
        opens: Opens::Masters,
    },
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateMasters, P::ImpersonateAccount],
        opens: Opens::Masters,
    },
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateGroup, P::ImpersonateUser],
        opens: Opens::Groups,
    },
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateGroup, P::ImpersonateAccount],
        opens: Opens::Groups,
    },
    Joint {
        primitive: Primitive::A24,
        premises: &[P::EscalateClusterRole, P::UpdateClusterRole],
        opens: Opens::ClusterAdmin,
    },
    Joint { primitive: Primitive::A24, premises: &[P::EscalateRole, P::UpdateRole], opens: Opens::Namespace },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::CreateClusterRoleBinding, P::BindClusterRole],
        opens: Opens::ClusterAdmin,
    },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::UpdateClusterRoleBinding, P::BindClusterRole],
        opens: Opens::ClusterAdmin,
    },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::CreateRoleBinding, P::BindClusterRole],
        opens: Opens::Namespace,
    },
    Joint { primitive: Primitive::A18, premises: &[P::SecretCreate, P::SecretGet], opens: Opens::Accounts },
    Joint { primitive: Primitive::A18, premises: &[P::SecretCreate, P::SecretList], opens: Opens::Accounts },
    Joint {
        primitive: Primitive::A28,
        premises: &[P::RequestCreate, P::RequestApprove, P::SignerClient],
        opens: Opens::Anybody,
    },
    Joint {
        primitive: Primitive::A29,
        premises: &[P::RequestCreate, P::RequestApprove, P::SignerKubelet],
        opens: Opens::Kubelets,
    },
    Joint {
        primitive: Primitive::A31,
        premises: &[P::MutationPolicy, P::MutationBinding],
        opens: Opens::AccountsAndNodes,
    },
    Joint { primitive: Primitive::A35, premises: &[P::NamespaceUpdate, P::PodCreate], opens: Opens::Nodes },
    Joint {
        primitive: Primitive::A35,
        premises: &[P::NamespaceUpdate, P::WorkloadCreate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A35,
        premises: &[P::NamespaceUpdate, P::WorkloadUpdate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A39,
        premises: &[P::VolumeCreate, P::ClaimCreate, P::PodCreate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A39,
        premises: &[P::VolumeCreate, P::ClaimCreate, P::WorkloadCreate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A39,
        premises: &[P::VolumeCreate, P::ClaimCreate, P::WorkloadUpdate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::PolicyWeaken, P::PodCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::PolicyWeaken, P::WorkloadCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::KyvernoWeaken, P::PodCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::KyvernoWeaken, P::WorkloadCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::PolicyWeaken, P::WorkloadUpdate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::KyvernoWeaken, P::WorkloadUpdate],
        opens: Opens::NodesPastPolicies,
    },
    Joint { primitive: Primitive::A14, premises: &[P::PodBind, P::PodRemove], opens: Opens::PodsToNode },
    Joint { primitive: Primitive::A15, premises: &[P::NodeChange, P::PodRemove], opens: Opens::PodsToNode },
    Joint { primitive: Primitive::A15, premises: &[P::NodeChange, P::NodeEmpty], opens: Opens::PodsToNode },
];

/// Permissions over objects without a namespace: they hold at cluster scope only.
const CLUSTER_ONLY: &[P] = &[
    P::ImpersonateUser,
    P::ImpersonateGroup,
    P::ImpersonateMasters,
    P::EscalateClusterRole,
    P::UpdateClusterRole,
    P::CreateClusterRoleBinding,
    P::UpdateClusterRoleBinding,
    P::RequestCreate,
    P::RequestApprove,
    P::SignerClient,
    P::SignerKubelet,
    P::MutationPolicy,
    P::MutationBinding,
    P::VolumeCreate,
    P::NodeChange,
    P::NodeEmpty,
    P::PolicyWeaken,
    P::KyvernoWeaken,
];

/// Whoever is impersonated to be in a group need not exist: any name does.
const SOMEBODY: &[P] = &[P::ImpersonateUser, P::ImpersonateAccount];

/// Grants by permission and place; but for a few only those for all objects join with others.
pub(crate) struct Index<'g> {
    whole: BTreeMap<(P, Place), Vec<&'g Grant>>,
    pub(crate) named: BTreeMap<P, Vec<&'g Grant>>,
}

impl<'g> Index<'g> {
    fn of(grants: &'g [Grant], looked_up: &LookedUp) -> Self {
        let mut index = Index { whole: BTreeMap::new(), named: BTreeMap::new() };
        for grant in grants {
            if let (P::WorkloadUpdate, Some(names)) = (grant.permission, &grant.names) {
                // Where one of the name is, it runs what all of them would.
                for namespace in looked_up.worked_by(names, grant.place) {
                    let place = Place::Namespace(namespace);
                    index.whole.entry((grant.permission, place)).or_default().push(grant);
                }
                continue;
            }
            let place = match (&grant.names, grant.permission, grant.place) {
                (None, ..) => Some(grant.place),
                (_, permission, place) if SOMEBODY.contains(&permission) => Some(place),
                // The request for a namespace is made in it.
                (Some(names), P::NamespaceUpdate, Place::Namespace(own)) if names.contains(&own) => {
                    Some(grant.place)
                }
                _ => None,
            };
            if let Some(place) = place {
                index.whole.entry((grant.permission, place)).or_default().push(grant);
            } else if grant.permission == P::NamespaceUpdate && grant.place == Place::Cluster {
                for name in grant.names.iter().flatten() {
                    let place = Place::Namespace(*name);
                    index.whole.entry((grant.permission, place)).or_default().push(grant);
                }
            } else {
                index.named.entry(grant.permission).or_default().push(grant);
            }
        }
        index
    }

    /// The grants that hold at a place.
    pub(crate) fn at(&self, permission: P, place: Place) -> impl Iterator<Item = &'g Grant> {
        let everywhere = (place != Place::Cluster).then_some(Place::Cluster);
        let places = std::iter::once(place).chain(everywhere);
        places.flat_map(move |place| self.whole.get(&(permission, place)).into_iter().flatten().copied())
    }

    /// The places where a premise is granted: what cluster scope adds everywhere needs no place of its own.
    pub(crate) fn places(&self, premises: &[P]) -> BTreeSet<Place> {
        let own = premises.iter().flat_map(|premise| {
            let from = (*premise, Place::Cluster);
            self.whole.range(from..).take_while(move |((permission, _), _)| permission == premise)
        });
        own.map(|((_, place), _)| *place).collect()
    }
}

impl Assembly<'_> {
    pub(crate) fn together(&mut self, grants: &[Grant]) {
        let index = Index::of(grants, &self.index);
        for joint in JOINTS {
            let cluster_only = joint.premises.iter().all(|premise| CLUSTER_ONLY.contains(premise))
                || matches!(joint.opens, Opens::ClusterAdmin);
            for place in index.places(joint.premises) {
                if place == Place::Cluster || !cluster_only {
                    self.join(joint, place, &index);
                }
            }
        }
        self.named_groups(&index);
        self.named_roles(grants, &index);
        self.named_escalation(&index);
        self.log_links(&index);
    }

    fn join(&mut self, joint: &Joint, place: Place, index: &Index<'_>) {
        let holders: Vec<Vec<&Grant>> =
            joint.premises.iter().map(|premise| index.at(*premise, place).collect()).collect();
        if holders.iter().any(Vec::is_empty) || self.is_idle(joint, place) {
            return;
        }
        let targets = self.opened_together(joint, place);
        if targets.is_empty() {
            return;
        }
        let whole = |rights: u32| holders.iter().all(|list| list.iter().any(|grant| grant.rights == rights));
        let needs_node = matches!(joint.opens, Opens::PodsToNode);
        let mut alone: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for grant in holders.iter().flatten().filter(|grant| whole(grant.rights)) {
            alone.entry(grant.rights).or_default().push(grant.rule);
        }
        let step = self.joint_step(joint);
        if !needs_node {
            for (rights, rules) in &alone {
                // At cluster scope the same role opened it already.
                let everywhere = |premise: &P| {
                    let grants = index.whole.get(&(*premise, Place::Cluster)).into_iter().flatten();
                    grants.into_iter().any(|grant| grant.rights == *rights)
                };
                if place == Place::Cluster || !joint.premises.iter().all(everywhere) {
                    self.joined_alone(rules, &targets, step);
                }
            }
        }
        // Anybody who holds one of the premises then holds all of them.
        let some_is_whole =
            holders.iter().any(|list| list.iter().all(|grant| alone.contains_key(&grant.rights)));
        if some_is_whole && !needs_node {
            return;
        }
        let mut premises: Vec<u32> =
            joint.premises.iter().map(|premise| self.held(*premise, place, index)).collect();
        if needs_node {
            premises.push(self.vertex(Vertex::NodeRoot));
        }
        let all = self.graph.all(premises);
        targets.iter().for_each(|to| self.graph.step(all, *to, step));
    }

    /// One role holds all premises: a plain step from its rule, with the other rules as evidence.
    fn joined_alone(&mut self, rules: &[u32], targets: &[u32], step: Step) {
        let Some((first, others)) = rules.split_first() else { return };
        let others: BTreeSet<u32> = others.iter().copied().filter(|rule| rule != first).collect();
        let also = others.iter().next().map(|other| {
            let route = self.names.intern("rules");
            Evidence::Field { object: *other, route }
        });
        for to in targets {
            let step = Step { evidence: step.evidence.or(also), ..step };
            self.graph.step(*first, *to, step);
        }
    }

    /// The vertex of a permission at a place, with the rules that give it.
    pub(crate) fn held(&mut self, permission: P, place: Place, index: &Index<'_>) -> u32 {
        let place = if CLUSTER_ONLY.contains(&permission) { Place::Cluster } else { place };
        let vertex = Vertex::Held { permission, place, name: None };
        if let Some(known) = self.graph.known(vertex) {
            return known;
        }
        let vertex = self.vertex(vertex);
        for grant in index.at(permission, place) {
            self.graph.step(grant.rule, vertex, Step::structure());
        }
        vertex
    }

    /// Whether the conjunction adds nothing to what one of its premises opens anyway.
    fn is_idle(&mut self, joint: &Joint, place: Place) -> bool {
        let changes_none = joint.premises.contains(&P::WorkloadUpdate) && !self.has_workload(place);
        let gate = self.gate(place);
        let idle = match joint.opens {
            Opens::NodesPastPolicies => {
                let native = joint.premises.contains(&P::PolicyWeaken);
                let opens = if native { gate.policies.by_native } else { gate.policies.by_kyverno };
                gate.by != Shut::Policies || !opens
            }
            // A label of the namespace takes no policy away.
            Opens::Nodes if joint.primitive == Primitive::A35 => {
                gate.by == Shut::Nothing || gate.policies.shut
            }
            Opens::Nodes => gate.by == Shut::Nothing,
            _ => false,
        };
        changes_none || idle
    }

    fn joint_step(&mut self, joint: &Joint) -> Step {
        let step = Step::new(joint.primitive);
        match joint.primitive {
            Primitive::A31 => step.sure(Confidence::Medium),
            Primitive::A14 | Primitive::A15 | Primitive::A32 | Primitive::A39 => {
                step.sure(Confidence::Medium)
            }
            _ => step,
        }
    }

    fn opened_together(&mut self, joint: &Joint, place: Place) -> Vec<u32> {
        let vertices = match (joint.opens, place) {
            (Opens::ClusterAdmin, _) => vec![Vertex::ClusterAdmin],
            (Opens::NamespaceAdmin, Place::Namespace(namespace)) => vec![Vertex::NamespaceAdmin(namespace)],
            (Opens::NamespaceAdmin, Place::Cluster) => vec![Vertex::NamespaceAdmins],
            (Opens::Namespace, Place::Namespace(namespace)) => vec![Vertex::NamespaceAdmin(namespace)],
            (Opens::Namespace, Place::Cluster) => vec![Vertex::NamespaceAdmins],
            (Opens::Masters, _) => vec![Vertex::SystemMasters],
            (Opens::Accounts, _) => vec![Vertex::Accounts(place)],
            (Opens::Anybody, _) => {
                vec![Vertex::Users, Vertex::Groups, Vertex::Kubelets, Vertex::Accounts(Place::Cluster)]
            }
            (Opens::Groups, _) => vec![Vertex::Groups],
            (Opens::Kubelets, _) => vec![Vertex::Kubelets],
            (Opens::AccountsAndNodes, _) => vec![Vertex::Accounts(Place::Cluster), Vertex::Nodes],
            (Opens::Nodes | Opens::NodesPastPolicies, _) => vec![Vertex::Nodes],
            (Opens::PodsToNode, _) => vec![Vertex::Pods(place)],
        };
        let mut opens: Vec<u32> = vertices.into_iter().map(|vertex| self.vertex(vertex)).collect();
        if matches!(joint.opens, Opens::Namespace) {
            opens.extend(self.beside_admin(place));
        }
        opens
    }

    /// A link in `/var/log` of the node, read through the log of a pod (A13).
    fn log_links(&mut self, index: &Index<'_>) {
        let facts = self.facts;
        for ((kind, namespace, name), pod) in &facts.pods {
            let escapes = pod.containers.iter().flat_map(|container| {
                let own = container.escapes.iter().filter(|escape| escape.primitive == Primitive::A13);
                own.map(move |escape| (container.name, escape))
            });
            for (container, escape) in escapes {
                let place = Place::Namespace(*namespace);
                let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
                let Some(pod_vertex) = self.graph.known(vertex) else { continue };
                let Some(from) = self.graph.known(Vertex::Container { pod: pod_vertex, name: container })
                else {
                    continue;
                };
                if index.at(P::PodLog, place).next().is_none() {
                    continue;
                }
                let held = self.held(P::PodLog, place, index);
                let all = self.graph.all(vec![from, held]);
                let to = self.vertex(Vertex::NodeFiles(pod.node));
                self.graph.step(all, to, escape_step(escape, pod_vertex));
            }
        }
    }
}
